"""Large values of an event, put away under the hash of their bytes before the event is written.

A blob is one byte that says how it is kept, and then the value: as it is, or compressed if that makes it smaller.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Final

from playhead.codec.compression import decompressed, deflated, is_worthwhile, shrinks
from playhead.errors import StoreCorrupt
from playhead.machine.events import Event
from playhead.machine.payload import Element, Encoded, External, Logged, Series, Table

BLOB_THRESHOLD: Final = 262_144
"""Bytes from which on an encoded value is kept outside the log."""

PLAIN: Final = b"\x00"
COMPRESSED: Final = b"\x01"


async def externalise(
    event: Event,
    put: Callable[[bytes], Awaitable[str]],
    fetch: Callable[[str], bytes] | None = None,
) -> Event:
    """The event with each encoded value of `BLOB_THRESHOLD` bytes or more replaced by an `External`.

    ``put`` keeps a blob and gives its digest. ``fetch`` is what the new payloads read blobs with; without it
    they hold on to their bytes. The event itself is returned if nothing in it is large.
    """
    large = {id(value): value for value in _large_values(event.data)}
    if not large:
        return event
    moved: dict[int, External] = {}
    for key, value in large.items():
        data = value.data
        digest = await put(await _blob_of(data))
        moved[key] = External(digest, len(data), partial(fetch_blob, fetch) if fetch else _held(data))
    return event._replace(data=_replaced(event.data, moved))


async def _blob_of(data: bytes) -> bytes:
    if shrinks(data):
        pieces = [COMPRESSED]
        for piece in deflated(data):
            pieces.append(piece)
            await asyncio.sleep(0)  # other runs and the screen are not kept waiting
        smaller = b"".join(pieces)
        if is_worthwhile(smaller, data):
            return smaller
    return PLAIN + data


def fetch_blob(fetch: Callable[[str], bytes], digest: str) -> bytes:
    """The value that was put away. Raises `StoreCorrupt` for what is no blob, beside what ``fetch`` raises."""
    blob = fetch(digest)
    try:
        if blob[:1] == PLAIN:
            return blob[1:]
        if blob[:1] == COMPRESSED:
            return decompressed(blob[1:])
    except (ValueError, zlib.error) as problem:
        raise StoreCorrupt(f"The large value {digest[:12]}… is damaged: {problem}") from problem
    raise StoreCorrupt(f"The large value {digest[:12]}… is damaged: it says nothing of how it is kept.")


def _held(data: bytes) -> Callable[[str], bytes]:
    return lambda _: data


def _large_values(part: Any) -> Iterator[Encoded | Logged]:
    """The values in a part of an event that are too large for the log."""
    kind = type(part)
    if kind is Encoded:
        if len(part.data) >= BLOB_THRESHOLD:
            yield part
    elif kind is Logged:
        if part.size >= BLOB_THRESHOLD:
            yield part
    elif kind is Table:
        for _, each in part.items:
            yield from _large_values(each)
    elif kind is Series:
        for each in part.items:
            yield from _large_values(each)
    elif kind is Element:
        yield from _large_values(part.whole)
    elif kind is dict:
        for each in part.values():
            yield from _large_values(each)
    elif kind is list or kind is tuple:
        for each in part:
            yield from _large_values(each)


def _replaced(part: Any, moved: dict[int, External]) -> Any:
    """The part with the values named by their ids replaced."""
    kind = type(part)
    if kind is Encoded or kind is Logged:
        return moved.get(id(part), part)
    if kind is Table:
        return Table(tuple((name, _replaced(each, moved)) for name, each in part.items))
    if kind is Series:
        return Series(tuple(_replaced(each, moved) for each in part.items))
    if kind is Element:
        return Element(_replaced(part.whole, moved), part.index)
    if kind is dict:
        return {key: _replaced(each, moved) for key, each in part.items()}
    if kind is list or kind is tuple:
        return kind(_replaced(each, moved) for each in part)
    return part
