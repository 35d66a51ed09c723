"""Boxes: the parts of a picture with their sizes and places, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from playhead_widgets.views.graph import Block


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in pixels.

    ``title`` and ``text`` are font sizes; ``lines`` how many a card has. ``inset`` is kept free beside wrapped
    rows and ``around`` beside a loop's body, both for lines; ``pad`` inside a group; ``fan`` is the width in which
    lines spread from a fork; ``pill`` the longest condition on a line.
    """

    card: float
    narrowest: float
    widest: float
    gap: float
    row_gap: float
    arm_gap: float
    title: float
    text: float
    lines: int
    inset: float
    pad: float
    around: float
    fan: float
    pill: float


ROOMY: Final = Style(
    card=46,
    narrowest=144,
    widest=216,
    gap=30,
    row_gap=34,
    arm_gap=14,
    title=13,
    text=11,
    lines=2,
    inset=18,
    pad=14,
    around=20,
    fan=24,
    pill=132,
)
#: For a cell that is as narrow as a phone.
SNUG: Final = Style(
    card=46,
    narrowest=136,
    widest=184,
    gap=22,
    row_gap=30,
    arm_gap=12,
    title=13,
    text=11,
    lines=2,
    inset=13,
    pad=9,
    around=13,
    fan=12,
    pill=84,
)
#: For many steps.
DENSE: Final = Style(
    card=28,
    narrowest=92,
    widest=150,
    gap=20,
    row_gap=22,
    arm_gap=8,
    title=11.5,
    text=10,
    lines=1,
    inset=16,
    pad=10,
    around=16,
    fan=20,
    pill=110,
)


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
    right. ``around`` are the paths of the arms between a fork and a join.
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
    around: tuple[str, ...] = ()
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
