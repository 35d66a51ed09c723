"""The lines of a picture as points, to see whether they meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from playhead_widgets.views.boxes import Box, Edge, placed

Point: TypeAlias = tuple[float, float]

_STEPS = 8  # straight pieces that a curve is made of
_TOKEN = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?")


class Line(NamedTuple):
    """A drawn line in the picture's own coordinates, without its arrowhead."""

    edge: Edge
    points: list[Point]


def drawn(whole: Box) -> list[Line]:
    return [
        Line(edge, [(x + px, y + py) for px, py in points_of(edge.line)])
        for box, x, y in placed(whole)
        for edge in box.edges
    ]


def points_of(path: str) -> list[Point]:
    """The first line of SVG path data; an arrowhead that follows is a line of its own."""
    tokens = iter(_TOKEN.findall(path))
    points: list[Point] = []
    for token in tokens:
        x, y = points[-1] if points else (0.0, 0.0)

        def pair(tokens: Iterable[str] = tokens) -> Point:
            numbers = iter(tokens)
            return float(next(numbers)), float(next(numbers))

        match token:
            case "M" if points:
                return points
            case "M" | "L":
                points.append(pair())
            case "H":
                points.append((float(next(tokens)), y))
            case "V":
                points.append((x, float(next(tokens))))
            case "C":
                points += _bent([(x, y), pair(), pair(), pair()])
            case "q":
                points += _bent([(x, y), *((x + dx, y + dy) for dx, dy in (pair(), pair()))])
            case _:
                raise ValueError(f"{token} in {path}")
    return points


def _bent(control: list[Point]) -> list[Point]:
    """A Bézier curve of any degree, by de Casteljau."""
    found = []
    for step in range(1, _STEPS + 1):
        part, points = step / _STEPS, control
        while len(points) > 1:
            points = [(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part) for (x0, y0), (x1, y1) in pairwise(points)]
        found += points
    return found


def cross(one: Line, other: Line) -> Point | None:
    """Where two lines truly cross; touching ends are no crossing."""
    for a, b in pairwise(one.points):
        for c, d in pairwise(other.points):
            if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
                continue
            if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
                return a
    return None


def _side(a: Point, b: Point, c: Point) -> int:
    """On which side of the line through a and b the point c lies; 0 within a tenth of a pixel."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
    return 0 if not length or abs(area) / length < 0.1 else (1 if area > 0 else -1)


def enters(line: Line, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether the line runs through the inside of a rectangle, a pixel within its border."""
    for (x0, y0), (x1, y1) in pairwise(line.points):
        for part in range(9):
            x, y = x0 + (x1 - x0) * part / 8, y0 + (y1 - y0) * part / 8
            if left + 1 < x < right - 1 and top + 1 < y < bottom - 1:
                return True
    return False
