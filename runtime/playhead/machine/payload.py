"""Payloads: values as the machine sees them, encoded or composed of encoded ones, never live objects.

The machine moves payloads about and never looks inside. Because a payload cannot be changed, no step body
can rewrite what was recorded, and an input that equals an earlier output is shared instead of copied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias


class _Composed:
    """What is shown by its parts, and equals its like with equal parts.

    No dataclass: payloads are made by the thousand when a long run is opened, and their classes at each import.
    """

    __slots__: tuple[str, ...] = ()

    def _parts(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return self._parts() == other._parts() if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        parts = (f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({', '.join(parts)})"


class Encoded(_Composed):
    """A value as bytes of the codec."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return other.data == self.data if isinstance(other, Encoded) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.data)


class External(_Composed):
    """A large value kept outside the log under the hash of its bytes; ``fetch`` reads it when needed."""

    __slots__ = ("digest", "fetch", "size")

    def __init__(self, digest: str, size: int, fetch: Callable[[str], bytes]) -> None:
        self.digest = digest
        self.size = size
        self.fetch = fetch

    @property
    def data(self) -> bytes:
        return self.fetch(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class Logged(_Composed):
    """A value that stands in an event which was not read: value ``slot`` of event ``seq``, of ``size`` bytes.

    ``fetch`` reads it when it is needed, on any thread.
    """

    __slots__ = ("fetch", "seq", "size", "slot")

    def __init__(self, seq: int, slot: int, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self.seq = seq
        self.slot = slot
        self.size = size
        self.fetch = fetch

    @property
    def data(self) -> bytes:
        return self.fetch(self.seq, self.slot)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Encoded | External | Logged) and other.data == self.data)

    def __hash__(self) -> int:
        return hash(self.data)


class Table(_Composed):
    """A dict of payloads by name: what a parallel or branch block gives."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[tuple[str, Payload], ...]) -> None:
        self.items = items


class Series(_Composed):
    """A list of payloads: what a foreach gives. ``None`` stands where an item gave nothing yet."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Payload | None, ...]) -> None:
        self.items = items


class Element(_Composed):
    """Element ``index`` of a list payload: what a foreach item works on, without writing the item again."""

    __slots__ = ("index", "whole")

    def __init__(self, whole: Payload, index: int) -> None:
        self.whole = whole
        self.index = index


Payload: TypeAlias = Encoded | External | Logged | Table | Series | Element
