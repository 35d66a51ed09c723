"""One step at a time (catalogue B, 1.4 and 2.5)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Step, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN
from .records import assert_succeeded

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def done(calls: Calls, step_id: str) -> Step[Any, Any]:
    @step(id=step_id)
    def do(data: Any) -> Data:
        calls[step_id] += 1
        return {"value": f"{step_id}-done"}

    return do


async def first_step_of(flow: Any) -> Any:
    return await flow.create_run(run_id=RUN).start({"input": "test"}, per_step=True)


@case("PSTEP-01")
async def test_only_the_first_step_of_a_chain_runs(world: World, calls: Calls) -> None:
    result = await first_step_of(Workflow("chain").then(done(calls, "step1")).then(done(calls, "step2")).commit())

    assert result.status == "paused"
    assert_succeeded(result.steps["step1"], {"value": "step1-done"})
    assert "step2" not in result.steps
    assert calls == {"step1": 1}


@case("PSTEP-02")
async def test_only_the_first_arm_of_a_parallel_block_runs(world: World, calls: Calls) -> None:
    flow = Workflow("arms").parallel(done(calls, "step-a"), done(calls, "step-b")).then(done(calls, "step-c"))
    result = await first_step_of(flow.commit())

    assert result.status == "paused"
    assert_succeeded(result.steps["step-a"], {"value": "step-a-done"})
    assert "step-b" not in result.steps
    assert "step-c" not in result.steps
    assert calls == {"step-a": 1}


@case("PSTEP-03")
async def test_the_step_before_a_branch_runs_and_no_arm_does(world: World, calls: Calls) -> None:
    @step(id="check")
    def check() -> Data:
        return {"should_branch": True}

    flow = (
        Workflow("arms")
        .then(check)
        .branch(
            (lambda data: data["should_branch"], done(calls, "branch-a")),
            (lambda data: not data["should_branch"], done(calls, "branch-b")),
        )
        .commit()
    )
    result = await first_step_of(flow)

    assert result.status == "paused"
    assert_succeeded(result.steps["check"], {"should_branch": True})
    assert "branch-a" not in result.steps
    assert "branch-b" not in result.steps
    assert calls == {}


@case("PSTEP-04")
async def test_a_nested_workflow_after_the_first_step_does_not_begin(world: World, calls: Calls) -> None:
    nested = Workflow("nested").then(done(calls, "inner-step")).commit()
    flow = Workflow("outer").then(done(calls, "outer-step")).then(nested).then(done(calls, "final-step"))
    result = await first_step_of(flow.commit())

    assert result.status == "paused"
    assert_succeeded(result.steps["outer-step"], {"value": "outer-step-done"})
    assert "nested" not in result.steps
    assert "final-step" not in result.steps
    assert calls == {"outer-step": 1}


def three(calls: Calls) -> Any:
    flow = Workflow("three").then(done(calls, "step1")).then(done(calls, "step2"))
    return flow.then(done(calls, "step3")).commit()


@case("PSTEP-05")
async def test_a_paused_run_goes_on_step_by_step_in_another_process(world: World, calls: Calls) -> None:
    first = await first_step_of(three(calls))
    assert first.status == "paused"
    assert set(first.steps) == {"step1"}

    await world.restart()
    second = await three(calls).create_run(run_id=RUN).step()
    assert second.status == "paused"
    assert set(second.steps) == {"step1", "step2"}

    await world.restart()
    last = await three(calls).create_run(run_id=RUN).step()
    assert last.status == "success"  # fine print 65: after the last single step the run is done
    assert last.output == {"value": "step3-done"}
    assert calls == {"step1": 1, "step2": 1, "step3": 1}


async def test_a_paused_run_proceeds_to_its_end(world: World, calls: Calls) -> None:
    await first_step_of(three(calls))

    await world.restart()
    result = await three(calls).create_run(run_id=RUN).proceed()

    assert result.status == "success"
    assert calls == {"step1": 1, "step2": 1, "step3": 1}


async def test_callbacks_are_called_when_the_run_is_done_and_not_when_it_pauses(world: World, calls: Calls) -> None:
    finished: list[str] = []
    flow = Workflow("tells", on_finish=lambda run: finished.append(str(run.status)))
    run = flow.then(done(calls, "step1")).then(done(calls, "step2")).commit().create_run()

    assert (await run.start({}, per_step=True)).status == "paused"
    assert finished == []
    assert (await run.step()).status == "success"
    assert finished == ["success"]


async def test_maps_sleeps_items_and_turns_are_single_steps(world: World) -> None:
    @step(id="item")
    def item(data: int) -> int:
        return data + 1

    @step(id="turn")
    def turn(data: int) -> int:
        return data + 1

    run = (
        Workflow("leaves")
        .map(lambda data: [data, data])
        .foreach(item)
        .map(lambda data: sum(data))
        .sleep(seconds=0.001)
        .dountil(turn, lambda output: output >= 4)
        .commit()
        .create_run()
    )
    result = await run.start(0, per_step=True)
    steps = 1
    while result.status == "paused":
        result = await run.step()
        steps += 1

    assert result.output == 4
    assert steps == 7  # fine print 65: map, two items, map, sleep, two turns


async def test_a_run_asked_to_pause_stops_before_its_next_step(world: World, calls: Calls) -> None:
    @step(id="pausing")
    async def pausing(data: Any) -> Data:
        run.pause()
        return {}

    run = Workflow("pauses").then(pausing).then(done(calls, "next")).commit().create_run()
    result = await run.start({})

    assert result.status == "paused"
    assert result.steps["pausing"].status == "success"
    assert calls == {}
    assert (await run.proceed()).status == "success"
    assert calls == {"next": 1}
