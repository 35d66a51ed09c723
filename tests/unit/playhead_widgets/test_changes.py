"""Changes: what is different between two values, and between two moments of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playhead_widgets.source import Recording
from playhead_widgets.views.changes import LISTED, changes, record_changes, state_changes, value_changes
from tests.unit.playhead_widgets.recordings import recording


def moment(run: Recording, type: str, *path: str) -> int:
    """The event of that type at that path."""
    return next(event.seq for event in run.log if event.type == type and event.path == path)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 1, []),
        (1, 2, [("value", "changed", "1", "2")]),
        ({"a": 1}, {"a": 1, "b": 2}, [("b", "added", None, "2")]),
        ({"a": 1, "b": 2}, {"a": 1}, [("b", "removed", "2", None)]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("a.b.1", "changed", "2", "3")]),
        ([1], [1, 2], [("1", "added", None, "2")]),
        ({1: "a"}, {"1": "a"}, [("1", "removed", "a", None), ("1", "added", None, "a")]),
        ({(1, 2): "a"}, {(1, 2): "b"}, [("(1, 2)", "changed", "a", "b")]),
        ({"a": 1}, [1], [("value", "changed", "dict of 1", "list of 1")]),
        (np.arange(3), np.arange(3), []),
        (np.arange(3), np.arange(4), [("value", "changed", "0, 1, 2", "0, 1, 2, 3")]),
    ],
)
def test_each_place_where_values_differ_is_told(before: Any, after: Any, expected: list[Any]) -> None:
    found = [(c["path"], c["kind"], c.get("before"), c.get("after")) for c in value_changes(before, after)]
    assert found == expected


def test_many_differences_are_cut_and_the_rest_is_said() -> None:
    found = value_changes(dict.fromkeys(range(500), 0), dict.fromkeys(range(500), 1))
    assert len(found) == LISTED + 1
    assert found[-1]["kind"] == "more"


def test_values_that_cannot_be_compared_differ() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no")

        __hash__ = None  # type: ignore[assignment]  # it is never put in a set

        def __repr__(self) -> str:
            return "odd"

    assert value_changes({"a": Odd()}, {"a": Odd()})[0]["kind"] == "changed"


def test_the_state_a_step_has_set_is_a_change() -> None:
    run = recording("asking")
    before, after = run.snapshot(1), run.snapshot(moment(run, "step-succeeded", "tally"))
    assert [(c["path"], c["kind"], c["after"]) for c in state_changes(before, after)] == [
        ("count", "added", "1"),
        ("seen", "added", "4"),
    ]


def test_steps_that_went_on_are_told_with_their_states() -> None:
    run = recording("answered")
    before = run.snapshot(moment(run, "step-suspended", "approve"))
    found = record_changes(before, run.snapshot())
    assert [(c["path"], c["before"], c["after"]) for c in found] == [
        ("approve", "suspended", "success"),
        ("twice", "pending", "success"),
    ]


def test_turns_and_items_that_went_the_same_way_are_told_together() -> None:
    run = recording("loops")
    found = {c["path"]: c["count"] for c in record_changes(run.snapshot(1), run.snapshot())}
    assert found["crawl/page/fetch"] == 9
    assert found["crawl/page"] == 9  # three items in each of three turns; that which holds them is none of them


def test_a_step_that_ran_again_with_another_result_tells_the_difference() -> None:
    run = recording("travelled")
    done = moment(run, "step-succeeded", "twice")
    [again] = record_changes(run.snapshot(done), run.snapshot())
    assert (again["path"], again["before"], again["after"]) == ("twice", "success", "success")
    assert [(c["before"], c["after"]) for c in again["output"]] == [("4", "100")]


def test_what_was_taken_back_is_pending_again() -> None:
    run = recording("travelled")
    done, back = moment(run, "step-succeeded", "twice"), moment(run, "run-rewound")
    found = record_changes(run.snapshot(done), run.snapshot(back))
    assert [(c["path"], c["after"]) for c in found] == [("twice", "pending")]


def test_two_equal_moments_differ_in_nothing() -> None:
    now = recording("arms").snapshot()
    assert changes(now, now) == {
        "run": {"before": "success", "after": "success"},
        "records": [],
        "state": [],
        "input": [],
    }
