"""Values to payloads and back: exactly, or not at all."""

from __future__ import annotations

from typing import Any, Final

import ormsgpack

from playhead.codec.packing import ATOMS, Packer
from playhead.codec.unpacking import LARGE_EXTENSION, Unpacker, Unreadable
from playhead.errors import NotStorable, StoreCorrupt
from playhead.machine.payload import Element, Encoded, Payload, Series, Table

# How many bytes the payload has that is one plain value beginning with this byte: None, a bool, a number, a short str.
_ATOM_SIZES: Final = {
    bytes([mark]): size
    for marks, size in (
        ([*range(0x80), *range(0xE0, 0x100), 0xC0, 0xC2, 0xC3], 1),
        ([0xCC, 0xD0], 2),
        ([0xCD, 0xD1], 3),
        ([0xCE, 0xD2], 5),
        ([0xCB, 0xCF, 0xD3], 9),
    )
    for mark in marks
} | {bytes([0xA0 + length]): 1 + length for length in range(32)}


def dump(value: object, where: str = "value") -> Encoded:
    """The value as bytes, which hold no reference to it.

    Raises `NotStorable`, naming the place (``where`` is its root, as in ``output.rows[3].lock``), if any part
    could not come back as it is.
    """
    try:
        return Encoded(_pack(value))
    except NotStorable as refusal:
        problem = refusal
    from playhead.codec.culprit import named_refusal

    raise named_refusal(value, where, problem)


def _pack(value: object) -> bytes:
    if type(value) in ATOMS:
        try:
            return ormsgpack.packb(value)
        except TypeError:  # a large int, or lone surrogates: for these it takes a packer
            pass
    return Packer().pack(value)


def load(payload: Payload) -> Any:
    """A new object at each call; a table is a dict, a series a list with None where an item gave nothing.

    Arrays are read-only views of the payload. What cannot be made here is an `Opaque`. Raises `StoreCorrupt`
    if the bytes are damaged.
    """
    if type(payload) is Encoded:  # by far the most common
        return load_bytes(payload.data)
    if isinstance(payload, Table):
        return {name: load(part) for name, part in payload.items}
    if isinstance(payload, Series):
        return [load_part(part) for part in payload.items]
    if isinstance(payload, Element):
        if isinstance(payload.whole, Series):
            return load_part(payload.whole.items[payload.index])
        return load(payload.whole)[payload.index]
    return load_bytes(payload.data)


def load_part(payload: Payload | None) -> Any:
    """The value of a series' part; None for an item that gave nothing."""
    return None if payload is None else load(payload)


def load_bytes(data: bytes) -> Any:
    """The value that `dump` made these bytes from."""
    if _ATOM_SIZES.get(data[:1]) == len(data):
        try:
            return ormsgpack.unpackb(data)
        except ValueError:  # damaged: what is below says so
            pass
    unpacker = Unpacker()
    try:
        if data[:1] == LARGE_EXTENSION:
            return unpacker.unpack_large(data)
        return unpacker.unpack_whole(data)
    except (Unreadable, RecursionError) as problem:
        raise StoreCorrupt(f"A stored value cannot be read: {problem}") from problem
