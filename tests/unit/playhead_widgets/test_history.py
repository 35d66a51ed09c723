"""History: the moments of a run worth looking at, and how long everything took."""

from __future__ import annotations

import pytest

from playhead_widgets.views.history import LABELS, checkpoints, marks_of, timeline
from tests.unit.playhead_widgets.recordings import NAMES, recording


def test_each_moment_says_in_words_what_had_happened() -> None:
    found = [point["label"] for point in checkpoints(recording("answered").log)]
    assert found == [
        "run started",
        "tally done",
        "approve asks",
        "approve answered",
        "approve done",
        "twice done",
        "run ended: success",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_moments_are_in_order_and_each_is_an_event_of_the_run(name: str) -> None:
    run = recording(name)
    found = checkpoints(run.log)
    seqs = [point["seq"] for point in found]
    assert seqs == sorted(seqs)
    assert set(seqs) <= {event.seq for event in run.log}
    assert {point["kind"] for point in found} <= set(LABELS)


def test_a_failure_names_the_step_that_failed() -> None:
    failure = next(point for point in checkpoints(recording("failing").log) if point["kind"] == "failure")
    assert (failure["path"], failure["label"], failure["status"]) == ("inner/explode", "inner/explode failed", "failed")


def test_the_whole_log_in_short_begins_with_the_start() -> None:
    run = recording("chain")
    marks = marks_of(run.workflow, run.log)
    assert marks[0] == [1, "", "running", 0, {"c": "start"}]
    assert marks[-1][1:3] == ["", "success"]


def test_the_timeline_has_a_bar_for_everything_that_began() -> None:
    run = recording("loops")
    bars = timeline(run.snapshot())
    assert len(bars) == len(run.snapshot().records)
    assert bars[0]["start"] == 0
    assert [bar["start"] for bar in bars] == sorted(bar["start"] for bar in bars)
    assert all(bar["end"] >= bar["start"] for bar in bars)


def test_a_bar_has_no_end_while_it_goes_on() -> None:
    run = recording("chain")
    began = next(event.seq for event in run.log if event.type == "step-started")
    [bar] = timeline(run.snapshot(began))
    assert (bar["state"], bar["end"]) == ("running", None)


def test_nothing_has_a_timeline_before_anything_began() -> None:
    assert timeline(recording("chain").snapshot(1)) == []
