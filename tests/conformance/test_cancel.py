"""Cancelling a run: running, asleep, suspended, finished, never started (catalogue B, 1.13)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import PATIENCE, RUN, Hold

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def ending(how: str, seen: list[Any]) -> Any:
    @step(id="only")
    async def only(ctx: Context[Any]) -> str:
        seen.append(ctx.cancelled)
        if how == "failed":
            raise ValueError("broken")
        return "done"

    return Workflow("ends").then(only).commit()


@case("CANC-01")
@pytest.mark.parametrize("how", ["success", "failed"])
@pytest.mark.parametrize("recreated", [False, True], ids=["same-object", "next-process"])
async def test_cancelling_a_finished_run_changes_nothing(world: World, how: str, recreated: bool) -> None:
    seen: list[Any] = []
    run = ending(how, seen).create_run(run_id=RUN)
    assert (await run.start(None)).status == how
    before = [(event.seq, event.type) for event in await run.events()]

    if recreated:
        await world.restart()
        run = ending(how, seen).create_run(run_id=RUN)
    await run.cancel()

    assert (await world.runtime.get(RUN)).status == how
    assert [(event.seq, event.type) for event in await run.events()] == before
    assert not seen[0].is_set()


@case("CANC-01", "END-01")
async def test_a_run_cancelled_before_it_began_cannot_start(world: World) -> None:
    run = ending("success", []).create_run(run_id=RUN)
    await run.cancel()

    assert (await run.snapshot()).status == "canceled"
    with pytest.raises(WorkflowError) as refused:  # fine print 52 and 71
        await run.start(None)
    assert refused.value.code == "not-active"
    await world.restart()
    assert (await world.runtime.get(RUN)).status == "canceled"


@case("CANC-02")
async def test_a_completion_that_came_first_wins_over_the_cancel(world: World) -> None:
    async def too_late(result: Any) -> None:
        assert result.status == "success"
        await run.cancel()

    @step(id="only")
    def only() -> str:
        return "done"

    run = Workflow("completes", on_finish=too_late).then(only).commit().create_run(run_id=RUN)
    result = await run.start(None)

    assert result.status == "success"
    assert result.output == "done"
    assert (await world.runtime.get(RUN)).status == "success"


def asleep_for_a_minute(calls: Calls, kind: str) -> Any:
    @step(id="after")
    def after(data: Any) -> Any:
        calls["after"] += 1
        return data

    flow = Workflow("sleepy")
    if kind == "sleep":
        flow = flow.sleep(seconds=60)
    else:
        flow = flow.sleep_until(datetime.now(UTC) + timedelta(seconds=60))
    return flow.then(after).commit()


@case("CANC-05")
@pytest.mark.parametrize("kind", ["sleep", "sleep-until"])
async def test_a_sleeping_run_is_cancelled_at_once(world: World, kind: str, calls: Calls) -> None:
    run = asleep_for_a_minute(calls, kind).create_run(run_id=RUN)
    stream = run.stream(None)
    async for event in stream:
        if event.type == "step-waiting":
            break

    async with asyncio.timeout(PATIENCE):
        await run.cancel()
        result = await stream.result

    assert result.status == "canceled"
    assert result.error is None
    assert result.output is None
    assert calls == {}
    await world.restart()
    assert (await world.runtime.get(RUN)).status == "canceled"


@case("CANC-03")
async def test_cancelling_many_times_at_once_cancels_once(world: World, calls: Calls) -> None:
    run = asleep_for_a_minute(calls, "sleep").create_run(run_id=RUN)
    stream = run.stream(None)
    async for event in stream:
        if event.type == "step-waiting":
            break

    other = asleep_for_a_minute(calls, "sleep").create_run(run_id=RUN)
    await asyncio.gather(run.cancel(), run.cancel(), other.cancel())
    assert (await stream.result).status == "canceled"
    await run.cancel()

    assert [event.type for event in await run.events()].count("run-canceled") == 1


@case("CANC-03")
async def test_a_body_is_told_of_the_cancel_and_the_next_step_does_not_run(world: World, calls: Calls) -> None:
    hold = Hold()

    @step(id="listening")
    async def listening(ctx: Context[Any]) -> str:
        hold.reached.set()
        await ctx.cancelled
        assert ctx.cancelled.is_set()
        return "stopped early"

    @step(id="after")
    def after(data: Any) -> Any:
        calls["after"] += 1

    run = Workflow("told").then(listening).then(after).commit().create_run(run_id=RUN)
    start = asyncio.ensure_future(run.start(None))
    await hold.is_reached()
    await run.cancel()

    result = await start
    assert result.status == "canceled"
    assert "after" not in result.steps
    assert calls == {}


def waiting_three_deep() -> Any:
    @step(id="ask")
    def ask(ctx: Context[Any]) -> Any:
        if not ctx.resumed:
            ctx.suspend({"question": "?"})
        return ctx.resume_data

    grand_child = Workflow("grand-child").then(ask).commit()
    child = Workflow("child").then(grand_child).commit()
    return Workflow("parent").parallel(child, ask).commit()


@case("CANC-06")
async def test_a_run_that_waits_deep_inside_is_cancelled_from_another_process(world: World) -> None:
    await waiting_three_deep().create_run(run_id=RUN).start(None)
    await waiting_three_deep().create_run(run_id="unrelated").start(None)
    await ending("success", []).create_run(run_id="finished").start(None)

    await world.restart()
    run = waiting_three_deep().create_run(run_id=RUN)
    await run.cancel()

    canceled = await run.snapshot()
    assert canceled.status == "canceled"
    assert canceled.suspended == []
    assert (await world.runtime.get(RUN)).status == "canceled"
    with pytest.raises(WorkflowError) as refused:
        await run.resume("too late", step=("child", "grand-child", "ask"))
    assert refused.value.code == "nothing-suspended"
    assert (await world.runtime.get("unrelated")).status == "suspended"
    assert (await world.runtime.get("finished")).status == "success"


@case("CANC-06")
async def test_a_cancel_and_a_resume_at_once_leave_one_story(world: World) -> None:
    await waiting_three_deep().create_run(run_id=RUN).start(None)
    run = waiting_three_deep().create_run(run_id=RUN)

    await asyncio.gather(run.cancel(), run.resume("yes", step="ask"), return_exceptions=True)

    # Whichever came first, the run is canceled: the other arm still waited.
    assert (await world.runtime.get(RUN)).status == "canceled"
    assert [event.type for event in await run.events()][-1] == "run-canceled"


async def test_a_start_followed_at_once_by_a_cancel_is_started_and_canceled(world: World, calls: Calls) -> None:
    run = asleep_for_a_minute(calls, "sleep").create_run(run_id=RUN)
    stream = run.stream(None)
    await run.cancel()

    async with asyncio.timeout(PATIENCE):
        assert (await stream.result).status == "canceled"  # fine print 89
    types = [event.type for event in await run.events()]
    assert (types[0], types[-1]) == ("run-started", "run-canceled")
