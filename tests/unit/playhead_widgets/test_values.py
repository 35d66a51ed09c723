"""Values as trees: any value, however large, deep, odd or hostile, as small plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from playhead_widgets.views.values import NODES, TEXT, short, tree


class Colour(Enum):
    RED = 1


@dataclass
class Point:
    x: int
    y: int


class Pair(NamedTuple):
    one: int
    other: str


class Model(BaseModel):
    name: str
    parts: list[int]


class Explosive:
    def __repr__(self) -> str:
        raise RuntimeError("boom")


class Boastful:
    def _repr_html_(self) -> str:
        raise AssertionError("a foreign _repr_html_ was called")

    def __repr__(self) -> str:
        return "<b>quiet</b>"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def nodes(shown: dict[str, Any]) -> int:
    return 1 + sum(nodes(child) for _, child in shown.get("items", ()))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "NoneType", "None"),
        (True, "bool", "True"),
        (12, "int", "12"),
        (1.5, "float", "1.5"),
        ("hello", "str", "hello"),
        (b"ab", "bytes", "b'ab'"),
        (Decimal("1.50"), "Decimal", "1.50"),
        (date(2030, 1, 2), "date", "2030-01-02"),
        (PurePosixPath("a/b"), "PurePosixPath", "a/b"),
        (Colour.RED, "Colour", "RED"),
        (ValueError("no"), "ValueError", "no"),
        (Boastful(), "Boastful", "<b>quiet</b>"),
    ],
)
def test_a_plain_value_is_its_type_and_its_text(value: Any, kind: str, text: str) -> None:
    shown = tree(value)
    assert (shown["t"], shown["v"]) == (kind, text)


@pytest.mark.parametrize(
    ("value", "kind", "keys"),
    [
        ({"a": 1, "b": 2}, "dict", ["a", "b"]),
        ([7, 8], "list", ["0", "1"]),
        ((7,), "tuple", ["0"]),
        (Point(1, 2), "Point", ["x", "y"]),
        (Pair(1, "b"), "Pair", ["one", "other"]),
        (Model(name="m", parts=[1]), "Model", ["name", "parts"]),
        ({3, 1, 2}, "set", ["", "", ""]),
    ],
)
def test_a_container_names_its_parts(value: Any, kind: str, keys: list[str]) -> None:
    shown = tree(value)
    assert (shown["t"], shown["n"]) == (kind, len(keys))
    assert [key for key, _ in shown["items"]] == keys


def test_a_set_is_shown_in_the_same_order_every_time() -> None:
    assert [item["v"] for _, item in tree({3, 1, 2})["items"]] == ["1", "2", "3"]


def test_a_wide_container_says_how_many_more_there_are() -> None:
    shown = tree(list(range(1_000)))
    assert len(shown["items"]) == 20
    assert shown["more"] == 980


def test_a_deep_container_is_cut_and_says_so() -> None:
    shown = tree(nested(50))
    while shown.get("items"):
        shown = shown["items"][0][1]
    assert shown["more"] == 1


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    shown = tree("x" * 5_000)
    assert len(shown["v"]) < TEXT + 20
    assert shown["cut"] == 5_000


def test_a_huge_number_is_not_written_out() -> None:
    assert tree(1 << 50_000)["v"] == "a number of 50,001 bits"


def test_a_value_that_holds_itself_is_shown_once() -> None:
    value: dict[str, Any] = {}
    value["me"] = value
    assert tree(value)["items"][0][1]["v"] == "itself"


def test_what_goes_wrong_in_a_value_is_shown_in_its_place() -> None:
    shown = tree({"bad": Explosive(), "good": 1})
    assert shown["items"][0][1] == {"t": "Explosive", "v": "cannot be shown: RuntimeError", "bad": True}
    assert shown["items"][1][1]["v"] == "1"


def test_the_whole_tree_has_a_limited_number_of_nodes() -> None:
    value = [[[list(range(20)) for _ in range(20)] for _ in range(20)] for _ in range(20)]
    assert nodes(tree(value)) <= NODES


@pytest.mark.parametrize("key", ["password", "api_key", "auth_token", "Authorization", "client-secret"])
def test_a_text_under_a_secret_name_is_kept_from_the_screen(key: str) -> None:
    assert "hunter2" not in json.dumps(
        tree({key: "hunter2", "rows": [{key: "hunter2", "a": 1}, {key: "hunter2", "a": 2}]})
    )


def test_numbers_under_such_a_name_are_no_secrets() -> None:
    assert tree({"max_token": 12})["items"][0][1]["v"] == "12"


def test_a_frame_is_its_shape_its_columns_and_its_first_rows() -> None:
    shown = tree(pd.DataFrame({"a": range(100), "b": ["x"] * 100}))
    assert (shown["t"], shown["shape"]) == ("DataFrame", "100 × 2")
    assert shown["columns"] == ["", "a", "b"]
    assert shown["rows"][1] == ["1", "1", "x"]
    assert shown["more"] == 100 - len(shown["rows"])


def test_a_wide_frame_says_how_many_more_columns_there_are() -> None:
    shown = tree(pd.DataFrame({f"c{number}": [1] for number in range(40)}))
    assert len(shown["columns"]) + shown["more_columns"] == 41


def test_a_series_and_an_empty_frame_are_shown() -> None:
    assert tree(pd.Series([1, 2], name="age"))["columns"] == ["", "age"]
    assert tree(pd.DataFrame())["t"] == "DataFrame"


def test_arrays_are_shown_by_their_dimensions() -> None:
    assert tree(np.arange(3))["v"] == "0, 1, 2"
    assert tree(np.arange(100))["v"].endswith("… 80 more")
    assert tree(np.eye(2))["rows"] == [["1.0", "0.0"], ["0.0", "1.0"]]
    assert tree(np.zeros((2, 3, 4))) == {"t": "ndarray", "dtype": "float64", "shape": "2 × 3 × 4"}
    assert tree(np.float64(1.5))["v"] == "1.5"


def test_a_list_of_records_is_a_table() -> None:
    shown = tree([{"model": "a", "score": 0.5}, {"model": "b", "score": 0.25}])
    assert shown["columns"] == ["", "model", "score"]
    assert shown["rows"] == [["0", "a", "0.5"], ["1", "b", "0.25"]]


def test_records_that_differ_are_no_table() -> None:
    assert "columns" not in tree([{"a": 1, "b": 2}, {"a": 1}])
    assert "columns" not in tree([{"a": 1, "b": [2]}, {"a": 1, "b": [2]}])


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12"), ("a\nb", "a b"), ([1, 2, 3], "list of 3"), (pd.DataFrame({"a": [1]}), "DataFrame 1 × 1")],
)
def test_a_few_words_say_what_a_value_is(value: Any, text: str) -> None:
    assert short(value) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_becomes_small_plain_data(value: Any) -> None:
    assert len(json.dumps(tree(value))) < 300_000
