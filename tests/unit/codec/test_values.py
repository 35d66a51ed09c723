"""Values come back exactly as they were, or are refused naming the place."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from typing import Any

import pytest

from playhead.codec.values import dump, load
from playhead.errors import NotStorable, StoreCorrupt
from playhead.machine.payload import Element, Encoded, External, Series, Table
from tests.unit.codec.kinds import EXACT, FRAME, Box, order
from tests.unit.codec.same import same


@pytest.mark.parametrize("kind", EXACT)
def test_every_kind_comes_back_exactly(kind: str) -> None:
    value = EXACT[kind]
    assert same(load(dump(value)), value)


@pytest.mark.parametrize("kind", EXACT)
def test_every_kind_comes_back_exactly_from_deep_inside(kind: str) -> None:
    value = {"rows": [({"x": EXACT[kind]},), Box(1, [EXACT[kind]])]}
    assert same(load(dump(value)), value)


@pytest.mark.parametrize("kind", EXACT)
def test_equal_values_have_equal_bytes(kind: str) -> None:
    assert dump(EXACT[kind]) == dump(load(dump(EXACT[kind])))


def test_the_comparison_of_these_tests_is_strict() -> None:
    different = [
        (1, True),
        (0.0, -0.0),
        ([1], (1,)),
        ({1: 2}, {1: 2.0}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ]
    assert [pair for pair in different if same(*pair)] == []
    assert same([math.nan, {"a": (1,)}], [math.nan, {"a": (1,)}])
    assert not same(order(), order().model_copy(update={"at": None}))


@pytest.mark.parametrize("text", ["NaN", "sNaN12", "-NaN", "-Infinity", "1E+999999", "-0E-5", "1.10"])
def test_decimals_keep_every_sign_and_digit(text: str) -> None:
    assert load(dump(decimal.Decimal(text))).as_tuple() == decimal.Decimal(text).as_tuple()


def test_what_is_loaded_belongs_to_the_one_who_loads() -> None:
    payload = dump({"rows": [1], "box": Box(1, [2]), "order": order(), "frame": FRAME})
    first = load(payload)
    first["rows"].append(2)
    first["box"].things.clear()
    first["order"].items.pop()
    first["frame"].iloc[0, 0] = 99
    assert same(load(payload), {"rows": [1], "box": Box(1, [2]), "order": order(), "frame": FRAME})


def test_what_was_dumped_is_free_to_change() -> None:
    value = {"rows": [1]}
    payload = dump(value)
    value["rows"].append(2)
    assert load(payload) == {"rows": [1]}


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize("depth", [127, 128, 129, 255, 256, 257, 511, 512])
@pytest.mark.parametrize(
    "wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: {1: v, "\ud800": []}], ids=["list", "dict", "pairs"]
)
def test_lists_and_dicts_may_be_deep(depth: int, wrap: Callable[[Any], Any]) -> None:
    if wrap(0) == {1: 0, "\ud800": []}:
        depth = min(depth, 140)  # each level is an object of its own
    value = nested(depth, wrap)
    again = load(dump(value))
    for _ in range(depth):
        value, again = (next(iter(each.values())) if isinstance(each, dict) else each[0] for each in (value, again))
    assert again == value == 1


@pytest.mark.parametrize("depth", [513, 3_000, 100_000])
def test_lists_deeper_than_that_are_refused(depth: int) -> None:
    with pytest.raises(NotStorable, match="nested more than 512 deep"):
        dump(nested(depth, lambda value: [value]))


def test_objects_may_be_nested_deep_and_are_refused_deeper() -> None:
    value = nested(149, lambda value: (value,))
    assert load(dump(value)) == value
    with pytest.raises(NotStorable, match="nested more than 150 objects deep"):
        dump(nested(151, lambda value: Box(1, [value])))


def test_tables_and_series_are_loaded_part_by_part() -> None:
    table = Table((("a", dump(1)), ("b", Series((dump([2]), None)))))
    assert load(table) == {"a": 1, "b": [[2], None]}
    assert load(table)["b"] is not load(table)["b"]


def test_an_element_is_one_item_of_its_list() -> None:
    assert load(Element(dump(["a", "b"]), 1)) == "b"
    assert load(Element(Series((dump("a"), None)), 0)) == "a"
    assert load(Element(Series((dump("a"), None)), 1)) is None


def test_an_external_payload_is_fetched_when_it_is_loaded() -> None:
    asked: list[str] = []

    def fetch(digest: str) -> bytes:
        asked.append(digest)
        return dump((1, 2)).data

    payload = External("abc", 5, fetch)
    assert asked == []
    assert load(payload) == (1, 2)
    assert asked == ["abc"]


@pytest.mark.parametrize("kind", EXACT)
def test_cut_bytes_are_corrupt_and_nothing_else(kind: str) -> None:
    data = dump(EXACT[kind]).data
    for end in {0, 1, len(data) // 2, len(data) - 1} - {len(data)}:
        with pytest.raises(StoreCorrupt):
            load(Encoded(data[:end]))


@pytest.mark.parametrize("kind", EXACT)
def test_bytes_after_the_value_are_corrupt(kind: str) -> None:
    with pytest.raises(StoreCorrupt):
        load(Encoded(dump(EXACT[kind]).data + b"\x01"))
