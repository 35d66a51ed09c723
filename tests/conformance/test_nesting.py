"""A workflow as a step of another (catalogue B, 1.2)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow, step

from .cases import case
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Outer(BaseModel):
    value: str
    other_value: str


class Inner(BaseModel):
    value: str


def giving(calls: Counter[str], step_id: str) -> Step[Any, Any]:
    @step(id=step_id)
    def give() -> Data:
        calls[step_id] += 1
        return {"value": step_id}

    return give


@case("NEST-01")
async def test_a_nested_workflow_is_one_step_with_the_output_of_its_last_step() -> None:
    calls: Counter[str] = Counter()
    inner = Workflow("nested-basic-inner").then(giving(calls, "step2")).then(giving(calls, "step3")).commit()
    result = await Workflow("nested-basic").then(giving(calls, "step1")).then(inner).commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1, "step2": 1, "step3": 1}
    assert_succeeded(result.steps["step1"], {"value": "step1"})
    assert_succeeded(result.steps["nested-basic-inner"], {"value": "step3"})
    assert set(result.steps) == {"step1", "nested-basic-inner"}


@case("NEST-02")
async def test_a_failing_inner_step_fails_the_nested_workflow_with_its_own_error() -> None:
    @step(id="step1")
    def step1() -> Data:
        return {}

    @step(id="step2")
    def step2(data: Data) -> Data:
        raise ValueError("Step execution failed")

    inner = Workflow("nested-failing").then(step2).commit()
    result = await Workflow("outer-failing").then(step1).then(inner).commit().run({})

    assert result.status == "failed"
    assert result.steps["step1"].status == "success"
    assert result.steps["step1"].input == {}
    assert result.steps["nested-failing"].input == {}
    error = assert_failed(result.steps["nested-failing"], "Step execution failed")
    assert isinstance(error, ValueError)
    assert isinstance(result.error, ValueError)


@case("NEST-03")
async def test_data_flows_into_a_nested_workflow_and_out_again() -> None:
    @step(id="outer-step")
    def outer_step(data: Data) -> Data:
        return {"value": f"{data['input']}-outer"}

    @step(id="inner-step")
    def inner_step(data: Data) -> Data:
        return {"result": f"{data['value']}-inner"}

    inner = Workflow("nested-data").then(inner_step).commit()
    result = await Workflow("outer-data").then(outer_step).then(inner).commit().run({"input": "test"})

    assert_succeeded(result.steps["outer-step"], {"value": "test-outer"})
    assert_succeeded(result.steps["nested-data"], {"result": "test-outer-inner"})
    assert result.output == {"result": "test-outer-inner"}


@case("NEST-04")
async def test_a_nested_workflow_may_branch() -> None:
    calls: Counter[str] = Counter()
    inner = (
        Workflow("nested-branching")
        .then(giving(calls, "b"))
        .branch((lambda data: data["value"] == "b", giving(calls, "c")))
        .commit()
    )
    result = await Workflow("outer-branching").then(giving(calls, "a")).then(inner).commit().run({})

    assert_succeeded(result.steps["a"], {"value": "a"})
    assert_succeeded(result.steps["nested-branching"], {"c": {"value": "c"}})
    assert calls == {"a": 1, "b": 1, "c": 1}


@case("NEST-05")
async def test_workflows_nest_in_nested_workflows() -> None:
    def appending(step_id: str, text: str) -> Step[Any, Any]:
        @step(id=step_id)
        def append(data: Data) -> Data:
            return {"value": f"{data['value']}-{text}" if data["value"] else text}

        return append

    inner = Workflow("inner").then(appending("step3", "level3")).commit()
    middle = Workflow("middle").then(appending("step2", "level2")).then(inner).commit()
    outer = Workflow("outer").then(appending("step1", "level1")).then(middle).commit()
    result = await outer.run({"value": ""})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"value": "level1"})
    assert_succeeded(result.steps["middle"], {"value": "level1-level2-level3"})


@case("NEST-06")
async def test_a_nested_workflow_sees_the_state_of_the_outer_one() -> None:
    @step(id="step1", state=Inner)
    def step1(ctx: Context[Inner]) -> Data:
        return {"result": "success", "value": ctx.state.value}

    inner = Workflow("nested-state", state=Inner).then(step1).commit()
    outer = Workflow("outer-state", state=Outer).then(inner).commit()
    run = outer.create_run()
    result = await run.start({}, state={"value": "test-state", "other_value": "other"})

    assert_succeeded(result.steps["nested-state"], {"result": "success", "value": "test-state"})
    assert result.state == Outer(value="test-state", other_value="other")


@case("NEST-07")
async def test_state_set_in_a_nested_workflow_is_seen_inside_and_outside() -> None:
    @step(id="step1", state=Inner)
    def step1(ctx: Context[Inner]) -> Data:
        ctx.set_state(value=f"{ctx.state.value}!!!")
        return {}

    @step(id="step2", state=Inner)
    def step2(data: Data, ctx: Context[Inner]) -> Data:
        return {"result": "success", "value": ctx.state.value}

    inner = Workflow("nested-setting", state=Inner).then(step1).then(step2).commit()
    outer = Workflow("outer-setting", state=Outer).then(inner).commit()
    run = outer.create_run()
    result = await run.start({}, state={"value": "test-state", "other_value": "other"})

    assert_succeeded(result.steps["nested-setting"], {"result": "success", "value": "test-state!!!"})
    assert result.state == Outer(value="test-state!!!", other_value="other")


async def test_the_run_id_inside_a_nested_workflow_is_the_outer_one() -> None:
    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        return {"run_id": ctx.run_id}

    inner = Workflow("nested-run-id").then(step1).commit()
    run = Workflow("outer-run-id").then(inner).commit().create_run()
    result = await run.start({})

    # fine print A5: one run, one log; there are no nested run ids.
    assert result.output == {"run_id": run.run_id}
