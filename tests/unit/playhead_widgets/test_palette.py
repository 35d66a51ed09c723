"""The palette: every text can be read on what it lies on, in both themes, and the style sheets use nothing else."""

from __future__ import annotations

import re

import pytest

from playhead_widgets.views.palette import DARK, LIGHT, picture_style, player_style, sheet

SHEETS = ("graph.css", "player.css", "bars.css", "forms.css", "inspector.css")
#: What texts lie on: their own soft colour (a chip), a card, the paper, a well.
GROUNDS = ("paper", "card", "sunken")
TEXTS = ("text", "muted", "accent", "running", "success", "failed", "suspended", "waiting", "quiet", "past-text")
CHIPS = ("running", "success", "failed", "suspended", "waiting", "quiet", "accent")
READABLE = 4.5  # WCAG 2, level AA, for texts of this size


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_texts_can_be_read(palette: dict[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= READABLE


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", CHIPS)
def test_chips_can_be_read(palette: dict[str, str], name: str) -> None:
    assert contrast(palette[name], palette[f"{name}-soft"]) >= READABLE


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_button_and_the_band_of_the_past_can_be_read(palette: dict[str, str]) -> None:
    assert contrast(palette["on-accent"], palette["accent"]) >= READABLE
    assert contrast("#ffffff", palette["past"]) >= READABLE


def test_light_and_dark_have_the_same_names() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_uses_only_colours_of_the_palette(name: str) -> None:
    assert set(re.findall(r"var\(--ph-([\w-]+)\)", sheet(name))) - {"mono", "played"} <= LIGHT.keys()


def test_a_static_picture_needs_no_variables_for_no_page_gives_them() -> None:
    assert "var(" not in picture_style()
    assert "prefers-color-scheme:dark" in picture_style()


def test_the_player_follows_the_page_and_else_the_readers_system() -> None:
    style = player_style()
    assert '[data-jp-theme-light="false"] :is(.ph-player' in style
    assert "@media(prefers-color-scheme:dark){:is(.ph-player" in style
    assert "var(--jp-layout-color0" in style


def test_nothing_moves_for_those_who_do_not_want_it() -> None:
    reduced = player_style().partition("prefers-reduced-motion: reduce")[2]
    assert "animation: none !important" in reduced


def test_braces_are_balanced_and_no_rule_is_lost() -> None:
    style = player_style()
    assert style.count("{") == style.count("}")
    assert ".ph-graph text" in style
