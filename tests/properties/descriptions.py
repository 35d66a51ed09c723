"""Programs as plain descriptions: what may stand in a workflow, and nothing of how it is run.

Their reprs are Python: a program that a failing test prints can be pasted into a new test.

Ids are unique in a program. The id of a loop's body begins with ``again``: so `state_key` can tell a loop's
turns from a foreach's items.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Path: TypeAlias = tuple[str, ...]

RAISES = "raises"
"""The result of a `Choice` that raises instead."""


class Mistaken(Exception):
    """What the small functions of a program raise: conditions, mappings, widths, durations."""


def digest(value: Any) -> int:
    """A small number that differs for different values, however they are nested."""
    return zlib.crc32(repr(value).encode()) % 9973


def state_key(path: Path) -> str:
    """The key of the state that the step at ``path`` writes: one for all turns of a loop, one per item."""
    return re.sub(r"(again_\d+)#\d+", r"\1", "/".join(path))


def item_path(path: Path, number: int) -> Path:
    """The path of turn or item ``number`` of the loop or foreach at ``path``."""
    return (*path[:-1], f"{path[-1]}#{number}")


@dataclass(frozen=True)
class Choice:
    """A small function: one of ``results``, chosen by the digest of the value."""

    results: tuple[Any, ...]

    def of(self, value: Any) -> Any:
        result = self.results[digest(value) % len(self.results)]
        if result == RAISES:
            raise Mistaken(f"on {digest(value)}")
        return result


@dataclass(frozen=True)
class Deed:
    """What a step does: ask so many questions, stumble so often before each and before the end, then end.

    ``notes``: it writes to the state.
    """

    end: Literal["gives", "nothing", "fails", "refuses", "trips", "bails", "hangs"] = "gives"
    asks: int = 0
    stumbles: int = 0
    notes: bool = False


@dataclass(frozen=True)
class Leaf:
    """A step. Which of its ``deeds`` it does depends on its input.

    ``strict``: it takes whole numbers only. ``plain``: a ``def``, not an ``async def``. ``before``: an entry before
    it in the same workflow, whose result it looks at.
    """

    id: str
    deeds: tuple[Deed, ...] = (Deed(),)
    retries: int | None = None
    strict: bool = False
    plain: bool = False
    before: str | None = None


@dataclass(frozen=True)
class Then:
    body: Body


@dataclass(frozen=True)
class Parallel:
    bodies: tuple[Body, ...]


@dataclass(frozen=True)
class Branch:
    arms: tuple[tuple[Choice, Body], ...]


@dataclass(frozen=True)
class Loop:
    """A ``dountil`` or ``dowhile`` that ends after ``most`` turns if its condition has not ended it before."""

    body: Body
    condition: Choice
    until: bool
    most: int

    def answer(self, value: Any, turn: int) -> Any:
        """What the condition says after a turn."""
        return self.until if turn >= self.most else self.condition.of(value)


@dataclass(frozen=True)
class Foreach:
    body: Body
    width: int | Choice


@dataclass(frozen=True)
class Map:
    """``kind``: a list of ``size`` numbers, one number, a dict of sources, a template, or a mistake."""

    id: str
    kind: Literal["list", "number", "sources", "template", "mistake"]
    size: int = 0
    before: str | None = None


@dataclass(frozen=True)
class Sleep:
    """``seconds`` may be a function; ``until``: as a moment so many seconds ahead."""

    id: str
    seconds: float | Choice
    until: bool = False


@dataclass(frozen=True)
class Flow:
    id: str
    entries: tuple[Entry, ...]
    retries: int = 0
    retry_delay: float = 0.0


Body: TypeAlias = Leaf | Flow
Entry: TypeAlias = Then | Parallel | Branch | Loop | Foreach | Map | Sleep


@dataclass(frozen=True)
class Program:
    """A workflow and its input."""

    flow: Flow
    input: Any


def listed(value: Any, size: int) -> list[int]:
    """What a map of kind ``list`` makes."""
    return [digest((value, number)) for number in range(size)]
