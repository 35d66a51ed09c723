"""Restarting a run whose process died (catalogue B, 1.7).

The reference writes the snapshot a dead process leaves by hand; here the process dies.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, MemoryStore, Runtime, Workflow, step
from playhead.errors import RunInterrupted, WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, Hold, die_at
from .records import assert_succeeded

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


@case("RST-01")
async def test_a_run_that_never_started_cannot_be_restarted(world: World) -> None:
    @step(id="step1")
    def step1() -> None:
        raise AssertionError("a refused restart runs nothing")

    with pytest.raises(WorkflowError) as refused:
        await Workflow("never-started").then(step1).commit().create_run(run_id=RUN).restart()
    assert refused.value.code == "not-active"


async def test_a_finished_run_cannot_be_restarted(world: World, calls: Calls) -> None:
    @step(id="step1")
    def step1() -> None:
        calls["step1"] += 1

    run = Workflow("finished").then(step1).commit().create_run(run_id=RUN)
    await run.start(None)

    with pytest.raises(WorkflowError) as refused:
        await run.restart()
    assert refused.value.code == "not-active"
    assert calls == {"step1": 1}


@case("RST-02")
async def test_the_only_step_in_flight_is_run_again_with_its_recorded_input(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="counter")
        async def counter(data: Data) -> Data:
            calls["counter"] += 1
            await hold.here()
            return {"count": 1, "value": data["value"]}

        return Workflow("counts").then(counter).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"value": 42}))
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert_succeeded(result.steps["counter"], {"count": 1, "value": 42})
    assert result.steps["counter"].input == {"value": 42}
    assert calls == {"counter": 1}


@case("RST-03")
async def test_finished_steps_keep_their_results(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="step1")
        def step1(data: Data) -> Data:
            calls["step1"] += 1
            return {"value": data["value"] + 5}

        @step(id="step2")
        async def step2(data: Data) -> Data:
            calls["step2"] += 1
            await hold.here()
            return {"value": data["value"] * 2}

        return Workflow("two-steps").then(step1).then(step2).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"value": 10}))
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.steps["step1"].output == {"value": 15}
    assert result.steps["step2"].output == {"value": 30}
    assert calls == {"step2": 1}


@case("RST-04")
async def test_a_retry_in_flight_is_run_again_as_the_same_attempt(world: World, calls: Calls) -> None:
    hold = Hold()
    seen: list[tuple[int, bool]] = []

    def build() -> Any:
        @step(id="shout", retries=2)
        async def shout(data: Data, ctx: Context[Any]) -> Data:
            seen.append((ctx.attempt, ctx.restarted))
            if ctx.attempt == 0:
                raise ValueError("first try fails")
            await hold.here()
            return {"result": data["text"].upper()}

        return Workflow("retries").then(shout).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"text": "hello"}))
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.steps["shout"].output == {"result": "HELLO"}
    assert result.steps["shout"].attempts == 2
    assert seen == [(0, False), (1, False), (1, True)]


async def test_a_try_that_failed_after_it_was_run_again_counts_once_and_the_next_is_no_restart(world: World) -> None:
    hold = Hold()
    seen: list[tuple[int, bool]] = []

    def build() -> Any:
        @step(id="shout", retries=1)
        async def shout(data: str, ctx: Context[Any]) -> str:
            seen.append((ctx.attempt, ctx.restarted))
            await hold.here()
            if ctx.attempt == 0:
                raise ValueError("first try fails")
            return data.upper()

        return Workflow("retries").then(shout).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start("hello"))
    result = await build().create_run(run_id=RUN).restart()

    assert result.steps["shout"].attempts == 2
    assert seen == [(0, False), (0, True), (1, False)]


@case("RST-05")
async def test_a_nested_workflow_goes_on_where_it_stopped(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="step1")
        def step1(data: Data) -> Data:
            calls["step1"] += 1
            return {"step1_result": 2 + data["value"]}

        @step(id="step2")
        def step2(data: Data) -> Data:
            calls["step2"] += 1
            return {"step2_result": data["step1_result"] + 1}

        @step(id="step3")
        async def step3(data: Data) -> Data:
            calls["step3"] += 1
            await hold.here()
            return {"nested_final": data["step2_result"] + 1}

        @step(id="step4")
        def step4(data: Data) -> Data:
            calls["step4"] += 1
            return {"final": data["nested_final"] + 1}

        nested = Workflow("restart-nested").then(step2).then(step3).commit()
        return Workflow("restarts").then(step1).then(nested).then(step4).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"value": 0}))
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.input == {"value": 0}
    assert result.steps["step1"].output == {"step1_result": 2}
    assert_succeeded(result.steps["restart-nested"], {"nested_final": 4})
    assert result.steps["restart-nested"].input == {"step1_result": 2}
    assert result.steps["step4"].output == {"final": 5}
    assert calls == {"step3": 1, "step4": 1}


@case("RST-06")
async def test_a_restarted_run_may_suspend_and_be_resumed(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="get-user-input")
        def get_user_input(data: Data) -> Data:
            calls["get-user-input"] += 1
            return {"user_input": data["input"]}

        @step(id="prompt-agent")
        async def prompt_agent(data: Data, ctx: Context[Any]) -> Data:
            calls["prompt-agent"] += 1
            await hold.here()
            if not ctx.resumed:
                ctx.suspend({"test_payload": "hello"})
            return {"model_output": "test output"}

        @step(id="evaluate-tone")
        def evaluate_tone(data: Data) -> Data:
            return {"tone": 0.8}

        @step(id="improve-response")
        def improve_response(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend()
            return {"improved": True}

        flow = Workflow("restarts-and-suspends").then(get_user_input).then(prompt_agent)
        return flow.then(evaluate_tone).then(improve_response).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"input": "test input"}))
    calls.clear()
    run = build().create_run(run_id=RUN)
    first = await run.restart()

    prompted = first.steps["prompt-agent"]
    assert prompted.status == "suspended"
    assert prompted.input == {"user_input": "test input"}
    assert prompted.suspend_payload == {"test_payload": "hello"}
    assert prompted.started_at is not None
    assert prompted.suspended_at is not None
    assert calls == {"prompt-agent": 1}

    second = await run.resume({"user_input": "go"}, step="prompt-agent")
    assert second.steps["prompt-agent"].status == "success"
    assert second.steps["evaluate-tone"].status == "success"
    assert second.steps["improve-response"].status == "suspended"

    result = await run.resume({"tone": 0.9}, step="improve-response")
    assert result.status == "success"
    assert calls == {"prompt-agent": 2}


@case("RST-07")
async def test_all_arms_in_flight_are_run_again(world: World, calls: Calls) -> None:
    holds = {"step1": Hold(), "step2": Hold()}

    def build() -> Any:
        def arm(step_id: str, factor: int) -> Any:
            @step(id=step_id)
            async def multiply(data: Data) -> Data:
                calls[step_id] += 1
                await holds[step_id].here()
                return {"result": data["value"] * factor}

            return multiply

        return Workflow("restarts-arms").parallel(arm("step1", 2), arm("step2", 3)).commit()

    start = build().create_run(run_id=RUN).start({"value": 5})
    await die_at(holds["step2"], world, start)
    holds["step1"].open()
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.steps["step1"].output == {"result": 10}
    assert result.steps["step2"].output == {"result": 15}
    assert calls == {"step1": 1, "step2": 1}


async def test_a_run_that_is_still_driven_cannot_be_restarted(world: World, calls: Calls) -> None:
    hold = Hold()

    @step(id="slow")
    async def slow() -> None:
        calls["slow"] += 1
        await hold.here()

    flow = Workflow("driven").then(slow).commit()
    stream = flow.create_run(run_id=RUN).stream(None)
    await hold.is_reached()

    with pytest.raises(WorkflowError) as refused:  # fine print 57
        await flow.create_run(run_id=RUN).restart()
    assert refused.value.code == "still-running"

    hold.open()
    assert (await stream.result).status == "success"
    assert calls == {"slow": 1}


async def test_what_is_asked_of_a_runtime_that_was_left_is_refused(world: World, calls: Calls) -> None:
    @step(id="once")
    async def once() -> None:
        calls["once"] += 1

    flow = Workflow("left").then(once).commit()
    run = flow.create_run(run_id=RUN)
    await world.restart()

    with pytest.raises(RunInterrupted, match="was left"):
        await run.start()
    assert calls == {}
    assert (await flow.create_run(run_id=RUN).start()).status == "success"


class Slow(MemoryStore):
    """A store on the way to which a claim can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = Hold()

    async def append(self, *args: Any) -> None:
        await self.hold.here()
        await super().append(*args)


@pytest.mark.parametrize("engine", ["direct", "evented"])
async def test_a_start_on_its_way_to_the_store_when_its_runtime_is_left_does_not_go_on_there(
    engine: Any, calls: Calls
) -> None:
    @step(id="once")
    async def once() -> None:
        calls["once"] += 1

    flow, store = Workflow("left-early").then(once).commit(), Slow()
    async with Runtime(store=store, engine=engine) as runtime:
        start = asyncio.ensure_future(flow.create_run(run_id=RUN, runtime=runtime).start())
        await store.hold.is_reached()
    store.hold.open()
    with pytest.raises(RunInterrupted):
        await start
    assert calls == {}

    async with Runtime(store=store, engine=engine) as runtime:
        assert (await flow.create_run(run_id=RUN, runtime=runtime).restart()).status == "success"
    assert calls == {"once": 1}
