"""HTML put together from parts."""

from __future__ import annotations

from typing import Any

import html5lib
import pytest

from playhead_widgets.views.markup import Markup, h, joined, text
from playhead_widgets.views.trees import tree_markup
from playhead_widgets.views.values import tree


def test_texts_are_escaped_and_elements_are_not() -> None:
    assert h("p", "a < b", h("b", "&"), None, 3) == "<p>a &lt; b<b>&amp;</b>3</p>"


def test_attributes_are_escaped_and_left_out_where_there_are_none() -> None:
    made = h("td", class_="x", title='"><script>', hidden=None, open=True, http_equiv="a", scope=False)
    assert made == '<td class="x" title="&quot;&gt;&lt;script&gt;" open http-equiv="a"></td>'


def test_an_element_without_an_inside_has_no_end() -> None:
    assert h("meta", name="generator", content="x") == '<meta name="generator" content="x">'


def test_line_breaks_are_kept_where_they_mean_something() -> None:
    assert text("a\nb") == "a\nb"
    assert h("p", "a\nb") == "<p>a b</p>"


def test_parts_can_be_joined() -> None:
    assert joined("<", Markup("<br>"), None) == "&lt;<br>"


VALUES: dict[str, tuple[Any, list[str]]] = {
    "number": (3, ["3"]),
    "nothing": (None, ["None"]),
    "text": ("a\nb", ["a\nb"]),
    "empty text": ("", ["“”"]),
    "long text": ("x" * 1_000, ["x" * 400 + "… (+600)", "1,000 characters"]),
    "empty list": ([], ["empty list"]),
    "list": ([1, "two"], ["list · 2 items", "0", "1", "1", "two"]),
    "one": ({"a": 1}, ["dict · 1 item", "a", "1"]),
    "table": ([{"a": 1, "b": 2}, {"a": 3, "b": 4}], ["list · 2 items", "a", "b", "0", "1", "2", "1", "3", "4"]),
    "much": (list(range(50)), ["list · 50 items", *map(str, (n for n in range(20) for _ in "ab")), "… 30 more"]),
    "secret": ({"password": "x"}, ["dict · 1 item", "password", "••••••"]),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_shows_its_parts_in_their_order(name: str) -> None:
    value, wanted = VALUES[name]
    page = html5lib.parse(tree_markup(tree(value)), treebuilder="etree")
    seen = [part for part in page.itertext() if part]
    if name == "secret":
        assert seen[:2] == wanted[:2]
        assert "x" not in seen
        return
    assert seen == wanted


def test_nothing_recorded_is_told_from_none() -> None:
    assert "nothing" in tree_markup(None)
    assert "None" in tree_markup(tree(None))


def test_a_few_levels_are_open() -> None:
    page = tree_markup(tree({"a": {"b": {"c": [1]}}}), open=2)
    assert page.count("<details") == 4
    assert page.count("<details open") == 2
