"""The names of the classes that stored bytes speak of, found without making anything of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import ormsgpack

from playhead.codec import codes

HOLDERS: Final = codes.NAMED | {
    codes.DEEP,
    codes.PAIRS,
    codes.TUPLE,
    codes.SET,
    codes.FROZENSET,
    codes.DEQUE,
    codes.ORDERED_DICT,
    codes.DEFAULT_DICT,
    codes.COUNTER,
    codes.NAMESPACE,
    codes.EXCEPTION,
    codes.FRAME,
    codes.COLUMN,
    codes.INDEX,
}
"""Kinds whose body may hold instances of a user's classes."""


def class_names(data: bytes) -> frozenset[str]:
    """What logs call the classes (``module:qualname``, or the name they were registered by) in a value's bytes."""
    found: set[str] = set()

    def look(code: int, body: bytes) -> object:
        if code in HOLDERS:
            parts = ormsgpack.unpackb(body, ext_hook=look, option=ormsgpack.OPT_NON_STR_KEYS)
            if code in codes.NAMED:
                found.add(str(parts[0]))
            elif code == codes.EXCEPTION:
                found.update(_exception_names(parts))
        return None

    ormsgpack.unpackb(data, ext_hook=look, option=ormsgpack.OPT_NON_STR_KEYS)
    return frozenset(found)


def _exception_names(record: dict[str, Any]) -> Iterator[str]:
    yield str(record["t"])
    for part in (record.get("c"), record.get("x"), *record.get("g", ())):
        if isinstance(part, dict):
            yield from _exception_names(part)
