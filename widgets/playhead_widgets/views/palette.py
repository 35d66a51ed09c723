"""The palette: every colour of the pictures and of the player, light and dark."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

#: Names as they stand in the style sheets, ``var(--ph-…)``. ``soft`` colours lie under text, the others
#: are text.
LIGHT: Final[dict[str, str]] = {
    "paper": "#ffffff",
    "card": "#ffffff",
    "sunken": "#f5f6f8",
    "line": "#d9dde3",
    "strong-line": "#b9c0ca",
    "edge": "#aab2bd",
    "text": "#1d2530",
    "muted": "#5d6775",
    "accent": "#4f46e5",
    "accent-soft": "#eeedfd",
    "running": "#4f46e5",
    "running-soft": "#eeedfd",
    "success": "#16794c",
    "success-soft": "#e6f5ed",
    "failed": "#c6283a",
    "failed-soft": "#fdeaec",
    "suspended": "#a15c00",
    "suspended-soft": "#fff3d9",
    "waiting": "#2f6f8f",
    "waiting-soft": "#e5f2f8",
    "quiet": "#5d6775",
    "quiet-soft": "#eef0f3",
}

DARK: Final[dict[str, str]] = {
    "paper": "#15181d",
    "card": "#1e2229",
    "sunken": "#191c22",
    "line": "#343a45",
    "strong-line": "#4b5362",
    "edge": "#5b6474",
    "text": "#e6e9ee",
    "muted": "#9aa4b2",
    "accent": "#a09bff",
    "accent-soft": "#2b2950",
    "running": "#a09bff",
    "running-soft": "#2b2950",
    "success": "#5bc98f",
    "success-soft": "#17362a",
    "failed": "#ff8790",
    "failed-soft": "#44202a",
    "suspended": "#f2b84b",
    "suspended-soft": "#3f3113",
    "waiting": "#74bcdc",
    "waiting-soft": "#173240",
    "quiet": "#9aa4b2",
    "quiet-soft": "#2a2f38",
}

_NAMED = re.compile(r"var\(--ph-([\w-]+)\)")


@cache
def picture_style() -> str:
    """The style sheet inside a static picture: plain colours, dark where the reader's system is dark."""
    rules = sheet("graph.css")
    return f"{_filled(rules, LIGHT)}@media(prefers-color-scheme:dark){{{_filled(rules, DARK)}}}"


@cache
def sheet(name: str) -> str:
    """A style sheet of ``static/``, without comments and line breaks."""
    text = (files("playhead_widgets") / "static" / name).read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def _filled(rules: str, palette: dict[str, str]) -> str:
    return _NAMED.sub(lambda name: palette[name[1]], rules)
