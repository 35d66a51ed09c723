"""The timeline as a picture and as plain text: a bar per try, turn and item of every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from playhead_widgets.views.bars import Bar
from playhead_widgets.views.curves import number
from playhead_widgets.views.durations import duration
from playhead_widgets.views.escape import clean
from playhead_widgets.views.measure import fitted
from playhead_widgets.views.palette import picture_style
from playhead_widgets.views.states import TRIPWIRE

WIDTH: Final = 960.0  # pixels
ROWS: Final = 400  # nodes; a longer list helps nobody

_MARGIN: Final = 16.0
_NAMES: Final = 190.0  # pixels for the names of the steps
_TOOK: Final = 64.0  # ... and for how long they took
_ROW: Final = 22.0
_HEAD: Final = 24.0
_LANES: Final = 12  # bars above each other in one row
_NARROWEST: Final = 2.0
_WORDS: Final = 6  # on the axis
_TEXT_BAR: Final = 40  # characters


def timeline_svg(
    rows: Mapping[str, Sequence[Bar]], now: int, *, width: float = WIDTH, live: bool = False, label: str = ""
) -> str:
    """The picture; ``now`` is the millisecond up to which the run is shown.

    ``live`` leaves out the style sheet and the paper: the page has its own.
    """
    shown = list(rows.items())[:ROWS]
    high = 2 * _MARGIN + _HEAD + _ROW * max(1, len(shown))
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {number(width)} {number(high)}")
    svg.attrib |= {"width": number(width), "height": number(high), "class": "ph-graph", "role": "img"}
    SubElement(svg, "title").text = clean(label or "Timeline")
    if not live:
        SubElement(svg, "style").text = picture_style("bars.css")
        paper = {"x": "0.5", "y": "0.5", "width": number(width - 1), "height": number(high - 1), "rx": "10"}
        SubElement(svg, "rect", {"class": "ph-paper", **paper})
    if not shown:
        _text(svg, _MARGIN, _MARGIN + _HEAD, "Nothing has run yet.", "ph-sub")
        return tostring(svg, encoding="unicode")
    scale = (width - 2 * _MARGIN - _NAMES - _TOOK) / max(1, now)
    _axis(svg, now, scale, high)
    for at, (node, bars) in enumerate(shown):
        _row(svg, node, bars, now, scale, _MARGIN + _HEAD + at * _ROW)
    return tostring(svg, encoding="unicode")


def timeline_text(rows: Mapping[str, Sequence[Bar]], now: int, *, times: bool = True) -> str:
    """One line per node with its bars drawn in characters; without ``times`` only their order and number."""
    if not rows:
        return "Nothing has run yet."
    shown = list(rows.items())[:ROWS]
    wide = max(len(clean(node, 40)) for node, _ in shown)
    lines = [_line(clean(node, 40).ljust(wide), bars, now, times) for node, bars in shown]
    return "\n".join([*lines, f"… and {len(rows) - ROWS} more"] if len(rows) > ROWS else lines)


def end_of(rows: Mapping[str, Sequence[Bar]], now: int) -> int:
    """The last millisecond that there is something to see of, ``now`` or later."""
    return max([now, *(bar.until(now) for bars in rows.values() for bar in bars)])


def _axis(svg: Element, now: int, scale: float, high: float) -> None:
    step = _step(now / _WORDS)
    for ms in range(0, int(0.95 * now) + 1, step):
        x = number(_MARGIN + _NAMES + ms * scale)
        SubElement(
            svg, "path", {"class": "ph-grid", "d": f"M{x} {number(_MARGIN + _HEAD - 6)}V{number(high - _MARGIN)}"}
        )
        _text(svg, float(x), _MARGIN + 10, duration(ms / 1000) if ms else "0", "ph-sub", "10.5")


def _step(rough: float) -> int:
    """A round number of milliseconds, at least so many."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale >= rough:
                return factor * scale
        scale *= 10


def _row(svg: Element, node: str, bars: Sequence[Bar], now: int, scale: float, y: float) -> None:
    _text(svg, _MARGIN, y + 15, fitted(clean(node), 12, _NAMES - 12), "ph-title", "12")
    left, lanes = _MARGIN + _NAMES, stacked(bars, now)
    pitch = (_ROW - 6) / (max(lanes) + 1)
    for bar, lane in zip(bars, lanes, strict=True):
        took = bar.until(now) - bar.begin
        drawn = SubElement(svg, "rect", {"class": f"ph-bar ph-bar-{bar.state}", "rx": "2"})
        drawn.attrib |= {"x": number(left + bar.begin * scale), "width": number(max(_NARROWEST, took * scale))}
        drawn.attrib |= {"y": number(y + 3 + lane * pitch), "height": number(max(1.5, pitch - 1))}
        SubElement(drawn, "title").text = f"{clean(bar.path)}: {bar.state}, {duration(took / 1000)}"
    span = _text(svg, left + now * scale + _TOOK, y + 15, duration(_span(bars, now) / 1000), "ph-sub", "11")
    span.set("text-anchor", "end")


def stacked(bars: Sequence[Bar], now: int) -> list[int]:
    """The lane of each bar: the first that is free."""
    lanes: list[int] = []
    found: list[int] = []
    for at, bar in enumerate(bars):
        lane = next((lane for lane, until in enumerate(lanes) if until <= bar.begin), None)
        if lane is None:
            lane = len(lanes) if len(lanes) < _LANES else at % _LANES
            lanes += [0] if lane == len(lanes) else []
        lanes[lane] = bar.until(now)
        found.append(lane)
    return found


def _text(svg: Element, x: float, y: float, content: str, name: str, size: str = "12") -> Element:
    place = {"x": number(x), "y": number(y), "class": name, "font-size": size}
    drawn = SubElement(svg, "text", place)
    drawn.text = content
    return drawn


def _line(name: str, bars: Sequence[Bar], now: int, times: bool) -> str:
    signs = ["·"] * _TEXT_BAR
    for bar in bars:
        first = min(_TEXT_BAR - 1, bar.begin * _TEXT_BAR // max(1, now))
        last = max(first, min(_TEXT_BAR - 1, (bar.until(now) * _TEXT_BAR - 1) // max(1, now)))
        signs[first : last + 1] = _SIGNS.get(bar.state, "█") * (last + 1 - first)
    took = duration(_span(bars, now) / 1000)
    states = ", ".join(dict.fromkeys(bar.state for bar in bars))
    return f"{name}  {''.join(signs)}  {took}" if times else f"{name}  {states}"


def _span(bars: Sequence[Bar], now: int) -> int:
    return max(bar.until(now) for bar in bars) - bars[0].begin


#: How a bar looks in plain text; others are solid.
_SIGNS: Final = {"waiting": "░", "suspended": "░", "failed": "▓", "retried": "▓", TRIPWIRE: "▓"}
