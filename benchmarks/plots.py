"""Plots: lines on logarithmic axes, as small SVG files that follow the reader's light or dark scheme."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import TypeAlias

#: Points of one line: (x, y), both above 0.
Line: TypeAlias = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 150, 44, 48  # margins, in pixels; names of lines stand in the right one
APART = 15  # pixels between the names of two lines that end close together

#: Told apart by lightness as well as by hue, on white and on black.
COLOURS = (
    ("#6e7781", "#8b949e"),
    ("#0b6bcb", "#58a6ff"),
    ("#0f9d8a", "#56d4c0"),
    ("#c2410c", "#ffa657"),
    ("#9333ea", "#d2a8ff"),
    ("#b91c1c", "#ff7b72"),
)
_STYLE = """
text {{ font: 12px system-ui, sans-serif; fill: #1f2328 }} .title {{ font-size: 14px; font-weight: 600 }}
.grid {{ stroke: #d0d7de; stroke-width: 1 }} path {{ fill: none; stroke-width: 2 }}
{light}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6edf3 }} .grid {{ stroke: #30363d }}
{dark}
}}"""


def log_plot(title: str, x_label: str, y_label: str, lines: Mapping[str, Line]) -> str:
    """One line for each name. Its first name is the floor, drawn dashed."""
    across = _Axis([x for line in lines.values() for x, _ in line], LEFT, WIDTH - RIGHT, whole_decades=False)
    up = _Axis([y for line in lines.values() for _, y in line], HEIGHT - BOTTOM, TOP, whole_decades=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_style(len(lines))}</style>",
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>',
        f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})">'
        f"{escape(y_label)}</text>",
        *_grid(across, up, sorted({x for line in lines.values() for x, _ in line})),
    ]
    names = _spread({name: up.place(line[-1][1]) for name, line in lines.items()})
    for number, (name, line) in enumerate(lines.items()):
        parts += _drawn(number, name, [(across.place(x), up.place(y)) for x, y in line], names[name])
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    """Places values between two edges by their logarithms."""

    def __init__(self, values: Sequence[float], first: float, last: float, *, whole_decades: bool) -> None:
        low, high = math.log10(min(values)), math.log10(max(values))
        self.low, self.high = (math.floor(low), math.ceil(high)) if whole_decades else (low, high)
        self.first, self.last = first, last

    def place(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.first + share * (self.last - self.first), 1)

    @property
    def decades(self) -> list[float]:
        return [10.0**power for power in range(math.ceil(self.low), math.floor(self.high) + 1)]


def _grid(across: _Axis, up: _Axis, ticks: Sequence[float]) -> list[str]:
    parts = []
    for value in up.decades:
        y = up.place(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:,.0f}</text>')
    for value in ticks:
        x = across.place(value)
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
    return parts


def _drawn(number: int, name: str, points: Sequence[tuple[float, float]], name_at: float) -> list[str]:
    dashes = ' stroke-dasharray="5 4"' if number == 0 else ""
    marks = [f'<circle class="f{number}" cx="{x}" cy="{y}" r="3.5"/>' for x, y in points]
    path = "M" + " L".join(f"{x} {y}" for x, y in points)
    label = f'<text class="f{number}" x="{WIDTH - RIGHT + 10}" y="{name_at + 4}">{escape(name)}</text>'
    return [f'<path class="s{number}" d="{path}"{dashes}/>', *marks, label]


def _spread(wanted: Mapping[str, float]) -> dict[str, float]:
    """Where names may stand so that none covers another, from the top."""
    placed: dict[str, float] = {}
    least = -math.inf
    for name, y in sorted(wanted.items(), key=lambda item: item[1]):
        placed[name] = least = max(y, least + APART)
    return placed


def _style(count: int) -> str:
    light, dark = (
        " ".join(
            f".s{number} {{ stroke: {COLOURS[number % len(COLOURS)][scheme]} }}"
            f" .f{number} {{ fill: {COLOURS[number % len(COLOURS)][scheme]} }}"
            for number in range(count)
        )
        for scheme in (0, 1)
    )
    return _STYLE.format(light=light, dark=dark)
