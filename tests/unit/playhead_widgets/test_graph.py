"""The graph of a workflow: every kind of entry as plain data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playhead import Workflow
from playhead_widgets.views.graph import children, graph_of, leaf_count
from tests.unit.playhead_widgets.recordings import approve, enough, is_large, is_small, loops, more, total, twice


def only(flow: Any) -> dict[str, Any]:
    [block] = graph_of(flow.commit())["blocks"]
    return block


def test_a_step_has_its_id_its_path_and_the_first_line_of_what_it_says() -> None:
    block = only(Workflow("w").then(more))
    assert block == {
        "kind": "step",
        "id": "more",
        "path": "more",
        "title": "more",
        "description": "One more",
        "asks": False,
    }


def test_a_step_that_may_ask_says_so() -> None:
    assert only(Workflow("w").then(approve))["asks"]


def test_the_arms_of_a_branch_carry_their_conditions_by_name() -> None:
    block = only(Workflow("w").branch((is_large, more), (is_small, twice)))
    assert [(arm["id"], arm["condition"]) for arm in block["arms"]] == [("more", "is_large"), ("twice", "is_small")]


def test_a_lambda_is_named_by_what_it_says() -> None:
    block = only(Workflow("w").branch((lambda n: n > 3, more)))
    assert block["arms"][0]["condition"] == "n > 3"


def test_a_loop_holds_its_body_and_says_when_it_ends() -> None:
    until, while_ = only(Workflow("w").dountil(more, enough)), only(Workflow("w").dowhile(more, enough))
    assert (until["kind"], until["until"], until["condition"]) == ("loop", True, "enough")
    assert not while_["until"]
    assert until["body"]["path"] == until["path"] == "more"


def test_a_foreach_says_how_many_go_at_a_time() -> None:
    def width(value: Any) -> int:
        return 3

    assert only(Workflow("w").foreach(more))["width"] == 1
    assert only(Workflow("w").foreach(more, concurrency=4))["width"] == 4
    assert only(Workflow("w").foreach(more, concurrency=width))["width"] == "width"


def test_a_sleep_says_how_long_or_until_when() -> None:
    def later(value: Any) -> float:
        return 1.0

    moment = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    texts = [
        only(flow)["description"]
        for flow in (
            Workflow("w").sleep(2.5, id="nap"),
            Workflow("w").sleep(timedelta(hours=1), id="nap"),
            Workflow("w").sleep(later, id="nap"),
            Workflow("w").sleep_until(moment, id="nap"),
        )
    ]
    assert texts == ["2.5 s", "1 h", "later", "until 2030-01-02 03:04 UTC"]


def test_what_nobody_named_is_titled_by_its_kind() -> None:
    assert only(Workflow("w").map(lambda n: n))["title"] == "map"
    assert only(Workflow("w").map(lambda n: n, id="half"))["title"] == "half"
    assert only(Workflow("w").sleep(1))["title"] == "sleep"


def test_nested_paths_are_joined_by_slashes() -> None:
    graph = graph_of(loops())
    crawl = graph["blocks"][0]["body"]
    foreach = next(block for block in crawl["blocks"] if block["kind"] == "foreach")
    assert graph["path"] == ""
    assert [block["path"] for block in foreach["body"]["blocks"]] == ["crawl/page/fetch", "crawl/page/parse"]


def test_leaves_are_counted_through_every_kind_of_block() -> None:
    assert leaf_count(graph_of(loops())) == 5
    assert leaf_count(graph_of(Workflow("w").parallel(more, twice).then(total).commit())) == 3


def test_children_are_the_blocks_directly_inside() -> None:
    loop = graph_of(loops())["blocks"][0]
    assert [block["id"] for block in children(loop)] == ["crawl"]
    assert [block["id"] for block in children(children(loop)[0])] == ["links", "page", "one"]


def test_a_long_text_is_cut() -> None:
    block = only(Workflow("w").then(more.as_("a" * 100)))
    assert block["title"].startswith("a" * 60 + "…")
    assert block["id"] == "a" * 100
