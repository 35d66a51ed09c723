"""Single values of Python: numbers, bytes, dates and times, patterns."""

from __future__ import annotations

import re
import struct
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.kinds import Decoder, Encoder, Misfit, Packs, Unpack

DATETIME_HEAD: Final = struct.Struct("<HBBBBBIB")
TIME_HEAD: Final = struct.Struct("<BBBIB")
DATE: Final = struct.Struct("<HBB")
TIMEDELTA: Final = struct.Struct("<iii")
COMPLEX: Final = struct.Struct("<dd")
KEPT_FLAGS: Final = re.ASCII | re.IGNORECASE | re.LOCALE | re.MULTILINE | re.DOTALL | re.VERBOSE | re.UNICODE


def bytes_of_int(value: int) -> bytes:
    """Any int in two's complement: its decimal digits would cost time without bound."""
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


def int_of_bytes(body: bytes) -> int:
    """The int that `bytes_of_int` wrote."""
    return int.from_bytes(body, "little", signed=True)


def encode_int(value: int, _: Packs) -> Ext:
    """Any int; only those outside 64 bits come here."""
    return Ext(codes.BIG_INT, bytes_of_int(value))


def encode_bytearray(value: bytearray, _: Packs) -> Ext:
    """A bytearray that stands alone; inside lists and dicts the packer spells it out."""
    return Ext(codes.BYTEARRAY, bytes(value))


def encode_complex(value: complex, _: Packs) -> Ext:
    """Two doubles."""
    return Ext(codes.COMPLEX, COMPLEX.pack(value.real, value.imag))


def encode_datetime(value: datetime, packer: Packs) -> Ext:
    """Its wall-clock fields and fold, then its zone if it has one."""
    head = DATETIME_HEAD.pack(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        value.fold,
    )
    return Ext(codes.DATETIME, head if value.tzinfo is None else head + packer.pack(value.tzinfo))


def decode_datetime(body: bytes, unpack: Unpack) -> datetime:
    """The same wall-clock fields, fold and zone."""
    year, month, day, hour, minute, second, micro, fold = DATETIME_HEAD.unpack_from(body)
    zone = zone_of(body[DATETIME_HEAD.size :], unpack)
    return datetime(year, month, day, hour, minute, second, micro, zone, fold=fold)


def encode_time(value: time, packer: Packs) -> Ext:
    """Like a datetime, without the day."""
    head = TIME_HEAD.pack(value.hour, value.minute, value.second, value.microsecond, value.fold)
    return Ext(codes.TIME, head if value.tzinfo is None else head + packer.pack(value.tzinfo))


def decode_time(body: bytes, unpack: Unpack) -> time:
    """The same fields, fold and zone."""
    hour, minute, second, micro, fold = TIME_HEAD.unpack_from(body)
    return time(hour, minute, second, micro, zone_of(body[TIME_HEAD.size :], unpack), fold=fold)


def zone_of(body: bytes, unpack: Unpack) -> tzinfo | None:
    """The zone behind a datetime's fields; raises `Misfit` if this machine does not know it."""
    if not body:
        return None
    zone = unpack(body)
    if isinstance(zone, tzinfo):
        return zone
    raise Misfit(getattr(zone, "fault", None) or "its time zone is not one")


def encode_timezone(value: timezone, packer: Packs) -> Ext:
    """A fixed offset, and its name if it was given one."""
    offset, *name = value.__getinitargs__()  # type: ignore[attr-defined]  # in CPython and PyPy; only the stubs lack it
    return Ext(codes.TIMEZONE, packer.pack([offset.days, offset.seconds, offset.microseconds, *name]))


def decode_timezone(body: bytes, unpack: Unpack) -> timezone:
    """The fixed offset again; `timezone.utc` is itself."""
    days, seconds, microseconds, *name = unpack(body)
    return timezone(timedelta(days, seconds, microseconds), *name)


def encode_date(value: date, _: Packs) -> Ext:
    """Year, month, day."""
    return Ext(codes.DATE, DATE.pack(value.year, value.month, value.day))


def encode_timedelta(value: timedelta, _: Packs) -> Ext:
    """Days, seconds, microseconds."""
    return Ext(codes.TIMEDELTA, TIMEDELTA.pack(value.days, value.seconds, value.microseconds))


def encode_pattern(value: re.Pattern[str], packer: Packs) -> Ext:
    """The expression and its flags."""
    return Ext(codes.PATTERN, packer.pack([value.pattern, value.flags & KEPT_FLAGS]))


def decode_pattern(body: bytes, unpack: Unpack) -> re.Pattern[str]:
    """The expression, compiled again."""
    expression, flags = unpack(body)
    return re.compile(expression, flags & KEPT_FLAGS)


ENCODERS: Final[dict[type, Encoder]] = {
    int: encode_int,
    bytearray: encode_bytearray,
    complex: encode_complex,
    datetime: encode_datetime,
    date: encode_date,
    time: encode_time,
    timedelta: encode_timedelta,
    timezone: encode_timezone,
    re.Pattern: encode_pattern,
}

DECODERS: Final[dict[int, Decoder]] = {
    codes.SURROGATES: lambda body, _: body.decode("utf-8", "surrogatepass"),
    codes.BIG_INT: lambda body, _: int_of_bytes(body),
    codes.BYTEARRAY: lambda body, _: bytearray(body),
    codes.COMPLEX: lambda body, _: complex(*COMPLEX.unpack(body)),
    codes.DATETIME: decode_datetime,
    codes.DATE: lambda body, _: date(*DATE.unpack(body)),
    codes.TIME: decode_time,
    codes.TIMEDELTA: lambda body, _: timedelta(*TIMEDELTA.unpack(body)),
    codes.TIMEZONE: decode_timezone,
    codes.PATTERN: decode_pattern,
}
