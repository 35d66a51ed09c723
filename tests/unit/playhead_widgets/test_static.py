"""The player's JavaScript and style sheets: one module, no markup from data, nothing from the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playhead_widgets.bundle import MODULES, player_module
from playhead_widgets.views.palette import player_style
from tests.unit.playhead_widgets.scripts import STATIC, check, modules

#: Ways to make markup, code or requests out of text.
UNSAFE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\b|\bFunction\(|"
    r"setTimeout\(\s*[\"'`]|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|\bimport\(|"
    r"localStorage|document\.cookie|postMessage|https?://(?!www\.w3\.org/)"
)
LINES = 400


def imports(text: str) -> list[str]:
    return re.findall(r"^import .* from \"\./(\w+)\.js\";$", text, re.MULTILINE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_nothing_makes_markup_or_code_out_of_text_or_asks_the_network(path: Path) -> None:
    assert UNSAFE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line", ["a.innerHTML = b", "eval(x)", "fetch('/x')", "import('https://cdn/x.js')", "new Function('a')"]
)
def test_what_is_unsafe_is_noticed(line: str) -> None:
    assert UNSAFE.search(line)


def test_markup_is_parsed_in_one_place_and_what_could_act_is_taken_out() -> None:
    uses = [path.name for path in modules() if "DOMParser" in path.read_text("utf-8")]
    assert uses == ["graph.js"]
    assert 'querySelectorAll("script, foreignObject, style, image, use, a, animate, set")' in (
        STATIC / "graph.js"
    ).read_text("utf-8")


def test_every_file_is_part_of_the_module_after_those_it_needs() -> None:
    assert set(MODULES) == {path.stem for path in modules()}
    for at, name in enumerate(MODULES):
        needed = imports((STATIC / f"{name}.js").read_text("utf-8"))
        assert set(needed) <= set(MODULES[:at]), name


def test_the_module_is_one_module_whose_names_do_not_repeat(tmp_path: Path) -> None:
    text = player_module()
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
    check(text, tmp_path / "player.mjs")


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_a_file_owns_one_thing(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LINES


def test_the_style_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|expression\(", player_style())


def test_every_class_that_is_styled_is_used() -> None:
    used = " ".join(path.read_text("utf-8") for path in [*modules(), *(STATIC.parent / "views").glob("*.py")])
    named = set(re.findall(r"\.(ph-[\w-]+)", player_style()))
    built = re.compile(r"ph-(st|k|chip|tick|bar|item|cell|value|field|button|edge|pill|added|removed|changed|more)")
    assert {name for name in named if name not in used and not built.match(name)} == set()
