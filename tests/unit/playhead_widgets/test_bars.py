"""When each place of a run was in which state."""

from __future__ import annotations

from typing import Any

import pytest

from playhead_widgets.views.bars import Bar, bars_of
from playhead_widgets.views.marks import marks_of
from playhead_widgets.views.timeline import end_of, stacked, timeline_svg, timeline_text
from tests.unit.playhead_widgets.recordings import NAMES, recording
from tests.unit.playhead_widgets.scripts import run

AS_DATA = (
    "[...barsOf(data, data.length)].map(([node, bars]) => [node, bars.map((b) => [b.path, b.state, b.from, b.to])])"
)


def rows(marks: list[Any]) -> list[Any]:
    return [[node, [[b.path, b.state, b.begin, b.end] for b in bars]] for node, bars in bars_of(marks).items()]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_has_the_bars_of_the_player(name: str) -> None:
    found = recording(name)
    marks = marks_of(found.workflow, found.log)
    assert run("barsOf from timeline", AS_DATA, marks) == rows(marks)


def test_a_try_that_is_repeated_a_wait_and_the_try_that_succeeds_are_bars_of_one_row() -> None:
    marks = [
        [1, "", "running", 0],
        [2, "a", "running", 10],
        [3, "a", "waiting", 30],
        [4, "a", "running", 70],
        [5, "a", "success", 90],
        [6, "", "success", 90],
    ]
    assert rows(marks) == [
        ["a", [["a", "retried", 10, 30], ["a", "waiting", 30, 70], ["a", "success", 70, 90]]],
    ]


def test_items_stand_in_the_row_of_their_foreach_and_containers_have_no_bar() -> None:
    marks = [
        [1, "each", "running", 0, "", {"k": "foreach", "n": 2}],
        [2, "each#0", "running", 0],
        [3, "each#1", "running", 5],
        [4, "each#0", "success", 9],
        [5, "each#1", "failed", 12],
        [6, "each", "failed", 12],
    ]
    assert rows(marks) == [["each", [["each#0", "success", 0, 9], ["each#1", "failed", 5, 12]]]]


def test_bars_at_the_same_time_lie_above_each_other() -> None:
    bars = [Bar("a#0", "success", 0, 10), Bar("a#1", "success", 5, 20), Bar("a#2", "success", 10, 15)]
    assert stacked(bars, 20) == [0, 1, 0]


def test_a_bar_without_an_end_goes_on_until_now() -> None:
    found = {"a": [Bar("a", "running", 10)]}
    assert end_of(found, 50) == 50
    assert timeline_text(found, 50) == f"a  {'·' * 8}{'█' * 32}  40 ms"


def test_a_picture_of_nothing_says_so() -> None:
    assert "Nothing has run yet." in timeline_svg({}, 0)
    assert timeline_text({}, 0) == "Nothing has run yet."


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_the_same_every_time(name: str) -> None:
    found = recording(name)
    bars = bars_of(marks_of(found.workflow, found.log))
    assert timeline_svg(bars, 100) == timeline_svg(bars, 100)
    assert timeline_text(bars, 100, times=False) == timeline_text(bars, 100, times=False)
