"""Outlines: a definition or a run as plain text."""

from __future__ import annotations

from playhead_widgets.picture import picture
from playhead_widgets.views.board import board_of
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.text import definition_outline, run_outline
from tests.unit.playhead_widgets.recordings import arms, loops, recording


def outline(name: str) -> str:
    run = recording(name)
    graph = graph_of(run.workflow)
    return run_outline(graph, board_of(graph, run.snapshot()))


def test_a_definition_is_a_tree_with_what_each_step_is_about() -> None:
    assert definition_outline(graph_of(arms())).splitlines() == [
        "arms",
        "├─ parallel",
        "│  ├─ more — One more",
        "│  └─ twice",
        "├─ total",
        "├─ branch",
        "│  ├─ if is_large: tally",
        "│  └─ if is_small: tiny — One more",
        "└─ sum — summed",
    ]


def test_loops_and_foreachs_say_how_often_they_run() -> None:
    lines = definition_outline(graph_of(loops())).splitlines()
    assert lines[1].startswith("├─ repeat while ctx.iteration < 3: crawl")
    assert any("for each, 2 at a time: page" in line for line in lines)


def test_a_run_is_a_tree_of_states() -> None:
    assert outline("asking").splitlines() == [
        "asking: suspended",
        "├─ ✓ tally: success",
        "├─ ? approve: suspended",
        "└─ ○ twice: pending",
    ]


def test_turns_and_items_are_counted() -> None:
    text = outline("loops")
    assert "crawl: success, turn 3" in text
    assert "page: success, 3 of 3 items" in text


def test_a_run_that_failed_ends_with_its_error() -> None:
    run = recording("failing")
    assert picture(run.workflow, run.snapshot()).text.splitlines()[-1] == "✗ KeyError: 'no 5'"


def test_an_outline_does_not_name_the_run_for_the_next_one_has_another_id() -> None:
    run = recording("chain")
    assert run.snapshot().run_id not in outline("chain")
