"""Values of modules of the standard library that few programs load: exact numbers, ids, paths, addresses, zones.

This module is loaded when the first of them is met, because the modules it imports take their time.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path, PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.kinds import Decoder, Encoder, Misfit, Packs, Unpack
from playhead.errors import NotStorable

ZONE_KEY: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")  # nothing that could name another file

PATHS: Final[dict[str, type[PurePath]]] = {
    kind.__name__: kind for kind in (PurePosixPath, PureWindowsPath, PosixPath, WindowsPath)
}
ADDRESSES: Final = {
    kind.__name__: kind for kind in (IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network)
}


def encode_decimal(value: Decimal, _: Packs) -> Ext:
    """Its text, which keeps exponent, sign of zero and kind of NaN."""
    return Ext(codes.DECIMAL, str(value).encode())


def encode_fraction(value: Fraction, packer: Packs) -> Ext:
    """Numerator and denominator."""
    return Ext(codes.FRACTION, packer.pack([value.numerator, value.denominator]))


def decode_fraction(body: bytes, unpack: Unpack) -> Fraction:
    """The fraction again."""
    numerator, denominator = unpack(body)
    if type(numerator) is not int or type(denominator) is not int:
        raise TypeError("a fraction is made of two ints")  # a text such as 1e999999999 would be worked out
    return Fraction(numerator, denominator)


def encode_uuid(value: UUID, _: Packs) -> Ext:
    """Its sixteen bytes."""
    return Ext(codes.UUID, value.bytes)


def encode_path(value: PurePath, packer: Packs) -> Ext:
    """Its flavour and its text."""
    return Ext(codes.PATH, packer.pack([type(value).__name__, str(value)]))


def decode_path(body: bytes, unpack: Unpack) -> PurePath:
    """The path; a concrete path of another system becomes the pure path of that system."""
    name, text = unpack(body)
    kind = PATHS[name]
    if issubclass(kind, Path) and kind is not type(Path()):
        kind = PATHS[f"Pure{name}"]
    return kind(text)


def encode_address(value: object, packer: Packs) -> Ext:
    """Its class's name and its text."""
    return Ext(codes.IP_ADDRESS, packer.pack([type(value).__name__, str(value)]))


def decode_address(body: bytes, unpack: Unpack) -> object:
    """The address, network or interface again."""
    name, text = unpack(body)
    return ADDRESSES[name](text)


def encode_zone_info(value: ZoneInfo, _: Packs) -> Ext:
    """The zone's name in the time zone database."""
    if not ZONE_KEY.fullmatch(value.key or ""):  # None for a zone made from a file, whatever its type says
        raise NotStorable("", "the time zone was read from a file and has no name: use ZoneInfo(name)")
    return Ext(codes.ZONE_INFO, value.key.encode())


def decode_zone_info(body: bytes, _: Unpack) -> ZoneInfo:
    """The zone as this machine's database has it."""
    key = body.decode("ascii")
    if not ZONE_KEY.fullmatch(key):
        raise ValueError(f"not a time zone: {key!r}")
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, OSError) as problem:
        raise Misfit(f"the time zone {key} is not known here: pip install tzdata") from problem


ENCODERS: Final[dict[type, Encoder]] = {
    Decimal: encode_decimal,
    Fraction: encode_fraction,
    UUID: encode_uuid,
    ZoneInfo: encode_zone_info,
    **dict.fromkeys(PATHS.values(), encode_path),
    **dict.fromkeys(ADDRESSES.values(), encode_address),
}

DECODERS: Final[dict[int, Decoder]] = {
    codes.DECIMAL: lambda body, _: Decimal(body.decode("ascii")),
    codes.FRACTION: decode_fraction,
    codes.UUID: lambda body, _: UUID(bytes=body),
    codes.ZONE_INFO: decode_zone_info,
    codes.PATH: decode_path,
    codes.IP_ADDRESS: decode_address,
}
