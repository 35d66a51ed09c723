"""Pins of the reference's evented engine that hold on every engine here (catalogue B, 1.13)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, NonRetryableError, Step, Workflow, step
from playhead.errors import UnknownWorkflow

from .cases import case
from .conftest import World
from .next_process import PATIENCE, RUN, answer
from .shared_place import SharedPlace

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


@case("EVW-01")
async def test_on_start_is_called_once_before_any_step_with_the_run_id(world: World) -> None:
    told: list[Any] = []

    async def on_start(run: Any) -> None:
        told.append(("on_start", run.run_id, str(run.status)))

    @step(id="step1")
    def step1() -> None:
        told.append("step1")

    flow = Workflow("tells-start", on_start=on_start).then(step1).commit()
    assert (await flow.create_run(run_id=RUN).start(None)).status == "success"

    assert told == [("on_start", RUN, "pending"), "step1"]
    assert (await world.runtime.get(RUN)).status == "success"


def setting(step_id: str, key: str, value: int, pause: float) -> Step[Any, Any]:
    @step(id=step_id)
    async def set_key(data: Any, ctx: Context[Any]) -> Data:
        await asyncio.sleep(pause)
        ctx.set_state({key: value})
        return {"set": key}

    return set_key


@case("EVW-02", "EVW-03")
@pytest.mark.parametrize(("first", "second"), [(0.05, 0.01), (0.01, 0.05)], ids=["slow-first", "fast-first"])
async def test_state_set_by_parallel_arms_is_merged_whoever_ends_last(
    world: World, first: float, second: float
) -> None:
    arms = setting("branch1", "first", 1, first), setting("branch2", "second", 2, second)
    run = Workflow("merges").parallel(*arms).commit().create_run()
    result = await run.start({}, state={"first": 0, "second": 0})

    assert result.status == "success"
    assert result.state == {"first": 1, "second": 2}


@case("EVW-04")
async def test_state_set_by_two_true_arms_of_a_branch_is_merged(world: World) -> None:
    run = (
        Workflow("merges-branch")
        .branch(
            (lambda data: True, setting("branch1", "first", 1, 0.02)),
            (lambda data: True, setting("branch2", "second", 2, 0.0)),
        )
        .commit()
        .create_run()
    )
    result = await run.start({}, state={"first": 0, "second": 0})

    assert result.state == {"first": 1, "second": 2}


@case("EVW-05")
async def test_the_step_after_a_parallel_block_sees_the_merged_state_and_clean_outputs(
    world: World,
) -> None:
    seen: list[Data] = []

    @step(id="after")
    def after(data: Data, ctx: Context[Any]) -> Data:
        seen.append(dict(ctx.state))
        return data

    arms = setting("branch1", "first", 1, 0.01), setting("branch2", "second", 2, 0.0)
    run = Workflow("after-merge").parallel(*arms).then(after).commit().create_run()
    result = await run.start({}, state={"first": 0, "second": 0})

    assert seen == [{"first": 1, "second": 2}]
    outputs = {step_id: record.output for step_id, record in result.steps.items()}
    assert outputs == {
        "branch1": {"set": "first"},
        "branch2": {"set": "second"},
        "after": {"branch1": {"set": "first"}, "branch2": {"set": "second"}},
    }


def failing(calls: Calls, error: Exception, **options: Any) -> Step[Any, Any]:
    @step(id="failing", **options)
    def fail() -> None:
        calls["failing"] += 1
        raise error

    return fail


@case("EVW-13")
async def test_a_non_retryable_error_stops_retrying_at_once(world: World, calls: Calls) -> None:
    failing_step = failing(calls, NonRetryableError("no use"))
    result = await Workflow("no-retry", retries=3).then(failing_step).commit().run(None)

    assert calls == {"failing": 1}
    assert result.status == "failed"
    assert isinstance(result.steps["failing"].error, NonRetryableError)
    assert result.steps["failing"].attempts == 1


@case("EVW-14")
async def test_a_non_retryable_error_in_a_nested_workflow_passes_through(world: World, calls: Calls) -> None:
    inner = Workflow("inner", retries=3).then(failing(calls, NonRetryableError("no use"))).commit()
    result = await Workflow("outer", retries=3).then(inner).commit().run(None)

    assert calls == {"failing": 1}
    assert result.status == "failed"
    assert isinstance(result.steps["inner"].error, NonRetryableError)


@case("EVW-15")
async def test_three_retries_are_four_tries(world: World, calls: Calls) -> None:
    result = await Workflow("retries", retries=3).then(failing(calls, ValueError("again"))).commit().run(None)

    assert calls == {"failing": 4}
    assert result.steps["failing"].attempts == 4
    assert isinstance(result.error, ValueError)
    assert not isinstance(result.error, NonRetryableError)


def counting_turn(calls: Calls) -> Any:
    @step(id="add")
    def add(data: Data) -> Data:
        calls["add"] += 1
        return {"value": data["value"] + 1}

    return Workflow("turn").then(add).commit()


@case("SERPS-01", "SERPS-02", "SERPS-03")
@pytest.mark.parametrize("kind", ["dountil", "dowhile"])
@pytest.mark.parametrize("turns", [1, 2])
async def test_a_loop_over_a_nested_workflow_turns_as_often_as_needed(
    world: World, kind: str, turns: int, calls: Calls
) -> None:
    flow = Workflow("loops")
    if kind == "dountil":
        flow = flow.dountil(counting_turn(calls), lambda output: output["value"] >= turns)
    else:
        flow = flow.dowhile(counting_turn(calls), lambda output: output["value"] < turns)
    result = await flow.commit().run({"value": 0})

    assert result.output == {"value": turns}
    assert calls == {"add": turns}


@case("SERPS-04")
async def test_a_loop_over_a_nested_workflow_may_itself_be_nested(world: World, calls: Calls) -> None:
    owner = Workflow("owner").dountil(counting_turn(calls), lambda output: output["value"] >= 3).commit()
    result = await Workflow("outermost").then(owner).commit().run({"value": 0})

    assert result.output == {"value": 3}
    assert calls == {"add": 3}


@case("FIN-01")
async def test_a_start_gives_its_own_result_however_many_runs_have_finished(world: World) -> None:
    @step(id="echo")
    async def echo(data: int) -> int:
        return data

    flow = Workflow("many-finished").then(echo).commit()
    results = [await flow.run(number) for number in range(30)]

    assert [result.output for result in results] == list(range(30))


@case("FIN-02")
async def test_a_resume_gives_the_resumed_result_and_not_the_earlier_suspension(world: World) -> None:
    def build() -> Any:
        @step(id="ask")
        def ask(ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend({"asked": True})
            return ctx.resume_data

        return Workflow("resumes").then(ask).commit()

    run = build().create_run(run_id=RUN)
    assert (await run.start(None)).status == "suspended"
    assert (await run.resume("same process")).output == "same process"

    assert (await build().create_run(run_id="other").start(None)).status == "suspended"
    result = await answer(world, build(), "another process", run_id="other")
    assert result.status == "success"
    assert result.output == "another process"
    assert result.suspended == []


@case("DISP-01", "DISP-02")
async def test_recovery_finds_workflows_by_id_and_leaves_runs_of_unknown_ones_alone(world: World, calls: Calls) -> None:
    asleep = asyncio.Event()

    def build(flow_id: str) -> Any:
        @step(id="held")
        async def held() -> str:
            calls[flow_id] += 1
            if calls[flow_id] == 1:
                await asleep.wait()
            return flow_id

        return Workflow(flow_id).then(held).commit()

    for flow_id in ("known", "unknown"):
        stream = build(flow_id).create_run(run_id=f"run-of-{flow_id}").stream(None)
        async for event in stream:
            if event.type == "step-started":
                break
    await world.restart(workflows=[build("known")])
    await world.runtime.recover(wait=True)

    assert (await world.runtime.get("run-of-known")).output == "known"
    # fine print 55: runs of workflows nobody registered are left, not failed.
    assert (await world.runtime.get("run-of-unknown")).status == "running"
    result = await build("unknown").create_run(run_id="run-of-unknown").restart()
    assert result.output == "unknown"


@case("NOCONS-01")
async def test_a_runtime_that_nobody_entered_runs_at_once_and_waits_for_no_worker(place: SharedPlace) -> None:
    @step(id="echo")
    async def echo(data: str) -> str:
        return data

    runtime = place.runtime()
    async with asyncio.timeout(PATIENCE):
        result = await Workflow("no-worker").then(echo).commit().run("go", runtime=runtime)
    await runtime.close()

    assert result.output == "go"


@case("OPT-03")
async def test_a_stored_run_is_fetched_only_where_its_workflow_is_known_and_the_refusal_says_how(
    world: World,
) -> None:
    def build() -> Any:
        @step(id="ask")
        def ask(ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend()
            return ctx.resume_data

        return Workflow("needs-host").then(ask).commit()

    await build().create_run(run_id=RUN).start(None)
    runtime = await world.restart()
    with pytest.raises(UnknownWorkflow, match=r"'needs-host'.*workflows="):
        await runtime.fetch(RUN)

    runtime.register(build())
    run = await runtime.fetch(RUN)
    assert (await run.resume("yes")).output == "yes"
