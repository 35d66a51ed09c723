"""What is told twice, in Python for the saved picture and in JavaScript for the live one, is told alike."""

from __future__ import annotations

from typing import Any

import pytest

from playhead.machine.history import LABELS, checkpoints
from playhead_widgets.views.board import Board
from playhead_widgets.views.durations import duration
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.marks import marks_of
from playhead_widgets.views.svg import progress, shares
from tests.unit.playhead_widgets.recordings import NAMES, recording
from tests.unit.playhead_widgets.scripts import run

BOARD = """(() => {
  const board = new Board();
  for (const mark of data.marks) board.mark(mark);
  const nodes = [...new Set(data.marks.map(([, path]) => nodeOf(path)))];
  return Object.fromEntries(nodes.map((node) => [node, {
    state: board.state(node), turn: board.turn(node), total: board.total(node), container: board.container(node),
    items: Object.fromEntries([...board.items(node)].filter(([, count]) => count > 0)),
  }]));
})()"""
ITEMS = [
    ({"success": 3}, 3),
    ({"success": 998, "failed": 1, "suspended": 1}, 1_000),
    ({"success": 1_200, "running": 5}, 5_000),
    ({"suspended": 2, "success": 1}, 4),
    ({"tripwire": 1}, 2),
    ({}, 7),
]


def board(marks: list[Any]) -> dict[str, Any]:
    from playhead_widgets.views.board import node_of

    known = Board()
    for mark in marks:
        known.mark(mark[1], mark[2], mark[5].get("n") if len(mark) > 5 else None)
    return {
        node: {
            "state": known.state(node),
            "turn": known.turn(node),
            "total": known.total(node),
            "container": known.container(node),
            "items": dict(known.items(node)),
        }
        for node in {node_of(mark[1]) for mark in marks}
    }


@pytest.mark.parametrize("name", NAMES)
def test_both_boards_show_the_same(name: str) -> None:
    found = recording(name)
    marks = marks_of(found.workflow, found.log)
    assert graph_of(found.workflow)
    assert run("Board, nodeOf from board", BOARD, {"marks": marks}) == board(marks)


def test_both_say_spans_of_time_alike() -> None:
    seconds = [0, 0.0004, 0.43, 0.9994, 0.9996, 1, 2.5, 59.94, 59.96, 61, 185, 3_599.6, 7_260, 90_000, 356_400]
    assert run("span from dom", "data.map((s) => span(s * 1000))", seconds) == [duration(s) for s in seconds]


def test_both_say_how_far_a_foreach_got_alike() -> None:
    script = "data.map(([items, total]) => progress(new Map(Object.entries(items)), total)[0])"
    assert run("progress from graph", script, ITEMS) == [progress(items, total) for items, total in ITEMS]


def test_both_draw_the_same_bar() -> None:
    script = "data.map(([items, total]) => shares(new Map(Object.entries(items)), total, 120))"
    wanted = [[[state, pytest.approx(width)] for state, width in shares(items, total, 120)] for items, total in ITEMS]
    assert run("shares from graph", script, ITEMS) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_both_say_what_had_happened_alike(name: str) -> None:
    found = recording(name)
    points = [
        {"kind": kind, "path": path, "state": state, "label": more[0].get("l") if more else None}
        for _, path, state, _, kind, *more in (mark for mark in marks_of(found.workflow, found.log) if len(mark) > 4)
        if kind
    ]
    said = run("momentText from scrubber", "data.map(momentText)", points)
    assert [text.replace(" #", "#").replace(" / ", "/") for text in said] == [
        point.label for point in checkpoints(found.log)
    ]


def test_every_kind_of_moment_has_words() -> None:
    points = [{"kind": kind, "path": "a", "state": "success", "label": "a"} for kind in LABELS]
    assert all(text not in LABELS for text in run("momentText from scrubber", "data.map(momentText)", points))


def test_the_timeline_shows_each_try_and_the_time_between_as_bars() -> None:
    found = recording("retrying")
    marks = marks_of(found.workflow, found.log)
    rows = run("barsOf from timeline", "[...barsOf(data, data.length)]", marks)
    bars = dict(rows)["stumble"]
    assert [bar["state"] for bar in bars] == ["retried", "waiting", "retried", "waiting", "success"]
    assert all(bar["to"] >= bar["from"] for bar in bars)


def test_the_timeline_of_a_moment_ends_there() -> None:
    found = recording("chain")
    marks = marks_of(found.workflow, found.log)
    until = next(at for at, mark in enumerate(marks) if mark[1] == "twice") + 1
    rows = dict(run("barsOf from timeline", f"[...barsOf(data, {until})]", marks))
    assert rows["twice"] == [{"path": "twice", "state": "running", "from": rows["twice"][0]["from"], "to": None}]
