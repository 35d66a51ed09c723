"""Layout: whatever the workflow and the width, nothing overlaps and no two lines cross."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playhead import Workflow
from playhead_widgets.views.boxes import Box, placed
from playhead_widgets.views.graph import graph_of, leaf_count
from playhead_widgets.views.layout import CLOSED_FROM, DENSE_FROM, layout
from playhead_widgets.views.measure import text_width
from tests.unit.playhead_widgets.blocks import graphs
from tests.unit.playhead_widgets.lines import cross, drawn, enters
from tests.unit.playhead_widgets.recordings import arms, chain, loops, more

WIDTHS = st.sampled_from([180.0, 330.0, 520.0, 930.0, 2_000.0])
TOUCH = 0.1  # pixels


def cards(whole: Box) -> list[tuple[Box, float, float]]:
    return [(box, x, y) for box, x, y in placed(whole) if box.kind == "card"]


def card(whole: Box, path: str) -> tuple[Box, float, float]:
    return next(found for found in cards(whole) if found[0].block and found[0].block["path"] == path)


def overlap(one: tuple[Box, float, float], other: tuple[Box, float, float]) -> bool:
    (a, ax, ay), (b, bx, by) = one, other
    beside = ax + a.w <= bx + TOUCH or bx + b.w <= ax + TOUCH
    above = ay + a.h <= by + TOUCH or by + b.h <= ay + TOUCH
    return not beside and not above


@given(graphs(), WIDTHS)
def test_no_two_cards_overlap(graph: dict[str, Any], width: float) -> None:
    for one, other in combinations(cards(layout(graph, width)), 2):
        assert not overlap(one, other)


@given(graphs(), WIDTHS)
def test_everything_lies_within_the_picture(graph: dict[str, Any], width: float) -> None:
    whole = layout(graph, width)
    for box, x, y in placed(whole):
        assert x > -TOUCH
        assert y > -TOUCH
        assert x + box.w < whole.w + TOUCH
        assert y + box.h < whole.h + TOUCH


@given(graphs(), WIDTHS)
def test_every_step_is_drawn_once(graph: dict[str, Any], width: float) -> None:
    paths = [box.block["path"] for box, _, _ in cards(layout(graph, width)) if box.block]
    assert len(paths) == len(set(paths)) == leaf_count(graph)


@given(graphs(), WIDTHS)
def test_no_two_lines_cross(graph: dict[str, Any], width: float) -> None:
    for one, other in combinations(drawn(layout(graph, width)), 2):
        assert cross(one, other) is None, (one.edge, other.edge)


@given(graphs(), WIDTHS)
def test_no_line_runs_through_a_card(graph: dict[str, Any], width: float) -> None:
    whole = layout(graph, width)
    for line in drawn(whole):
        for box, x, y in cards(whole):
            assert not enters(line, x, y, x + box.w, y + box.h), (line.edge, box.block)


@given(graphs(), WIDTHS)
def test_no_condition_covers_a_card_or_another_condition(graph: dict[str, Any], width: float) -> None:
    whole = layout(graph, width)
    pills = [
        (Box("pill", pill.w, 16, 0, 0), x + pill.x, y + pill.y) for box, x, y in placed(whole) for pill in box.pills
    ]
    for pill in pills:
        assert not any(overlap(pill, other) for other in cards(whole))
    assert not any(overlap(one, other) for one, other in combinations(pills, 2))


def test_a_sequence_that_fits_stays_in_one_row() -> None:
    assert layout(graph_of(chain()), 900).rows == 1


def test_a_sequence_that_does_not_fit_wraps_and_keeps_to_the_width() -> None:
    whole = layout(graph_of(long_chain(12)), 700)
    assert whole.rows > 1
    assert whole.w <= 700


def test_in_a_narrow_cell_steps_stand_below_each_other_as_wide_as_each_other() -> None:
    whole = layout(graph_of(long_chain(4)), 240)
    found = cards(whole)
    assert whole.w <= 240
    assert {(x, box.w) for box, x, _ in found} == {(found[0][1], found[0][0].w)}
    assert [edge.kind for edge in whole.edges] == ["drop"] * (len(found) + 1)


def test_the_arms_of_a_block_are_as_wide_as_each_other() -> None:
    whole = layout(graph_of(arms()), 2_000)
    assert card(whole, "tally")[0].w == card(whole, "tiny")[0].w
    assert card(whole, "tally")[1] == card(whole, "tiny")[1]


def test_a_closed_workflow_is_one_card_and_an_open_one_shows_its_inside() -> None:
    graph = graph_of(loops())
    closed = [box.block["path"] for box, _, _ in cards(layout(graph, 900, open=())) if box.block]
    opened = [box.block["path"] for box, _, _ in cards(layout(graph, 900, open=["crawl"])) if box.block]
    assert closed == ["crawl", "more"]
    assert opened == ["crawl/links", "crawl/page", "crawl/one", "more"]


def test_many_steps_are_drawn_small_and_their_workflows_begin_closed() -> None:
    inner = long_chain(3, "inner")
    flow = Workflow("big")
    for number in range(CLOSED_FROM // 3):
        flow = flow.then(inner.as_(f"inner-{number}"))
    small = cards(layout(graph_of(flow.commit()), 900))
    large = cards(layout(graph_of(long_chain(DENSE_FROM - 1)), 900))
    assert len(small) == CLOSED_FROM // 3
    assert small[0][0].h < large[0][0].h


def test_a_card_is_wide_enough_for_its_title_until_it_is_as_wide_as_cards_get() -> None:
    whole = layout(graph_of(Workflow("w").then(more.as_("quite-a-long-name")).commit()), 900)
    assert card(whole, "quite-a-long-name")[0].w > text_width("quite-a-long-name", 13)


def long_chain(length: int, id: str = "long") -> Any:
    flow = Workflow(id)
    for number in range(length):
        flow = flow.then(more.as_(f"step-{number}"))
    return flow.commit()
