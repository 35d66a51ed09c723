"""Events to frames and back. A frame notices any damage, and that events are missing, swapped or edited.

::

    magic 2s | version u8 | flags u8 | seq u32 | length u32 | crc u32 | chain 16s | body

``crc`` covers all the rest of the frame. ``chain`` is a hash of the chain hash before, the head and the body.
The body is MessagePack, compressed if that makes it smaller: time, type, path, data.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, Final

import ormsgpack
from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.blobs import BLOB_THRESHOLD, externalise, fetch_blob
from playhead.codec.compression import decompressed, deflated, is_worthwhile, shrinks
from playhead.codec.packing import OPTIONS, spelled_str
from playhead.codec.scalars import bytes_of_int, int_of_bytes
from playhead.codec.unpacking import END, END_MARK, PAIR
from playhead.errors import NotStorable, StoreCorrupt, StoreNewer
from playhead.machine.events import Event, Source
from playhead.machine.payload import Element, Encoded, External, Logged, Series, Table

VERSION: Final = 1
FIRST: Final = b""
"""What stands for the chain hash before a run's first event."""

MAGIC: Final = b"PH"
PREFIX: Final = struct.Struct("<2sBBII")
HEAD: Final = struct.Struct("<2sBBIII16s")
CRC: Final = struct.Struct("<I")
AFTER_CRC: Final = PREFIX.size + CRC.size
CHAIN_SIZE: Final = 16  # bytes; enough to notice damage and edits by accident, which is all that a hash can do here

_HASH: Final = blake2b(digest_size=CHAIN_SIZE)

COMPRESSED: Final = 1  # the only flag so far
COMPRESS_FROM: Final = 1_024  # bytes; below, nothing is gained

# The keys in an event are text; a tuple in it is a list; a source is a tuple of another type, and passed through.
IN_EVENTS: Final = OPTIONS & ~ormsgpack.OPT_NON_STR_KEYS & ~ormsgpack.OPT_PASSTHROUGH_TUPLE


def encode_event(event: Event, previous: bytes) -> tuple[bytes, bytes]:
    """The event's frame and its chain hash; ``previous`` is the chain hash of the event before, or `FIRST`.

    ``event.data`` may hold None, bool, int, float, str, bytes, lists, tuples (which come back as lists),
    dicts with str keys, payloads and sources; `NotStorable` is raised for anything else.
    """
    return frame_event(event.seq, pack_event(event), previous)


def frame_event(seq: int, body: bytes, previous: bytes) -> tuple[bytes, bytes]:
    """The frame of event ``seq`` that was packed into ``body``, and its chain hash."""
    flags = 0
    if len(body) >= COMPRESS_FROM and shrinks(body):
        smaller = b"".join(deflated(body))
        if is_worthwhile(smaller, body):
            body, flags = smaller, COMPRESSED
    prefix = PREFIX.pack(MAGIC, VERSION, flags, seq, len(body))
    hash = _HASH.copy()  # as `chained` does it, once for each event of every run
    hash.update(previous + prefix + body)
    chain = hash.digest()
    rest = chain + body
    return prefix + CRC.pack(zlib.crc32(prefix + rest)) + rest, chain


def chained(previous: bytes, prefix: bytes, body: bytes) -> bytes:
    """The chain hash of an event."""
    chain = _HASH.copy()  # quicker than a new one
    chain.update(previous + prefix + body)
    return chain.digest()


def decode_event(
    frame: bytes, previous: bytes, fetch: Callable[[str], bytes], *, seq: int | None = None
) -> tuple[Event, bytes]:
    """The event and its chain hash; ``fetch`` is what its external payloads are to read their bytes with.

    ``seq`` is the number the event should have, if that is known. Raises `StoreCorrupt` on any damage (its
    ``seq`` is the last event that can be read, as far as known) and `StoreNewer` if a later version wrote it.
    """
    flags, number, body, chain = opened(frame, seq)
    prefix = frame[: PREFIX.size]
    if chain != chained(previous, prefix, body):
        raise _damage(number, "does not follow the one before it: events are missing, out of order or edited")
    if seq is not None and number != seq:
        raise _damage(seq, f"says that it is event {number}")
    return _event(flags, number, body, fetch), chain


def peek_event(frame: bytes, seq: int, fetch: Callable[[str], bytes]) -> Event:
    """Event ``seq`` on its own, without knowing what came before it. Raises as `decode_event` does."""
    flags, number, body, _ = opened(frame, seq)
    if number != seq:
        raise _damage(seq, f"says that it is event {number}")
    return _event(flags, number, body, fetch)


def chain_of(frame: bytes, seq: int) -> bytes:
    """The chain hash that the frame of event ``seq`` carries. Raises `StoreCorrupt` if the frame is damaged."""
    return opened(frame, seq)[3]


def _event(flags: int, number: int, body: bytes, fetch: Callable[[str], bytes]) -> Event:
    try:
        if flags & COMPRESSED:
            body = decompressed(body)
        at, kind, path, data = _unpacked_body(body, fetch)
        return Event(number, at, kind, tuple(path), data)
    except (ValueError, TypeError, RecursionError, zlib.error) as problem:
        raise _damage(number, f"is not an event: {problem}") from problem


def opened(frame: bytes, expected: int | None) -> tuple[int, int, bytes, bytes]:
    """Flags, number, body and chain hash of a frame that is as it was written."""
    if len(frame) < HEAD.size or frame[: len(MAGIC)] != MAGIC:
        raise _damage(expected, "is no event frame")
    _, version, flags, number, length, crc, chain = HEAD.unpack_from(frame)
    known = number if expected is None else expected
    if version > VERSION:
        raise StoreNewer(
            f"Event {known} has format {version}, and this Playhead knows up to {VERSION}: update Playhead."
        )
    body = frame[HEAD.size :]
    if length != len(body):
        raise _damage(known, f"has {len(body)} bytes of body instead of {length}")
    if crc != zlib.crc32(frame[AFTER_CRC:], zlib.crc32(frame[: PREFIX.size])):
        raise _damage(known, "is damaged: its checksum is wrong")
    if version < 1 or flags & ~COMPRESSED:
        raise _damage(known, f"has an impossible head (format {version}, flags {flags})")
    return flags, number, body, chain


def _damage(seq: int | None, what: str) -> StoreCorrupt:
    if seq is None:
        return StoreCorrupt(f"An event {what}.")
    return StoreCorrupt(f"Event {seq} {what}.", seq=seq - 1)


def pack_event(event: Event) -> bytes:
    """The event as MessagePack, not smaller than any value in it. Raises as `encode_event` does."""
    _, at, kind, path, data = event
    body = (at, kind, path, data if type(data) is dict else dict(data))
    try:
        return ormsgpack.packb(body, packed_part, IN_EVENTS)
    except TypeError:
        pass  # lone surrogates, as in printed text, or something that has no place in an event
    try:
        return ormsgpack.packb(_spelled_out(body), packed_part, IN_EVENTS)
    except (TypeError, RecursionError) as problem:
        raise NotStorable(f"event {event.seq} ({event.type})", str(problem)) from problem


def packed_part(part: Any) -> object:
    """The extension type of a payload or a source; called by ormsgpack."""
    kind = type(part)
    if kind is Encoded:
        return Ext(codes.ENCODED, part.data)
    if kind is Source:
        return _packed_source(part)
    if kind is Logged:
        return Ext(codes.ENCODED, part.data)
    if kind is External:
        return Ext(codes.EXTERNAL, _pack([part.digest, part.size]))
    if kind is Table:
        return Ext(codes.TABLE, _pack([each for pair in part.items for each in pair]))
    if kind is Series:
        return Ext(codes.SERIES, _pack(part.items))
    if kind is Element:
        return Ext(codes.ELEMENT, _pack([part.whole, part.index]))
    if kind is int:
        return Ext(codes.BIG_INT, bytes_of_int(part))
    raise TypeError(f"{kind.__qualname__} has no place in an event")


@lru_cache(maxsize=1024)  # the runs of a workflow name the same places over and over
def _packed_source(source: Source) -> Ext:
    return Ext(codes.SOURCE, ormsgpack.packb(tuple(source)))


def _pack(parts: Sequence[Any]) -> bytes:
    return ormsgpack.packb(parts, packed_part, IN_EVENTS)


def _spelled_out(part: Any) -> Any:
    """The part with lone surrogates spelled as an extension type."""
    if isinstance(part, str):
        return spelled_str(part)
    if isinstance(part, Mapping):
        return {key: _spelled_out(each) for key, each in part.items()}
    if type(part) in (list, tuple):  # not a source, which is a tuple with names
        return [_spelled_out(each) for each in part]
    return part


def _unpacked_body(body: bytes, fetch: Callable[[str], bytes]) -> tuple[float, str, list[str], dict[str, Any]]:
    def hook(code: int, data: bytes) -> object:
        if code == codes.ENCODED:
            return Encoded(data)
        if code == codes.SURROGATES:
            return data.decode("utf-8", "surrogatepass")
        if code == codes.BIG_INT:
            return int_of_bytes(data)
        parts = ormsgpack.unpackb(data, ext_hook=hook)
        if code == codes.SOURCE:
            kind, path, names, count = parts
            return Source(kind, tuple(path), tuple(names), count)
        if code == codes.EXTERNAL:
            digest, size = parts
            return External(digest, size, partial(fetch_blob, fetch))
        if code == codes.TABLE:
            return Table(tuple(zip(parts[::2], parts[1::2], strict=True)))
        if code == codes.SERIES:
            return Series(tuple(parts))
        if code == codes.ELEMENT:
            return Element(*parts)
        raise ValueError(f"extension {code}")

    # ormsgpack ignores what follows a value: in a pair with the end mark, it must end where that begins.
    (at, kind, path, data), end = ormsgpack.unpackb(PAIR + body + END, ext_hook=hook)
    sound = isinstance(at, int | float) and isinstance(kind, str) and isinstance(data, dict)
    if not sound or end != END_MARK or not all(isinstance(part, str) for part in path):
        raise ValueError("its parts are not those of an event")
    return at, kind, path, data


__all__ = ["BLOB_THRESHOLD", "FIRST", "decode_event", "encode_event", "externalise", "frame_event", "pack_event"]
