"""Resuming the items of a foreach: all that wait, one by index, one by label (catalogue B, 1.1)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, Hold, answer

Data = dict[str, Any]


def values(*numbers: int) -> list[Data]:
    return [{"value": number} for number in numbers]


def adding(concurrency: int = 1, *, asks_above: int = -1, labelled: bool = False) -> Any:
    """Items above ``asks_above`` ask for a number; then all are summed up."""

    @step(id="map")
    def add(data: Data, ctx: Context[Any]) -> Data:
        if data["value"] <= asks_above:
            return {"value": data["value"] + 11}
        if not ctx.resumed:
            ctx.suspend({"asked": data["value"]}, label=f"foreach-label-{ctx.index}" if labelled else None)
        return {"value": data["value"] + 11 + ctx.resume_data["value"]}

    @step(id="final")
    def final(data: list[Data]) -> Data:
        return {"final_value": sum(item["value"] for item in data)}

    return Workflow("adding").foreach(add, concurrency=concurrency).then(final).commit()


@case("SUSP-21")
async def test_with_concurrency_one_each_answer_goes_to_the_next_item(world: World) -> None:
    first = await adding().create_run(run_id=RUN).start(values(1, 22, 333))
    assert first.status == "suspended"
    assert first.suspended == [("map",)]
    assert (await answer(world, adding(), {"value": 0})).status == "suspended"
    assert (await answer(world, adding(), {"value": 5})).status == "suspended"
    result = await answer(world, adding(), {"value": 0})

    assert result.status == "success"
    assert result.steps["map"].output == values(12, 38, 344)
    assert result.steps["final"].output == {"final_value": 394}


@case("SUSP-22")
async def test_one_answer_serves_all_waiting_items_of_a_concurrent_foreach(world: World) -> None:
    # fine print 51: a plain resume gives one answer to up to `concurrency` items.
    first = await adding(3, asks_above=5).create_run(run_id=RUN).start(values(22, 1, 333))
    assert first.status == "suspended"
    assert first.suspended == [("map",)]  # fine print 29: a foreach counts once
    assert [waiting.index for waiting in first.suspensions] == [0, 2]
    assert [waiting.payload for waiting in first.suspensions] == [{"asked": 22}, {"asked": 333}]

    result = await answer(world, adding(3, asks_above=5), {"value": 5})

    assert result.status == "success"
    assert result.steps["map"].output == values(38, 12, 349)
    assert result.steps["final"].output == {"final_value": 399}


@case("SUSP-23")
async def test_an_index_gives_an_answer_to_one_item_only(world: World) -> None:
    assert (await adding(3).create_run(run_id=RUN).start(values(1, 22, 333))).status == "suspended"
    assert (await answer(world, adding(3), {"value": 100}, index=0)).status == "suspended"
    second = await answer(world, adding(3), {"value": 200}, index=1)
    assert second.status == "suspended"
    assert [waiting.index for waiting in second.suspensions] == [2]
    result = await answer(world, adding(3), {"value": 300}, index=2)

    assert result.status == "success"
    assert result.steps["map"].output == values(112, 233, 644)
    assert result.steps["final"].output == {"final_value": 989}


@case("SUSP-24")
async def test_labels_of_items_may_be_used_in_any_order(world: World) -> None:
    first = await adding(3, labelled=True).create_run(run_id=RUN).start(values(1, 22, 333))
    assert set(first.resume_labels) == {"foreach-label-0", "foreach-label-1", "foreach-label-2"}
    flow = adding(3, labelled=True)
    assert (await answer(world, flow, {"value": 5}, label="foreach-label-2")).status == "suspended"
    flow = adding(3, labelled=True)
    assert (await answer(world, flow, {"value": 0}, label="foreach-label-1")).status == "suspended"
    result = await answer(world, adding(3, labelled=True), {"value": 3}, label="foreach-label-0")

    assert result.status == "success"
    assert result.steps["map"].output == values(15, 33, 349)
    assert result.steps["final"].output == {"final_value": 397}


@case("SUSP-25")
async def test_a_plain_resume_lets_the_next_items_start_in_the_freed_slots(world: World) -> None:
    flow = adding(3, asks_above=5)
    first = await flow.create_run(run_id=RUN).start(values(22, 1, 333, 444, 1000))
    assert first.status == "suspended"
    second = await answer(world, adding(3, asks_above=5), {"value": 5})
    assert second.status == "suspended"
    result = await answer(world, adding(3, asks_above=5), {"value": 5})

    assert result.status == "success"
    assert result.steps["final"].output == {"final_value": 1875}


@case("SUSP-26")
async def test_items_are_answered_by_index_while_others_still_have_to_start(world: World) -> None:
    flow = adding(3, asks_above=5)
    assert (await flow.create_run(run_id=RUN).start(values(22, 1, 333, 444, 1000))).status == "suspended"
    for index, number in ((2, 5), (0, 3), (3, 2)):
        result = await answer(world, adding(3, asks_above=5), {"value": number}, index=index)
        assert result.status == "suspended"
    result = await answer(world, adding(3, asks_above=5), {"value": 8}, index=4)

    assert result.status == "success"
    assert result.steps["map"].output == values(36, 12, 349, 457, 1019)
    assert result.steps["final"].output == {"final_value": 1873}


@pytest.mark.parametrize("index", [0, 3, 99, -1], ids=["already-done", "not-started", "too-high", "negative"])
async def test_an_index_that_does_not_wait_is_refused_and_changes_nothing(world: World, index: int) -> None:
    flow = adding(2)
    await flow.create_run(run_id=RUN).start(values(1, 2, 3, 4))
    await answer(world, adding(2), {"value": 0}, index=0)
    before = len(await adding(2).create_run(run_id=RUN).events())

    with pytest.raises(WorkflowError) as refused:  # fine print A4: the reference fails the run
        await answer(world, adding(2), {"value": 0}, index=index)
    assert refused.value.code == "unknown-index"

    run = adding(2).create_run(run_id=RUN)
    assert len(await run.events()) == before
    assert (await run.snapshot()).status == "suspended"


async def test_an_index_means_the_item_and_never_the_turn_of_a_loop_around_it(world: World) -> None:
    def build() -> Any:
        @step(id="ask")
        def ask(data: int, ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend()
            return [data, ctx.resume_data]

        turn = Workflow("turn").map(lambda _: [10, 20]).foreach(ask, concurrency=2).commit()
        return Workflow("items-in-turns").dountil(turn, lambda _: True).commit()

    await build().create_run(run_id=RUN).start()
    second = await answer(world, build(), "first turn, second item", index=1)

    assert [waiting.path for waiting in second.suspensions] == [("turn#1", "ask#0")]
    with pytest.raises(WorkflowError) as refused:
        await answer(world, build(), "nobody", index=1)
    assert refused.value.code == "unknown-index"


async def test_an_index_that_two_foreach_around_a_step_could_mean_is_refused(world: World) -> None:
    @step(id="ask")
    def ask(data: Any, ctx: Context[Any]) -> Any:
        if not ctx.resumed:
            ctx.suspend(label=f"{ctx.path[0]} {ctx.path[1]}")
        return ctx.resume_data

    inner = Workflow("inner").foreach(ask, concurrency=2).commit()
    flow = Workflow("outer").foreach(inner, concurrency=2).commit()
    await flow.create_run(run_id=RUN).start([[1, 2], [3, 4]])

    with pytest.raises(WorkflowError) as refused:
        await flow.create_run(run_id=RUN).resume("which?", index=1)
    assert refused.value.code == "several-suspended"

    await flow.create_run(run_id=RUN).resume("inner, second", label="inner#0 ask#1")
    result = await flow.create_run(run_id=RUN).resume("the only second left", index=1)
    assert [waiting.path for waiting in result.suspensions] == [("inner#0", "ask#0"), ("inner#1", "ask#0")]


async def test_an_index_is_not_taken_for_the_same_index_of_a_foreach_that_is_answered(world: World) -> None:
    holds = {"left": Hold(), "right": Hold()}
    holds["right"].open()

    def side(name: str) -> Any:
        @step(id=f"ask-{name}")
        async def ask(data: int, ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend()
            await holds[name].here()
            return ctx.resume_data

        return Workflow(name).foreach(ask, concurrency=2).commit()

    flow = Workflow("sides").parallel(side("left"), side("right")).commit()
    await flow.create_run(run_id=RUN).start([1, 2])
    left = asyncio.ensure_future(flow.create_run(run_id=RUN).resume("l", step="left", index=0))
    await holds["left"].is_reached()
    right = asyncio.ensure_future(flow.create_run(run_id=RUN).resume("r", step="right", index=0))
    await holds["right"].is_reached()
    holds["left"].open()

    await left
    assert [waiting.path for waiting in (await right).suspensions] == [("left", "ask-left#1"), ("right", "ask-right#1")]


async def test_none_is_a_legal_result_of_an_item(world: World) -> None:
    calls: Counter[int] = Counter()

    def build() -> Any:
        @step(id="maybe")
        def maybe(data: int, ctx: Context[Any]) -> None:
            calls[data] += 1
            if data == 2 and not ctx.resumed:
                ctx.suspend({})

        return Workflow("none-results").foreach(maybe, concurrency=3).commit()

    await build().create_run(run_id=RUN).start([1, 2, 3])
    result = await answer(world, build(), None, index=1)

    assert result.status == "success"
    assert result.output == [None, None, None]
    assert calls == {1: 1, 2: 2, 3: 1}


async def test_the_items_record_shows_which_wait_and_which_are_done(world: World) -> None:
    flow = adding(3, asks_above=5)
    first = await flow.create_run(run_id=RUN).start(values(22, 1, 333))

    assert [item.status for item in first.steps["map"].items] == ["suspended", "success", "suspended"]
