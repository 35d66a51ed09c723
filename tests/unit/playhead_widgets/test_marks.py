"""Marks are the log in short: played on a board, they show what the snapshots show, at every moment."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from playhead.machine.events import Event
from playhead_widgets.source import Recording
from playhead_widgets.views.board import Board, board_of
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.marks import Mark, Marks
from tests.unit.playhead_widgets.recordings import NAMES, recording


def play(board: Board, marks: list[Mark]) -> None:
    for mark in marks:
        board.mark(mark[1], mark[2], more(mark).get("n"))


def kind(mark: Mark) -> str:
    """The kind of checkpoint that the mark is."""
    return str(mark[4]) if len(mark) > 4 else ""


def more(mark: Mark) -> dict[str, Any]:
    found: dict[str, Any] = mark[5] if len(mark) > 5 else {}
    return found


def marked(run: Recording) -> Marks:
    marks = Marks(graph_of(run.workflow))
    marks.take(run.log)
    return marks


def kinds(run: Recording) -> list[str]:
    """The kinds of checkpoints, in order."""
    return [kind(mark) for mark in marked(run).all if kind(mark)]


@pytest.mark.parametrize("name", NAMES)
def test_a_board_made_of_marks_equals_the_snapshot_at_every_event(name: str) -> None:
    run = recording(name)
    graph = graph_of(run.workflow)
    marks, board = Marks(graph), Board()
    for event in run.log:
        play(board, marks.take([event]))
        wanted = board_of(graph, run.snapshot(event.seq))
        for path in {*board.states, *wanted.states} - {""}:
            assert board.states.get(path) == wanted.states.get(path), f"{path} after {event.seq} {event.type}"


@pytest.mark.parametrize("name", NAMES)
def test_the_run_ends_as_its_snapshot_says(name: str) -> None:
    run, board = recording(name), Board()
    play(board, marked(run).all)
    assert board.state("") == run.snapshot().shown_status.value


@pytest.mark.parametrize("name", NAMES)
def test_the_marks_are_the_same_however_many_events_come_at_a_time(name: str) -> None:
    run = recording(name)
    marks = Marks(graph_of(run.workflow))
    one_by_one = [mark for event in run.log for mark in marks.take([event])]
    assert one_by_one == marks.all == marked(run).all


def test_a_long_run_that_is_shown_gives_the_collector_of_garbage_no_more_to_look_at() -> None:
    run = recording("chain")
    steps = [event for event in run.log if event.path]
    marks = Marks(graph_of(run.workflow))
    marks.take(steps * 100)
    gc.collect()
    assert len(marks.all) >= 100 * len(steps)
    assert not [mark for mark in marks.all if gc.is_tracked(mark)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chain", ["start", "step", "step", "end"]),
        ("answered", ["start", "step", "suspension", "answer", "step", "step", "end"]),
        ("answered inside", ["start", "step", *2 * ["suspension", "answer", "step", "step"], "end"]),
        ("failing", ["start", "step", "step", "failure", "end"]),
        ("retrying", ["start", "retry", "retry", "step", "step", "end"]),
        ("travelled", ["start", "step", "step", "end", "travel", "step", "end"]),
        ("forked", ["start", "step", "fork", "step", "end"]),
        ("step by step", ["start", "step"]),
        ("sleeping", ["start", "step", "step", "step", "end"]),
    ],
)
def test_moments_worth_scrubbing_to_are_told_once_each(name: str, expected: list[str]) -> None:
    assert kinds(recording(name)) == expected


def test_only_leaves_are_checkpoints_for_their_containers_follow_them() -> None:
    steps = [mark[1] for mark in marked(recording("loops")).all if kind(mark) == "step"]
    assert "crawl#1/page#0/fetch" in steps
    assert not {"crawl", "crawl#1", "crawl#1/page", "crawl#1/page#0"} & set(steps)


def test_a_foreach_tells_how_many_items_it_has() -> None:
    totals = {mark[1]: more(mark)["n"] for mark in marked(recording("loops")).all if "n" in more(mark)}
    assert totals == {"crawl#1/page": 3, "crawl#2/page": 3, "crawl#3/page": 3}


def test_what_has_no_place_in_a_changed_definition_is_pending_again() -> None:
    run = recording("asking")
    marks = marked(run)
    last = run.log[-1]
    fit = {"drop": [["approve"]], "frames": []}
    found = marks.take([Event(last.seq + 1, last.at, "run-resumed", (), {"targets": [], "fit": fit})])
    assert [mark[1:3] for mark in found] == [("approve", "pending"), ("", "running")]


def test_time_between_a_run_and_its_fork_does_not_count() -> None:
    run = recording("forked and resting")
    forked = next(event for event in run.log if event.type == "run-forked")
    waited = [event if event.seq < forked.seq else _later(event, 3_600) for event in run.log]
    marks = Marks(graph_of(run.workflow))
    marks.take(waited)
    assert marks.all[-1][3] < 60_000


def _later(event: Event, seconds: float) -> Event:
    return Event(event.seq, event.at + seconds, event.type, event.path, event.data)
