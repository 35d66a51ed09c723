"""The board: what a node of the picture shows, however often a run gets there."""

from __future__ import annotations

import pytest

from playhead_widgets.views.board import Board, board_of, node_of, number_of
from playhead_widgets.views.graph import graph_of
from tests.unit.playhead_widgets.recordings import recording


@pytest.mark.parametrize(
    ("path", "node", "number"),
    [
        ("", "", None),
        ("ship", "ship", None),
        ("ship#3", "ship", 3),
        ("crawl#2/page#10/fetch", "crawl/page/fetch", None),
        ("crawl#2/page#10", "crawl/page", 10),
    ],
)
def test_a_path_stands_for_a_node_and_may_end_with_a_number(path: str, node: str, number: int | None) -> None:
    assert node_of(path) == node
    assert number_of(path) == number


def test_what_was_never_reached_is_pending() -> None:
    board = Board()
    assert board.state("a") == "pending"
    assert not board.begun(["a"])
    assert (board.total("a"), board.turn("a"), board.items("a")) == (0, 0, {})


def test_the_loudest_state_of_all_records_of_a_node_is_shown() -> None:
    board = Board()
    for path, state in {"in#1/a": "success", "in#2/a": "failed", "in#3/a": "running"}.items():
        board.mark(path, state)
    assert board.state("in/a") == "failed"
    board.mark("in#2/a", "success")
    assert board.state("in/a") == "running"


def test_pending_takes_a_record_back() -> None:
    board = Board()
    board.mark("a", "running")
    board.mark("a", "pending")
    assert board.state("a") == "pending"
    assert board.states == {}


def test_items_are_counted_by_state() -> None:
    board = Board()
    board.mark("ship", "running", 4)
    for number, state in enumerate(["success", "success", "failed"]):
        board.mark(f"ship#{number}", state)
    assert board.items("ship") == {"success": 2, "failed": 1}
    assert board.total("ship") == 4
    assert board.state("ship") == "running"


def test_a_foreach_in_a_loop_shows_the_items_of_the_turn_it_is_in() -> None:
    board = Board()
    for turn, items in ((1, 3), (2, 5)):
        board.mark(f"crawl#{turn}/page", "running", items)
        for number in range(items - 1):
            board.mark(f"crawl#{turn}/page#{number}", "success")
    assert board.container("crawl/page") == "crawl#2/page"
    assert board.total("crawl/page") == 5
    assert board.items("crawl/page") == {"success": 4}


def test_a_loop_shows_its_turn_and_gives_it_back_when_time_goes_back() -> None:
    board = Board()
    for turn in (1, 2, 3):
        board.mark(f"poll#{turn}", "success")
    assert board.turn("poll") == 3
    board.mark("poll#3", "pending")
    assert board.turn("poll") == 2


def test_arms_that_were_not_taken_are_skipped() -> None:
    run = recording("arms")
    board = board_of(graph_of(run.workflow), run.snapshot())
    assert (board.state("tally"), board.state("tiny")) == ("success", "skipped")
    assert not board.begun(["tiny"])


def test_a_branch_that_lies_ahead_has_skipped_nothing() -> None:
    run = recording("arms")
    seq = next(event.seq for event in run.log if event.path == ("total",))
    board = board_of(graph_of(run.workflow), run.snapshot(seq))
    assert (board.state("tally"), board.state("tiny")) == ("pending", "pending")


def test_the_board_of_a_snapshot_knows_the_last_turn() -> None:
    run = recording("loops")
    board = board_of(graph_of(run.workflow), run.snapshot())
    assert board.turn("crawl") == 3
    assert board.container("crawl/page") == "crawl#3/page"
    assert board.items("crawl/page") == {"success": 3}
    assert board.state("") == "success"
