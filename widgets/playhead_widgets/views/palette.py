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
    "on-accent": "#ffffff",
    "past": "#8a3ffc",
    "past-soft": "#efe6ff",
    "past-text": "#7328df",
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
    "on-accent": "#17152e",
    "past": "#8a3ffc",
    "past-soft": "#2d2144",
    "past-text": "#c4a2ff",
}

#: The page's own colours, where it has them: JupyterLab's first, then those of VS Code.
_OF_THE_PAGE: Final[dict[str, str]] = {
    "paper": "var(--jp-layout-color0,var(--vscode-editor-background,{}))",
    "card": "var(--jp-layout-color1,var(--vscode-editor-background,{}))",
    "text": "var(--jp-ui-font-color1,var(--vscode-editor-foreground,{}))",
    "muted": "var(--jp-ui-font-color2,{})",
}

_LIGHT_PAGES: Final = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
_DARK_PAGES: Final = (
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    ".vscode-high-contrast",
    'html[theme="dark"]',
)

_NAMED = re.compile(r"var\(--ph-([\w-]+)\)")


@cache
def picture_style(*more: str) -> str:
    """The style sheet inside a static picture: plain colours, dark where the reader's system is dark.

    ``more`` are sheets that it needs besides that of graphs.
    """
    rules = "".join(map(sheet, ("graph.css", *more)))
    return f"{_filled(rules, LIGHT)}@media(prefers-color-scheme:dark){{{_filled(rules, DARK)}}}"


#: What the colours are set for: a player, and what holds those of its forks.
_OURS: Final = ":is(.ph-player,.ph-forks)"


@cache
def player_style() -> str:
    """The style sheet of the player.

    The page's theme decides between light and dark, else the reader's system.
    """
    light, dark = f"color-scheme:light;{_variables(LIGHT)}", f"color-scheme:dark;{_variables(DARK)}"
    rules = "".join(map(sheet, ("graph.css", "player.css", "bars.css", "forms.css", "inspector.css")))
    return (
        f"{_OURS}{{{light}}}@media(prefers-color-scheme:dark){{{_OURS}{{{dark}}}}}"
        f"{_within(_LIGHT_PAGES)}{{{light}}}{_within(_DARK_PAGES)}{{{dark}}}{rules}"
    )


def _variables(palette: dict[str, str]) -> str:
    return ";".join(f"--ph-{name}:{_OF_THE_PAGE.get(name, '{}').format(value)}" for name, value in palette.items())


def _within(pages: tuple[str, ...]) -> str:
    return ",".join(f"{page} {_OURS}" for page in pages)


@cache
def sheet(name: str) -> str:
    """A style sheet of ``static/``, without comments and line breaks."""
    text = (files("playhead_widgets") / "static" / name).read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def _filled(rules: str, palette: dict[str, str]) -> str:
    return _NAMED.sub(lambda name: palette[name[1]], rules)
