"""Resuming one of several arms that wait (catalogue B, 1.1)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step
from playhead.errors import SeveralSuspended, WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, answer

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


def multiplying(step_id: str, label: str | None = None) -> Step[Any, Any]:
    @step(id=step_id)
    def arm(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({}, label=label)
        return {"result": data["value"] * ctx.resume_data["multiplier"]}

    return arm


def two_arms(block: str) -> Any:
    """A parallel of two steps that ask, or a branch with two arms that are both true."""
    flow = Workflow(f"two-{block}-arms")
    first, second = multiplying("arm-1"), multiplying("arm-2")
    if block == "parallel":
        return flow.parallel(first, second).commit()
    return flow.branch((lambda data: True, first), (lambda data: True, second)).commit()


@case("SUSP-14")
async def test_the_arms_of_a_parallel_block_are_resumed_one_after_the_other(world: World) -> None:
    def build() -> Any:
        @step(id="multi-resume-step-1")
        def adding(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({})
            return {"result": data["value"] + ctx.resume_data["increment"]}

        return Workflow("multi-resume").parallel(adding, multiplying("multi-resume-step-2")).commit()

    assert (await build().create_run(run_id=RUN).start({"value": 10})).status == "suspended"
    assert (await answer(world, build(), {"increment": 5}, step="multi-resume-step-1")).status == "suspended"
    result = await answer(world, build(), {"multiplier": 3}, step="multi-resume-step-2")

    assert result.status == "success"
    assert result.output == {"multi-resume-step-1": {"result": 15}, "multi-resume-step-2": {"result": 30}}


@case("SUSP-15")
async def test_with_several_suspended_arms_a_resume_must_name_one(world: World) -> None:
    first = await two_arms("branch").create_run(run_id=RUN).start({"value": 100})
    assert first.status == "suspended"
    assert len(first.suspended) == 2

    with pytest.raises(SeveralSuspended, match="arm-1") as refused:
        await answer(world, two_arms("branch"), {"multiplier": 2})
    assert refused.value.code == "several-suspended"
    assert refused.value.suspended == (("arm-1",), ("arm-2",))

    second = await answer(world, two_arms("branch"), {"multiplier": 2}, step="arm-1")
    assert second.status == "suspended"
    assert second.suspended == [("arm-2",)]


@case("SUSP-17", "SUSP-31")
async def test_each_arm_of_a_branch_keeps_its_own_status_while_the_other_waits(world: World) -> None:
    first = await two_arms("branch").create_run(run_id=RUN).start({"value": 10})
    assert first.steps["arm-1"].status == first.steps["arm-2"].status == "suspended"
    assert first.suspended == [("arm-1",), ("arm-2",)]

    second = await answer(world, two_arms("branch"), {"multiplier": 2}, step="arm-1")
    assert second.status == "suspended"
    assert second.steps["arm-1"].status == "success"
    assert second.steps["arm-2"].status == "suspended"
    assert second.suspended == [("arm-2",)]

    result = await answer(world, two_arms("branch"), {"multiplier": 3}, step="arm-2")
    assert result.status == "success"
    assert result.steps["arm-1"].status == result.steps["arm-2"].status == "success"
    assert result.output == {"arm-1": {"result": 20}, "arm-2": {"result": 30}}


@case("SUSP-29")
async def test_a_parallel_block_stays_suspended_until_its_last_arm_is_resumed(world: World) -> None:
    def build() -> Any:
        @step(id="parallel-step-2")
        def dividing(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({})
            return {"result": data["value"] // ctx.resume_data["divisor"]}

        return Workflow("bug-6418").parallel(multiplying("parallel-step-1"), dividing).commit()

    first = await build().create_run(run_id=RUN).start({"value": 100})
    assert first.suspended == [("parallel-step-1",), ("parallel-step-2",)]

    second = await answer(world, build(), {"multiplier": 2}, step="parallel-step-1")
    assert second.status == "suspended"
    assert second.suspended == [("parallel-step-2",)]

    result = await answer(world, build(), {"divisor": 5}, step="parallel-step-2")
    assert result.status == "success"
    assert result.output == {"parallel-step-1": {"result": 200}, "parallel-step-2": {"result": 20}}


@pytest.mark.parametrize("block", ["parallel", "branch"])
async def test_a_finished_arm_is_not_run_again_when_its_sibling_is_resumed(world: World, block: str) -> None:
    calls: Counter[str] = Counter()

    def build() -> Any:
        @step(id="quick")
        def quick(data: Data) -> Data:
            calls["quick"] += 1
            return {"result": "quick"}

        flow = Workflow("finished-arm")
        asking = multiplying("asking")
        if block == "parallel":
            return flow.parallel(quick, asking).commit()
        return flow.branch((lambda data: True, quick), (lambda data: True, asking)).commit()

    await build().create_run(run_id=RUN).start({"value": 2})
    result = await answer(world, build(), {"multiplier": 3})

    assert result.output == {"quick": {"result": "quick"}, "asking": {"result": 6}}
    assert calls["quick"] == 1


async def test_the_labels_of_the_other_arms_stay_valid_after_one_was_resumed_by_label(
    world: World,
) -> None:
    def build() -> Any:
        return (
            Workflow("labelled-arms")
            .parallel(multiplying("a", "first"), multiplying("b", "second"), multiplying("c", "third"))
            .commit()
        )

    first = await build().create_run(run_id=RUN).start({"value": 1})
    assert set(first.resume_labels) == {"first", "second", "third"}

    second = await answer(world, build(), {"multiplier": 2}, label="second")
    assert second.status == "suspended"
    assert set(second.resume_labels) == {"first", "third"}

    with pytest.raises(WorkflowError) as refused:  # fine print 49: a used label is unknown afterwards
        await answer(world, build(), {"multiplier": 2}, label="second")
    assert refused.value.code == "unknown-label"

    assert (await answer(world, build(), {"multiplier": 3}, label="third")).status == "suspended"
    result = await answer(world, build(), {"multiplier": 1}, label="first")
    assert result.status == "success"
    assert result.output == {"a": {"result": 1}, "b": {"result": 2}, "c": {"result": 3}}


async def test_a_label_two_arms_share_names_neither(world: World) -> None:
    def build() -> Any:
        return Workflow("shared-label").parallel(multiplying("a", "manager"), multiplying("b", "manager")).commit()

    await build().create_run(run_id=RUN).start({"value": 1})

    with pytest.raises(WorkflowError) as refused:  # fine print 49
        await answer(world, build(), {"multiplier": 2}, label="manager")
    assert refused.value.code == "several-suspended"


@case("SUSP-36")
async def test_a_second_parallel_block_gets_the_merged_output_of_the_first() -> None:
    @step(id="step1")
    def step1(data: Data) -> Data:
        return {"result1": f"processed-{data['input']}"}

    @step(id="step2")
    def step2(data: Data) -> Data:
        return {"result2": f"transformed-{data['input']}"}

    @step(id="step3")
    def step3(data: Data) -> Data:
        return {"result3": f"combined-{data['step1']['result1']}-{data['step2']['result2']}"}

    @step(id="step4")
    def step4(data: Data) -> Data:
        return {"result4": f"final-{data['step1']['result1']}-{data['step2']['result2']}"}

    flow = Workflow("parallel-chains").parallel(step1, step2).parallel(step3, step4).commit()
    result = await flow.run({"input": "test"})

    assert result.status == "success"
    assert result.steps["step1"].output == {"result1": "processed-test"}
    assert result.steps["step2"].output == {"result2": "transformed-test"}
    assert result.steps["step3"].output == {"result3": "combined-processed-test-transformed-test"}
    assert result.steps["step4"].output == {"result4": "final-processed-test-transformed-test"}
