"""Catalogue A, section 1: the cancellation flag a body sees, and what cancelling does to the run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow, step

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Reason(BaseModel):
    reason: str


def counted(calls: Counter[str], name: str) -> Step:
    async def body() -> Data:
        calls[name] += 1
        return {"result": name}

    return Step(body, id=name)


@case("ABORT-01")
async def test_a_body_sees_a_cancellation_flag_that_is_not_set() -> None:
    seen: list[bool] = []

    @step
    async def step1(ctx: Context) -> Data:
        seen.append(ctx.cancelled.is_set())
        return {"result": "success"}

    result = await Workflow("abort-signal").then(step1).commit().run({})

    assert result.status == "success"
    assert seen == [False]


@case("ABORT-02")
async def test_a_body_is_given_a_way_to_cancel_the_run() -> None:
    seen: list[object] = []

    @step
    async def step1(ctx: Context) -> Data:
        seen.append(ctx.cancel)
        return {"result": "success"}

    result = await Workflow("abort-function").then(step1).commit().run({})

    assert result.status == "success"
    assert [callable(cancel) for cancel in seen] == [True]


@case("ABORT-03")
async def test_cancelling_in_a_body_ends_the_run_canceled_before_the_next_step() -> None:
    calls: Counter[str] = Counter()

    @step
    async def step2(ctx: Context) -> Data:
        calls["step2"] += 1
        ctx.cancel()
        return {"result": "should-not-reach"}

    flow = Workflow("abort-in-step").then(counted(calls, "step1")).then(step2).then(counted(calls, "step3"))
    result = await flow.commit().run({})

    assert result.status == "canceled"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step2"].status == "canceled"
    assert "step3" not in result.steps
    assert result.output is None
    assert result.error is None


@case("ABORT-04")
async def test_a_run_that_nobody_cancels_runs_to_its_end() -> None:
    calls: Counter[str] = Counter()

    @step
    async def step1() -> Data:
        calls["step1"] += 1
        await asyncio.sleep(0.02)
        return {"result": "step1"}

    result = await Workflow("abort-prepared").then(step1).commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1}


async def listen_in_the_loop(ctx: Context) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ctx.cancelled, timeout=0.02)


def listen_in_a_thread(ctx: Context) -> None:
    assert not ctx.cancelled.wait(0.02)


@case("ABORT-05")
@pytest.mark.parametrize("listen", [listen_in_the_loop, listen_in_a_thread])
async def test_a_body_can_listen_for_cancellation_while_it_works(listen: Callable[[Context], Any]) -> None:
    calls: Counter[str] = Counter()
    flow = (
        Workflow("abort-listening")
        .then(counted(calls, "step1"))
        .then(Step(listen, id="step2"))
        .then(counted(calls, "step3"))
        .commit()
    )

    result = await flow.run({})

    assert result.status == "success"
    assert result.steps["step2"].status == "success"
    assert calls == {"step1": 1, "step3": 1}


@case("ABORT-05")
async def test_a_listening_body_wakes_on_cancel_and_its_error_counts_as_canceled() -> None:
    listening = asyncio.Event()

    @step
    async def step2(ctx: Context) -> Data:
        listening.set()
        await ctx.cancelled
        raise RuntimeError("Step was aborted")

    run = Workflow("abort-during-step").then(step2).commit().create_run()
    pending = asyncio.create_task(run.start({}))
    await listening.wait()
    await run.cancel()
    result = await pending

    assert result.status == "canceled"
    assert result.steps["step2"].status == "canceled"
    assert result.error is None


def parent_of_listener(listen: Callable[[Context], Awaitable[Data]]) -> Workflow:
    @step(id="parent-step")
    async def parent(data: Data) -> Data:
        return {"doubled": data["value"] * 2}

    nested = Workflow("abort-nested", validate=False).then(Step(listen, id="nested-step")).commit()
    return Workflow("abort-parent", validate=False).then(parent).then(nested).commit()


@case("ABORT-06")
async def test_a_nested_workflow_that_listens_for_cancellation_ends_by_itself() -> None:
    async def listen(ctx: Context) -> Data:
        await listen_in_the_loop(ctx)
        return {"result": "done"}

    result = await parent_of_listener(listen).run({"value": 5})

    assert result.status == "success"
    assert_succeeded(result.steps["parent-step"], {"doubled": 10})
    assert_succeeded(result.steps["abort-nested"], {"result": "done"})


@case("ABORT-06")
async def test_cancelling_the_parent_reaches_the_nested_workflow() -> None:
    listening = asyncio.Event()

    async def listen(ctx: Context) -> Data:
        listening.set()
        await ctx.cancelled
        return {"result": "woken"}

    run = parent_of_listener(listen).create_run()
    pending = asyncio.create_task(run.start({"value": 5}))
    await listening.wait()
    await run.cancel()
    result = await pending

    assert result.status == "canceled"
    assert_succeeded(result.steps["parent-step"], {"doubled": 10})
    assert result.steps["abort-nested"].status == "canceled"


def suspending(calls: Counter[str]) -> Workflow:
    @step(suspend=Reason)
    async def step2(ctx: Context) -> Data:
        calls["step2"] += 1
        ctx.suspend(Reason(reason="waiting for approval"))

    flow = Workflow("abort-suspended").then(counted(calls, "step1")).then(step2)
    return flow.then(counted(calls, "step3")).commit()


@case("ABORT-07")
async def test_a_suspended_workflow_waits_with_its_payload_and_can_be_canceled() -> None:
    calls: Counter[str] = Counter()
    run = suspending(calls).create_run()

    result = await run.start({})

    assert result.status == "suspended"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step2"].status == "suspended"
    assert result.steps["step2"].suspend_payload == Reason(reason="waiting for approval")

    await run.cancel()
    assert (await run.snapshot()).status == "canceled"
    assert calls == {"step1": 1, "step2": 1}
