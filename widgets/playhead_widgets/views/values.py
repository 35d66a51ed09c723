"""Values as trees: any Python value as small plain data that is safe to show.

A tree is a dict. ``t`` names the type. A leaf has its text in ``v``, and ``cut`` if it was longer. A
container has ``n``, its size, and ``items``, pairs of key and tree; if there are more, ``more`` says how
many. A table has ``columns`` and ``rows`` of texts besides. Whatever goes wrong in a value's own code is
shown in its place.

Nothing of a value is called but what its type is known to be for; a ``_repr_html_`` never is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Set
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from pathlib import PurePath
from typing import Any, Final, TypeAlias
from uuid import UUID

from playhead_widgets.views.escape import clean
from playhead_widgets.views.hidden import MASK, is_hidden
from playhead_widgets.views.tables import array_tree, frame_tree, is_array, is_frame, record_table

Tree: TypeAlias = dict[str, Any]

DEPTH: Final = 5
ITEMS: Final = 20  # of one container
NODES: Final = 400  # of the whole tree
TEXT: Final = 400  # characters of one text

_PLAIN: Final = (bool, int, float, complex, Decimal, Fraction, UUID, dt.date, dt.time, dt.timedelta, PurePath)


def tree(value: Any, *, depth: int = DEPTH, items: int = ITEMS, text: int = TEXT, nodes: int = NODES) -> Tree:
    """The value as a tree, at most so deep, so wide, with texts so long, and with so many nodes in all."""
    return _Grower(items, text, nodes).grow(value, depth)


class _Grower:
    def __init__(self, items: int, text: int, nodes: int) -> None:
        self.items = items
        self.text = text
        self.left = nodes
        self.inside: set[int] = set()

    def grow(self, value: Any, depth: int) -> Tree:
        self.left -= 1
        try:
            return self.tree(value, depth)
        except RecursionError:
            return {"t": type_name(value), "v": "…"}
        except Exception as error:  # noqa: BLE001 - a value's own code may raise anything; the rest is shown
            return {"t": type_name(value), "v": f"cannot be shown: {type_name(error)}", "bad": True}

    def tree(self, value: Any, depth: int) -> Tree:
        if value is None or isinstance(value, (str, bytes, bytearray, Enum, *_PLAIN)):
            return self.leaf(value)
        if isinstance(value, BaseException):
            return {"t": type_name(value), "v": clean(value, self.text, lines=True)}
        if is_frame(value):
            return frame_tree(value, self.items)
        if is_array(value):
            return array_tree(value, self.items)
        found = parts_of(value)
        if found is None:
            return {"t": type_name(value), "v": clean(repr(value), self.text)}
        return self.container(value, *found, depth)

    def leaf(self, value: Any) -> Tree:
        if isinstance(value, str):
            shown: Tree = {"t": "str", "v": clean(value, self.text, lines=True)}
            return {**shown, "cut": len(value)} if len(value) > self.text else shown
        if isinstance(value, bytes | bytearray):
            return {"t": type_name(value), "v": clean(bytes(value[:40]), self.text), "n": len(value)}
        if isinstance(value, Enum):
            return {"t": type_name(value), "v": clean(value.name, self.text)}
        if type(value) is int and value.bit_length() > 1_000:  # its text would take for ever
            return {"t": "int", "v": f"a number of {value.bit_length():,} bits"}
        return {"t": type_name(value), "v": clean(str(value), self.text)}

    def container(self, value: Any, size: int, pairs: Callable[[], Iterable[tuple[Any, Any]]], depth: int) -> Tree:
        shown: Tree = {"t": type_name(value), "n": size}
        if id(value) in self.inside:
            return {**shown, "v": "itself"}
        if depth <= 0 or self.left <= 0:
            return {**shown, "items": [], "more": size} if size else {**shown, "items": []}
        table = record_table(value, self.items)
        if table:
            return {**shown, **table}
        self.inside.add(id(value))
        grown = []
        for key, item in islice(pairs(), self.items):
            if self.left <= 0:
                break
            grown.append(self.pair(key, item, depth))
        self.inside.discard(id(value))
        return {**shown, "items": grown, "more": size - len(grown)} if size > len(grown) else {**shown, "items": grown}

    def pair(self, key: Any, item: Any, depth: int) -> list[Any]:
        name = "" if key is None else clean(key if isinstance(key, str) else _short(key), 80)
        if is_hidden(key, item):
            self.left -= 1
            return [name, {"t": "hidden", "v": MASK}]
        return [name, self.grow(item, depth - 1)]


def parts_of(value: Any) -> tuple[int, Callable[[], Iterable[tuple[Any, Any]]]] | None:
    """The size of a container and its parts by name (None: it has none); None if the value is not one."""
    if isinstance(value, Mapping):
        return len(value), lambda: value.items()
    fields = _fields(value)
    if fields is not None:
        return len(fields), lambda: ((name, getattr(value, name, None)) for name in fields)
    if isinstance(value, list | tuple):
        return len(value), lambda: enumerate(value)
    if isinstance(value, Set):
        return len(value), lambda: ((None, item) for item in sorted(value, key=_short))
    return None


def type_name(value: Any) -> str:
    """The name of the value's type, as people write it."""
    return clean(type(value).__name__, 80)


def short(value: Any, limit: int = 60) -> str:
    """One line for a value."""
    grown = tree(value, depth=1, items=4, text=limit)
    if "v" in grown:
        return clean(grown["v"], limit)
    if "shape" in grown:
        return f"{grown['t']} {grown['shape']}"
    return f"{grown['t']} of {grown['n']}"


def _fields(value: Any) -> list[str] | None:
    """The names of the fields of a model, dataclass or named tuple."""
    cls = type(value)
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    for attribute in ("model_fields", "_fields"):
        names = getattr(cls, attribute, None)
        if isinstance(names, Mapping | tuple):
            return [name for name in names if isinstance(name, str)]
    return None


def _short(value: Any) -> str:
    try:
        return repr(value)[:80]
    except Exception:  # noqa: BLE001 - a key's own repr may raise anything; its type still names it
        return f"<{type_name(value)}>"
