"""A workflow is drawn once for all runs that players show in it."""

from __future__ import annotations

import weakref
from typing import Any

from playhead import Step, Workflow
from playhead_widgets.views.board import Board
from playhead_widgets.views.drawings import drawing_of
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.svg import svg_of


def flow(description: str = "Ask for a price.", ids: tuple[str, ...] = ("ask", "pay")) -> Workflow[Any, Any]:
    """As the cell makes it that defines it, each time that it is run."""

    def same(number: int) -> int:
        return number

    step = Step(same, id="step", description=description)
    inner = Workflow("inner", input=int).then(step).commit()
    built: Workflow[Any, Any] = Workflow("prices", input=int).then(inner)
    for id in ids:
        built = built.then(step.as_(id))
    return built.commit()


def test_a_workflow_is_drawn_once_and_when_its_cell_is_run_again_too() -> None:
    first = drawing_of(graph_of(flow()), width=700, live=True)
    assert drawing_of(graph_of(flow()), width=700, live=True) is first
    assert first == svg_of(graph_of(flow()), width=700, live=True)


def test_a_drawing_is_made_anew_for_whatever_else_it_is_to_show() -> None:
    first = drawing_of(graph_of(flow()), width=700, live=True)
    others = [
        drawing_of(graph_of(flow(description="Ask for two prices.")), width=700, live=True),
        drawing_of(graph_of(flow(ids=("ask",))), width=700, live=True),
        drawing_of(graph_of(flow()), width=300, live=True),
        drawing_of(graph_of(flow()), width=700, live=True, open=[]),
    ]
    assert len({first, *others}) == 5
    assert drawing_of(graph_of(flow()), width=700, live=True, open=["inner"]) == svg_of(
        graph_of(flow()), width=700, live=True, open=["inner"]
    )


def test_runs_that_look_the_same_share_a_picture_and_others_do_not() -> None:
    graph = graph_of(flow())

    def board(state: str) -> Board:
        found = Board()
        found.mark("inner/step", "success")
        found.mark("ask", state)
        return found

    first = drawing_of(graph, board("running"))
    assert drawing_of(graph, board("running")) is first
    assert first == svg_of(graph, board("running"))
    assert len({first, drawing_of(graph, board("failed")), drawing_of(graph)}) == 3


def test_a_picture_that_is_kept_does_not_keep_the_board_it_was_drawn_from() -> None:
    board = Board()
    board.mark("ask", "waiting")
    seen = weakref.ref(board)
    drawing_of(graph_of(flow()), board)
    del board
    assert seen() is None


def test_a_list_that_became_longer_makes_another_picture() -> None:
    def same(number: int) -> int:
        return number

    flow = Workflow("lists", input=list[int]).foreach(Step(same, id="each")).commit()
    graph = graph_of(flow)
    before, after = Board(), Board()
    before.mark("each", "running", 2)
    after.mark("each", "running", 3)
    assert drawing_of(graph, before) != drawing_of(graph, after)
