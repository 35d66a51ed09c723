"""Payloads: reading a recorded value never fails, whatever it is."""

from __future__ import annotations

from typing import Any

from playhead.codec.errors import dump_error
from playhead.codec.values import dump
from playhead.machine.payload import Element, Encoded, External, Payload, Series, Table
from playhead_widgets.views.payloads import LARGEST, error_view, loaded, payload_tree, size_of

DAMAGED = Encoded(b"\xc1 this is no value")


def part(value: Any) -> Payload:
    return dump(value, "value")


class LoudError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_nothing_recorded_is_no_tree() -> None:
    assert payload_tree(None) is None
    assert size_of(None) == 0
    assert loaded(None) is None


def test_a_recorded_none_is_a_value() -> None:
    assert payload_tree(part(None)) == {"t": "NoneType", "v": "None"}


def test_a_composed_value_is_shown_as_what_it_stands_for() -> None:
    table = payload_tree(Table((("a", part(1)), ("b", part("x")))))
    series = payload_tree(Series((part(1), None, part(3))))
    assert table is not None
    assert series is not None
    assert (table["t"], [key for key, _ in table["items"]]) == ("dict", ["a", "b"])
    assert (series["t"], [item["v"] for _, item in series["items"]]) == ("list", ["1", "None", "3"])


def test_an_element_is_one_item_of_its_list() -> None:
    assert payload_tree(Element(part([5, 6, 7]), 1)) == {"t": "int", "v": "6"}


def test_a_damaged_value_says_so_in_its_place() -> None:
    shown = payload_tree(DAMAGED)
    assert shown is not None
    assert shown["bad"]


def test_one_damaged_part_does_not_hide_the_others() -> None:
    shown = payload_tree(Table((("bad", DAMAGED), ("good", part(7)))))
    assert shown is not None
    assert [item.get("bad", False) for _, item in shown["items"]] == [True, False]
    assert shown["items"][1][1]["v"] == "7"


def test_a_value_of_very_many_parts_is_read_only_as_far_as_it_is_shown() -> None:
    shown = payload_tree(Series(tuple(part(number) if number < 20 else DAMAGED for number in range(1_000))))
    assert shown is not None
    assert (len(shown["items"]), shown["more"]) == (20, 980)


def test_a_huge_value_is_not_read() -> None:
    def fetch(digest: str) -> bytes:
        raise AssertionError("it was read")

    shown = payload_tree(External("0" * 64, LARGEST + 1, fetch))
    assert shown == {"t": "large value", "v": "64 MB, too large to be shown"}


def test_an_error_is_its_type_its_message_and_its_notes() -> None:
    error = ValueError("two\nlines")
    error.add_note("look here")
    view = error_view(dump_error(error), traceback=True)
    assert view is not None
    assert (view["type"], view["message"], view["notes"]) == ("ValueError", "two\nlines", ["look here"])
    assert "ValueError" in view["traceback"]


def test_an_error_that_cannot_speak_is_still_named() -> None:
    view = error_view(dump_error(LoudError()))
    assert view is not None
    assert view["type"] == "LoudError"


def test_a_long_message_is_cut() -> None:
    view = error_view(dump_error(ValueError("x" * 5_000)))
    assert view is not None
    assert len(view["message"]) < 400
