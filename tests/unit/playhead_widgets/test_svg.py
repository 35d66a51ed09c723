"""SVG: the same picture on every machine, of shapes and texts alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given

from playhead import Workflow
from playhead_widgets.views.board import Board, board_of
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.states import LOOKS
from playhead_widgets.views.svg import progress, shares, svg_of
from tests.unit.playhead_widgets.blocks import graphs
from tests.unit.playhead_widgets.recordings import NAMES, approve, arms, chain, loops, more, recording

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "g", "rect", "circle", "path", "text", "tspan", "title", "style"}


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)


def node(markup: str, path: str) -> ElementTree.Element:
    return next(g for g in parsed(markup).iter(f"{SVG}g") if g.get("data-path") == path)


def drawn(flow: Any, board: Board | None = None, **options: Any) -> str:
    return svg_of(graph_of(flow), board, **options)


def words(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.findall(f"{SVG}text")]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_well_formed_and_holds_only_shapes_and_texts(name: str) -> None:
    run = recording(name)
    graph = graph_of(run.workflow)
    root = parsed(svg_of(graph, board_of(graph, run.snapshot())))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    assert not any(key.startswith("on") or "href" in key or key == "style" for e in root.iter() for key in e.attrib)


@given(graphs())
def test_the_same_graph_gives_the_same_text(graph: dict[str, Any]) -> None:
    assert svg_of(graph) == svg_of(graph)


def test_the_text_does_not_depend_on_the_process() -> None:
    code = (
        "from tests.unit.playhead_widgets.recordings import loops;"
        "from playhead_widgets.picture import definition_bundle; print(definition_bundle(loops())['image/svg+xml'])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[3],
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert b"<svg" in seen.pop()


@pytest.mark.parametrize("hostile", ["a\nb", "a\tb", "a\rb", "a\u202eb", "a\u2028b"])
@pytest.mark.parametrize("part", ["path", "title", "id"])
def test_no_character_hides_or_controls_whichever_way_it_came(part: str, hostile: str) -> None:
    graph = graph_of(chain())
    graph["blocks"][0][part] = hostile
    for element in parsed(svg_of(graph)).iter():
        assert all(text.isprintable() for text in [element.text or "", *element.attrib.values()])


def test_every_node_says_which_place_it_is_its_state_and_its_kind() -> None:
    board = Board()
    board.mark("more", "failed")
    markup = drawn(Workflow("w").then(more).then(approve).map(lambda n: n, id="half").commit(), board)
    assert node(markup, "more").get("class") == "ph-node ph-st-failed ph-k-step"
    assert node(markup, "approve").get("class") == "ph-node ph-st-pending ph-k-asks"
    assert node(markup, "half").get("class") == "ph-node ph-st-pending ph-k-map"


@pytest.mark.parametrize("state", sorted(LOOKS))
def test_a_state_is_told_by_its_glyph_and_its_word_not_by_colour_alone(state: str) -> None:
    board = Board()
    board.mark("more", state)
    found = node(drawn(chain(), board), "more")
    glyph = next(path.get("d") for path in found.findall(f"{SVG}path") if path.get("class") == "ph-glyph")
    if state != "pending":
        assert glyph == LOOKS[state].glyph
        assert words(found) == ["more", state]
    else:
        assert words(found) == ["more", "One more"]


def test_lines_that_were_travelled_are_marked() -> None:
    run = recording("arms")
    graph = graph_of(run.workflow)
    root = parsed(svg_of(graph, board_of(graph, run.snapshot())))
    into = {e.get("data-into"): "ph-travelled" in (e.get("class") or "") for e in root.iter() if e.get("data-into")}
    assert into["tally"]
    assert not into["tiny"]


def test_a_live_picture_leaves_style_and_paper_to_the_page() -> None:
    live, still = drawn(chain(), live=True), drawn(chain())
    assert "<style>" in still
    assert "<style>" not in live
    assert "ph-paper" not in live


def test_a_few_items_have_a_dot_each_and_many_share_a_bar() -> None:
    few, many = items_of(3), items_of(500)
    assert [dot.get("class") for dot in few] == [
        "ph-item ph-item-success",
        "ph-item ph-item-failed",
        "ph-item ph-item-pending",
    ]
    assert [part.get("class") for part in many] == ["ph-track", "ph-item-success", "ph-item-failed"]


def items_of(total: int) -> list[ElementTree.Element]:
    board = Board()
    board.mark("more", "running", total)
    board.mark("more#0", "success")
    board.mark("more#1", "failed")
    found = node(drawn(Workflow("w").foreach(more).commit(), board), "more")
    return list(next(g for g in found.iter(f"{SVG}g") if g.get("class") == "ph-items"))


def test_one_failure_among_thousands_is_seen_on_the_bar_and_the_bar_stays_as_long_as_it_is() -> None:
    parts = dict(shares({"success": 9_999, "failed": 1}, 10_000, 100.0))
    assert parts["failed"] >= 2
    assert sum(parts.values()) == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("items", "total", "text"),
    [
        ({"success": 3}, 3, "3 items"),
        ({"success": 1_234}, 2_000, "1,234 of 2,000"),
        ({"success": 1, "failed": 2, "suspended": 1}, 9, "1 of 9 · 2 failed"),
        ({"success": 1, "suspended": 4}, 9, "1 of 9 · 4 ask"),
    ],
)
def test_a_foreach_says_how_far_it_got(items: dict[str, int], total: int, text: str) -> None:
    assert progress(items, total) == text


def test_a_loop_says_its_turn_and_its_condition() -> None:
    run = recording("loops")
    graph = graph_of(run.workflow)
    text = "".join(parsed(svg_of(graph, board_of(graph, run.snapshot()))).itertext())
    assert "while ctx.iteration < 3 · turn 3" in text
    assert "until enough · turn" in text


def test_a_closed_workflow_says_how_many_steps_it_holds() -> None:
    assert words(node(drawn(loops(), open=()), "crawl")) == ["crawl", "4 steps"]


def test_a_picture_in_a_narrow_cell_is_no_wider_than_the_cell() -> None:
    flow = Workflow("w").then(more).then(more.as_("a")).then(more.as_("b")).commit()
    for markup in (drawn(flow, width=360), drawn(arms(), width=420)):
        assert float(parsed(markup).get("width", "0")) <= 420


def test_a_picture_has_a_name_for_those_who_do_not_see_it() -> None:
    root = parsed(drawn(chain()))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Workflow chain"
