"""Excerpts: the rest of a value, part by part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from playhead_widgets.views.excerpts import MORE, excerpt
from playhead_widgets.views.values import tree


def test_a_list_goes_on_where_its_tree_ended_with_its_own_numbers() -> None:
    value = list(range(1_000))
    shown = len(tree(value)["items"])
    more = excerpt(value, [], shown)
    assert [key for key, _ in more["items"]] == [str(number) for number in range(shown, shown + MORE)]
    assert more["more"] == 1_000 - shown - MORE


def test_all_of_it_can_be_had_in_the_end() -> None:
    value = list(range(173))
    seen: list[str] = []
    while len(seen) < 173:
        seen += [item["v"] for _, item in excerpt(value, [], len(seen))["items"]]
    assert seen == [str(number) for number in value]


def test_a_part_is_found_by_its_positions() -> None:
    value = {"a": 1, "rows": [{"deep": list(range(100))}]}
    assert excerpt(value, [1, 0, 0], 30)["items"][0] == ["30", {"t": "int", "v": "30"}]


def test_what_was_too_deep_is_shown_from_its_beginning() -> None:
    assert excerpt([[[[[["deep"]]]]]], [0, 0, 0, 0, 0])["items"] == [["0", {"t": "str", "v": "deep"}]]


def test_a_frame_gives_its_next_rows_with_their_labels() -> None:
    frame = pd.DataFrame({"a": range(100)})
    more = excerpt({"frame": frame}, [0], 8)
    assert more["rows"][0] == ["8", "8"]
    assert len(more["rows"]) == MORE
    assert more["more"] == 100 - 8 - MORE


def test_an_array_gives_its_next_rows() -> None:
    more = excerpt(np.arange(200).reshape(100, 2), [], 8)
    assert more["rows"][0] == ["16", "17"]
    assert more["more"] == 100 - 8 - MORE


def test_a_table_of_records_goes_on_as_a_table() -> None:
    more = excerpt([{"a": number, "b": "x"} for number in range(30)], [], 20)
    assert more["columns"] == ["", "a", "b"]
    assert more["rows"][0] == ["20", "20", "x"]


@pytest.mark.parametrize("at", [[5], [0, 0], [0, 0, 0], [2]])
def test_a_place_that_is_not_there_is_refused(at: list[int]) -> None:
    with pytest.raises(LookupError):
        excerpt([1, "text"], at)


def test_what_is_kept_from_the_screen_cannot_be_fetched() -> None:
    value: Any = {"password": "hunter2"}
    with pytest.raises(LookupError):
        excerpt(value, [0])
    assert "hunter2" not in str(excerpt(value, []))
