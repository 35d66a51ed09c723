"""History: the moments of a run worth going back to."""

from __future__ import annotations

import pytest

from playhead.machine.history import LABELS, checkpoints
from tests.unit.playhead_widgets.recordings import NAMES, recording


def test_each_moment_says_in_words_what_had_happened() -> None:
    assert [point.label for point in checkpoints(recording("answered").log)] == [
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
    seqs = [point.seq for point in found]
    assert seqs == sorted(seqs)
    assert set(seqs) <= {event.seq for event in run.log}
    assert {point.kind for point in found} <= set(LABELS)


def test_a_failure_names_the_step_that_failed_and_not_what_it_stands_in() -> None:
    failures = [point for point in checkpoints(recording("failing").log) if point.kind == "failure"]
    assert [(point.path, point.label) for point in failures] == [(("inner", "explode"), "inner/explode failed")]


def test_a_try_that_is_not_the_last_is_a_moment() -> None:
    labels = [point.label for point in checkpoints(recording("retrying").log)]
    assert labels.count("stumble will be tried again") == 2
    assert "stumble failed" not in labels


def test_going_back_is_a_moment_and_a_fork_another() -> None:
    assert "travelled back" in [point.label for point in checkpoints(recording("travelled").log)]
    assert [point.kind for point in checkpoints(recording("forked").log)].count("fork") == 1
