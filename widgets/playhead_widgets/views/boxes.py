"""Boxes: the parts of a picture with their sizes and places, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from playhead_widgets.views.graph import Block


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in pixels. ``title`` and ``text`` are font sizes; ``lines`` how many a card has."""

    card: float
    narrowest: float
    widest: float
    gap: float
    row_gap: float
    arm_gap: float
    title: float
    text: float
    lines: int


ROOMY: Final = Style(card=46, narrowest=132, widest=216, gap=30, row_gap=34, arm_gap=14, title=13, text=11, lines=2)
DENSE: Final = Style(card=28, narrowest=92, widest=150, gap=20, row_gap=22, arm_gap=8, title=11.5, text=10, lines=1)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line. It counts as travelled once one of the nodes ``into`` has begun, or ``after`` is done.

    ``into`` of ``None``: it leads out of the workflow at path ``after``.
    """

    line: str
    into: tuple[str, ...] = ()
    after: str | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Pill:
    """A short text on a line.

    A branch's condition, or a loop's with its turn. ``whole`` is the text uncut.
    """

    text: str
    whole: str
    kind: str
    x: float
    y: float
    w: float
    path: str


@dataclass(slots=True)
class Box:
    """A part of the picture, placed in its parent's coordinates.

    ``axis`` is the height at which lines come in on the left, ``leave`` the one at which they go out on the
    right.
    """

    kind: str
    w: float
    h: float
    axis: float
    leave: float
    block: Block | None = None
    x: float = 0.0
    y: float = 0.0
    rows: int = 1
    children: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pills: list[Pill] = field(default_factory=list)
    stacked: bool = False
    closed: bool = False

    @property
    def solid(self) -> bool:
        """Whether it has a border that lines can point at."""
        return self.kind in ("card", "group")

    @property
    def entries(self) -> tuple[str, ...]:
        """Paths of the nodes a line into this box leads to."""
        if self.solid and self.block is not None:
            return (self.block["path"],)
        return tuple(path for child in self.children for path in child.entries)


def placed(box: Box, x: float = 0.0, y: float = 0.0) -> Iterator[tuple[Box, float, float]]:
    """Every box with its place in the picture, outermost first."""
    x, y = x + box.x, y + box.y
    yield box, x, y
    for child in box.children:
        yield from placed(child, x, y)
