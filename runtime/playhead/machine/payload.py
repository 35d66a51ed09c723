"""Payloads: values as the machine sees them, encoded or composed of encoded ones, never live objects.

The machine moves payloads about and never looks inside. Because a payload cannot be changed, no step body
can rewrite what was recorded, and an input that equals an earlier output is shared instead of copied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value as bytes of the codec."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class External:
    """A large value kept outside the log under the hash of its bytes; ``fetch`` reads it when needed."""

    digest: str
    size: int
    fetch: Callable[[str], bytes]

    @property
    def data(self) -> bytes:
        return self.fetch(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class Logged:
    """A value that stands in an event which was not read: value ``slot`` of event ``seq``, of ``size`` bytes.

    ``fetch`` reads it when it is needed, on any thread.
    """

    __slots__ = ("fetch", "seq", "size", "slot")  # no dataclass: thousands are made when a long run is opened

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


@dataclass(frozen=True, slots=True)
class Table:
    """A dict of payloads by name: what a parallel or branch block gives."""

    items: tuple[tuple[str, Payload], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A list of payloads: what a foreach gives. ``None`` stands where an item gave nothing yet."""

    items: tuple[Payload | None, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """Element ``index`` of a list payload: what a foreach item works on, without writing the item again."""

    whole: Payload
    index: int


Payload: TypeAlias = Encoded | External | Logged | Table | Series | Element
