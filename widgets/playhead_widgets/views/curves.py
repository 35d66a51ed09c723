"""Curves: the lines of a picture as SVG path data."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_ROUND: Final = 8.0  # radius of the corners of lines that go around something
_HEAD: Final = 4.0  # size of an arrowhead


# A picture of a thousand nodes has twenty thousand coordinates, and few that differ.
@lru_cache(maxsize=4096)
def number(value: float) -> str:
    """A coordinate with at most one decimal, the same on every machine."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def curve(x0: float, y0: float, x1: float, y1: float, *, until: float | None = None, arrow: bool = False) -> str:
    """From one point to another on the right of it; then straight on to ``until``."""
    end = x1 if until is None else until
    if abs(y0 - y1) < 0.05:
        line = f"M{number(x0)} {number(y0)}H{number(end)}"
    else:
        middle, start = number((x0 + x1) / 2), f"M{number(x0)} {number(y0)}"
        line = f"{start}C{middle} {number(y0)} {middle} {number(y1)} {number(x1)} {number(y1)}"
        line += f"H{number(end)}" if end > x1 else ""
    return line + (_arrowhead(end, y1) if arrow else "")


def merge(x0: float, y0: float, x1: float, x2: float, y2: float) -> str:
    """Straight on to ``x1``, then to a point at another height."""
    if abs(y0 - y2) < 0.05:
        return f"M{number(x0)} {number(y0)}H{number(x2)}"
    middle = number((x1 + x2) / 2)
    curved = f"C{middle} {number(y0)} {middle} {number(y2)} {number(x2)} {number(y2)}"
    return f"M{number(x0)} {number(y0)}H{number(x1)}{curved}"


def carriage_return(x0: float, y0: float, lane: float, left: float, x1: float, y1: float, *, arrow: bool) -> str:
    """From the end of a row through the lane below it to the start of the next row."""
    r = _ROUND
    line = (
        f"M{number(x0)} {number(y0)}q{number(r)} 0 {number(r)} {number(r)}V{number(lane - r)}"
        f"q0 {number(r)} {number(-r)} {number(r)}H{number(left + r)}"
        f"q{number(-r)} 0 {number(-r)} {number(r)}V{number(y1 - r)}q0 {number(r)} {number(r)} {number(r)}"
    )
    return line + f"H{number(x1)}" + (_arrowhead(x1, y1) if arrow else "")


def drop(x: float, y0: float, y1: float, *, arrow: bool) -> str:
    """Straight down."""
    head, up = number(x - _HEAD), number(y1 - _HEAD)
    line = f"M{number(x)} {number(y0)}V{number(y1)}"
    return line + (f"M{head} {up}L{number(x)} {number(y1)}L{number(x + _HEAD)} {up}" if arrow else "")


def back_edge(x0: float, y0: float, lane: float, x1: float, y1: float) -> str:
    """From the right of a loop's body underneath it back to its left."""
    r = number(_ROUND)
    back = f"-{r}"
    return (
        f"M{number(x0)} {number(y0)}q{r} 0 {r} {r}V{number(lane - _ROUND)}q0 {r} {back} {r}H{number(x1)}"
        f"q{back} 0 {back} {back}V{number(y1 + _ROUND)}q0 {back} {r} {back}"
    )


def _arrowhead(x: float, y: float) -> str:
    """A chevron that touches the point; starting at its own upper end."""
    back, up = number(x - _HEAD), number(y - _HEAD)
    return f"M{back} {up}L{number(x)} {number(y)}L{back} {number(y + _HEAD)}"
