"""Time travel: run again from a step, with recorded or given results before it (catalogue B, 1.3)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]
Calls = Counter[str]


class First(BaseModel):
    step1_result: int


def succeeded(output: Any, given: Any = None) -> Data:
    """A result handed to time travel as if the step had run."""
    return {"status": "success", "output": output, "input": given}


def chain(calls: Calls) -> tuple[Any, Any]:
    """2, then 1 more, then 1 more; and its second step."""

    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"step1_result": 2}

    @step(id="step2")
    def step2(data: First) -> Data:
        calls["step2"] += 1
        return {"step2_result": data.step1_result + 1}

    @step(id="step3")
    def step3(data: Data) -> Data:
        calls["step3"] += 1
        return {"final": data["step2_result"] + 1}

    return Workflow("travels").then(step1).then(step2).then(step3).commit(), step2


@pytest.fixture
def calls() -> Calls:
    return Counter()


@case("TT-07")
async def test_a_run_never_started_travels_to_a_step_on_given_results(world: World, calls: Calls) -> None:
    flow, step2 = chain(calls)
    context = {"step1": succeeded({"step1_result": 2}, {})}
    result = await flow.create_run().time_travel(step2, context=context)

    assert result.status == "success"
    assert (calls["step1"], calls["step2"], calls["step3"]) == (0, 1, 1)
    assert result.output == {"final": 4}
    assert result.steps["step1"].output == {"step1_result": 2}


@case("TT-08")
async def test_results_of_parallel_arms_may_be_given(world: World, calls: Calls) -> None:
    @step(id="step1")
    def step1(data: Data) -> Data:
        calls["step1"] += 1
        return {"result1": "step1"}

    @step(id="step2")
    def step2(data: Data) -> Data:
        calls["step2"] += 1
        return {"result2": "step2"}

    @step(id="final")
    def final(data: Data) -> Data:
        return {"combined": f"{data['step1']['result1']}-{data['step2']['result2']}"}

    flow = Workflow("travels-past-parallel").parallel(step1, step2).then(final).commit()
    context = {
        "step1": succeeded({"result1": "pre-step1"}),
        "step2": succeeded({"result2": "pre-step2"}),
    }
    result = await flow.create_run().time_travel(final, context=context)

    assert result.status == "success"
    assert calls == {}
    assert result.output == {"combined": "pre-step1-pre-step2"}


@case("TT-09")
async def test_with_per_step_only_the_target_runs(world: World, calls: Calls) -> None:
    flow, step2 = chain(calls)
    context = {"step1": succeeded({"step1_result": 2}, {})}
    result = await flow.create_run().time_travel(step2, context=context, per_step=True)

    assert result.status == "paused"
    assert (calls["step1"], calls["step2"], calls["step3"]) == (0, 1, 0)
    assert result.steps["step2"].status == "success"
    assert result.steps["step2"].output == {"step2_result": 3}
    assert "step3" not in result.steps


@case("TT-10")
async def test_given_results_count_after_a_normal_run_of_the_same_workflow(world: World, calls: Calls) -> None:
    flow, step2 = chain(calls)
    assert (await flow.run({})).output == {"final": 4}
    assert calls == {"step1": 1, "step2": 1, "step3": 1}
    calls.clear()

    context = {"step1": succeeded({"step1_result": 10}, {})}
    result = await flow.create_run().time_travel(step2, context=context)

    assert result.status == "success"
    assert calls == {"step2": 1, "step3": 1}
    assert result.output == {"final": 12}


@case("TT-10")
async def test_a_finished_run_travels_on_its_recorded_results_in_another_process(world: World, calls: Calls) -> None:
    flow, _ = chain(calls)
    await flow.create_run(run_id=RUN).start({})
    calls.clear()

    await world.restart()
    flow, _ = chain(calls)
    run = flow.create_run(run_id=RUN)
    before = await run.events()
    result = await run.time_travel("step2", input={"step1_result": 20})

    assert calls == {"step2": 1, "step3": 1}
    assert result.output == {"final": 22}
    # architecture rule 8: the log is never rewritten, time travel appends.
    assert (await run.events())[: len(before)] == before


@case("TT-11")
async def test_a_nested_workflow_as_target_runs_whole(world: World, calls: Calls) -> None:
    def adding(step_id: str) -> Any:
        @step(id=step_id)
        def add(data: Data) -> Data:
            calls[step_id] += 1
            return {"result": data["result"] + 1}

        return add

    nested = Workflow("nested").then(adding("step2")).then(adding("step3")).commit()
    flow = Workflow("travels-to-nested").then(adding("step1")).then(nested).then(adding("step4")).commit()
    result = await flow.create_run().time_travel(nested, context={"step1": succeeded({"result": 2})})

    assert result.status == "success"
    assert (calls["step1"], calls["step2"], calls["step3"], calls["step4"]) == (0, 1, 1, 1)
    assert result.output == {"result": 5}


async def test_a_step_inside_a_nested_workflow_is_a_target_by_its_path(world: World, calls: Calls) -> None:
    def adding(step_id: str) -> Any:
        @step(id=step_id)
        def add(data: Data) -> Data:
            calls[step_id] += 1
            return {"result": data["result"] + 1}

        return add

    nested = Workflow("nested").then(adding("step2")).then(adding("step3")).commit()
    flow = Workflow("travels-inside").then(adding("step1")).then(nested).then(adding("step4")).commit()
    result = await flow.create_run().time_travel(
        ("nested", "step3"),
        context={"step1": succeeded({"result": 2})},
        nested_context={"nested": {"step2": succeeded({"result": 10})}},
    )

    assert calls == {"step3": 1, "step4": 1}
    assert result.output == {"result": 12}


@case("TT-12")
async def test_a_travelled_run_suspends_and_is_resumed(world: World, calls: Calls) -> None:
    def build() -> Any:
        @step(id="step1")
        def step1() -> Data:
            calls["step1"] += 1
            return {"step1_result": 2}

        @step(id="suspend-step")
        def suspend_step(data: Data, ctx: Context[Any]) -> Data:
            calls["suspend-step"] += 1
            if not ctx.resumed:
                ctx.suspend()
            return {"total": data["step1_result"] + ctx.resume_data}

        @step(id="step3")
        def step3(data: Data) -> Data:
            calls["step3"] += 1
            return data

        return Workflow("travels-to-suspension").then(step1).then(suspend_step).then(step3).commit()

    context = {"step1": succeeded({"step1_result": 2})}
    first = await build().create_run(run_id=RUN).time_travel("suspend-step", context=context)
    assert first.status == "suspended"
    assert (calls["step1"], calls["suspend-step"], calls["step3"]) == (0, 1, 0)

    result = await answer(world, build(), 5)
    assert result.status == "success"
    assert result.output == {"total": 7}
    assert (calls["step1"], calls["suspend-step"], calls["step3"]) == (0, 2, 1)


def branching(calls: Calls) -> Any:
    @step(id="check")
    def check() -> Data:
        calls["check"] += 1
        return {"branch": "A"}

    def arm(name: str) -> Any:
        @step(id=f"branch-{name}")
        def take(data: Data) -> Data:
            calls[name] += 1
            return {"result": f"from {name}"}

        return take

    def takes(name: str) -> Any:
        return lambda data: data["branch"] == name

    flow = Workflow("travels-to-branch").then(check)
    return flow.branch((takes("A"), arm("A")), (takes("B"), arm("B"))).commit()


@case("TT-13")
async def test_an_arm_of_a_branch_as_target_gives_the_branchs_output(world: World, calls: Calls) -> None:
    run = branching(calls).create_run()
    result = await run.time_travel("branch-A", context={"check": succeeded({"branch": "A"})})

    assert result.status == "success"
    assert (calls["check"], calls["A"], calls["B"]) == (0, 1, 0)
    assert result.output == {"branch-A": {"result": "from A"}}


@case("TT-17")
async def test_an_arm_of_a_branch_runs_alone_with_per_step(world: World, calls: Calls) -> None:
    # fine print 65: the branch is the last entry, so the run is done (the reference says paused).
    run = branching(calls).create_run()
    context = {"check": succeeded({"branch": "A"})}
    result = await run.time_travel("branch-A", context=context, per_step=True)

    assert result.status == "success"
    assert (calls["check"], calls["A"], calls["B"]) == (0, 1, 0)
    assert result.steps["branch-A"].status == "success"
    assert result.steps["branch-A"].output == {"result": "from A"}


@case("TT-14")
async def test_the_result_of_a_loop_may_be_given(world: World, calls: Calls) -> None:
    @step(id="loop-step")
    def loop_step(data: Data) -> Data:
        calls["loop-step"] += 1
        return {"counter": data["counter"] + 1}

    @step(id="final-step")
    def final_step(data: Data) -> Data:
        return {"final": data["counter"]}

    looping = Workflow("travels-past-loop").dountil(loop_step, lambda output: output["counter"] >= 3)
    flow = looping.then(final_step).commit()
    context = {"loop-step": succeeded({"counter": 3})}
    result = await flow.create_run().time_travel("final-step", context=context)

    assert result.status == "success"
    assert calls["loop-step"] == 0
    assert result.output == {"final": 3}


@case("TT-15")
async def test_a_workflow_that_ran_before_travels_one_step(world: World, calls: Calls) -> None:
    flow, step2 = chain(calls)
    await flow.run({})
    calls.clear()

    context = {"step1": succeeded({"step1_result": 10}, {})}
    result = await flow.create_run().time_travel(step2, context=context, per_step=True)

    assert result.status == "paused"
    assert calls == {"step2": 1}
    assert result.steps["step2"].output == {"step2_result": 11}


@case("TT-16")
async def test_one_arm_of_a_parallel_block_runs_alone_with_per_step(world: World, calls: Calls) -> None:
    def counting(step_id: str) -> Any:
        @step(id=step_id)
        def count(data: Data) -> Data:
            calls[step_id] += 1
            return {"result": step_id}

        return count

    flow = (
        Workflow("travels-to-parallel")
        .then(counting("init-step"))
        .parallel(counting("p1"), counting("p2"))
        .then(counting("final"))
        .commit()
    )
    context = {"init-step": succeeded({"result": "init"}), "p2": succeeded({"result": "given"})}
    result = await flow.create_run().time_travel("p1", context=context, per_step=True)

    assert result.status == "paused"
    assert calls == {"p1": 1}
    assert result.steps["p1"].output == {"result": "p1"}
    assert result.steps["p2"].output == {"result": "given"}


@case("TT-18")
async def test_a_step_that_does_not_exist_is_refused_by_name(world: World, calls: Calls) -> None:
    flow, _ = chain(calls)
    run = flow.create_run(run_id=RUN)
    await run.start({})
    before = len(await run.events())

    with pytest.raises(WorkflowError, match="nonExistent") as refused:
        await run.time_travel("nonExistent", input={"step1_result": 2})

    assert refused.value.code == "unknown-step"
    assert len(await run.events()) == before


@case("TT-19")
async def test_a_run_that_is_still_running_cannot_travel(world: World) -> None:
    inside, gate = asyncio.Event(), asyncio.Event()

    @step(id="step1")
    async def step1() -> Data:
        inside.set()
        await gate.wait()
        return {"step1_result": 2}

    @step(id="step2")
    def step2(data: First) -> Data:
        return {"step2_result": data.step1_result + 1}

    flow = Workflow("still-running").then(step1).then(step2).commit()
    started = asyncio.create_task(flow.create_run(run_id=RUN).start({}))
    await inside.wait()

    with pytest.raises(WorkflowError) as refused:
        await flow.create_run(run_id=RUN).time_travel("step2", input={"step1_result": 2})
    assert refused.value.code == "still-running"

    gate.set()
    assert (await started).output == {"step2_result": 3}


@case("TT-20")
async def test_an_input_that_does_not_fit_the_target_is_refused(world: World, calls: Calls) -> None:
    flow, _ = chain(calls)
    run = flow.create_run(run_id=RUN)
    await run.start({})
    calls.clear()

    with pytest.raises(WorkflowError, match="step1_result") as refused:
        await run.time_travel("step2", input={"invalid_payload": 2})

    assert refused.value.code == "input-invalid"
    assert calls == {}
    assert (await run.snapshot()).output == {"final": 4}
