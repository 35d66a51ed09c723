"""Values to payloads and back: exactly, or not at all."""

from __future__ import annotations

from typing import Any

from playhead.codec.culprit import named_refusal
from playhead.codec.packing import Packer
from playhead.codec.unpacking import LARGE_EXTENSION, Unpacker, Unreadable
from playhead.errors import NotStorable, StoreCorrupt
from playhead.machine.payload import Element, Encoded, Payload, Series, Table


def dump(value: object, where: str = "value") -> Encoded:
    """The value as bytes, which hold no reference to it.

    Raises `NotStorable`, naming the place (``where`` is its root, as in ``output.rows[3].lock``), if any part
    could not come back as it is.
    """
    try:
        return Encoded(Packer().pack(value))
    except NotStorable as refusal:
        problem = refusal
    raise named_refusal(value, where, problem)


def load(payload: Payload) -> Any:
    """A new object at each call; a table is a dict, a series a list with None where an item gave nothing.

    Arrays are read-only views of the payload. What cannot be made here is an `Opaque`. Raises `StoreCorrupt`
    if the bytes are damaged.
    """
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
    unpacker = Unpacker()
    try:
        if data[:1] == LARGE_EXTENSION:
            return unpacker.unpack_large(data)
        return unpacker.unpack_whole(data)
    except (Unreadable, RecursionError) as problem:
        raise StoreCorrupt(f"A stored value cannot be read: {problem}") from problem
