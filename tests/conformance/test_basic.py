"""Catalogue A, section 3: single steps, chains, parallel steps, state, bail, and what cannot be run."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow, WorkflowError, step

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Value(BaseModel):
    value: str


def single_step(calls: Counter[str]) -> Workflow:
    @step
    async def step1() -> Data:
        calls["step1"] += 1
        return {"result": "success"}

    return Workflow("basic-single").then(step1).commit()


@case("BASIC-01")
async def test_a_single_step_runs_and_its_output_is_recorded() -> None:
    calls: Counter[str] = Counter()

    result = await single_step(calls).run({})

    assert calls == {"step1": 1}
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"result": "success"})
    assert result.steps["step1"].input == {}


@case("BASIC-02")
async def test_a_created_run_starts_and_completes() -> None:
    calls: Counter[str] = Counter()

    result = await single_step(calls).create_run().start({})

    assert calls == {"step1": 1}
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"result": "success"})


@case("BASIC-03")
async def test_one_workflow_object_serves_many_runs() -> None:
    calls: Counter[str] = Counter()
    flow = single_step(calls)
    run_ids = set()

    for _ in range(3):
        calls.clear()
        result = await flow.run({})
        assert result.status == "success"
        assert calls == {"step1": 1}
        run_ids.add(result.run_id)

    assert len(run_ids) == 3


@case("BASIC-04")
async def test_a_step_reads_and_sets_the_state() -> None:
    calls: Counter[str] = Counter()

    @step(state=Value)
    async def step1(ctx: Context[Value]) -> Data:
        calls["step1"] += 1
        value = ctx.state.value + "!!!"
        ctx.set_state(value=value)
        return {"result": "success", "value": value}

    flow = Workflow("basic-state", state=Value).then(step1).commit()
    result = await flow.create_run().start({}, state={"value": "test-state"})

    assert calls == {"step1": 1}
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"result": "success", "value": "test-state!!!"})
    assert result.state == Value(value="test-state!!!")


def returning(calls: Counter[str], name: str, output: object) -> Step:
    async def body() -> Any:
        calls[name] += 1
        return output

    return Step(body, id=name)


@case("BASIC-05")
async def test_steps_run_in_sequence() -> None:
    calls: Counter[str] = Counter()
    first = returning(calls, "step1", {"value": "step1-result"})
    second = returning(calls, "step2", {"value": "step2-result"})

    result = await Workflow("basic-sequence").then(first).then(second).commit().run({})

    assert list(calls.items()) == [("step1", 1), ("step2", 1)]
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"value": "step1-result"})
    assert_succeeded(result.steps["step2"], {"value": "step2-result"})
    assert result.output == {"value": "step2-result"}


@case("BASIC-06")
async def test_steps_run_in_parallel_as_the_only_entry() -> None:
    calls: Counter[str] = Counter()
    first = returning(calls, "step1", {"value": "step1"})
    second = returning(calls, "step2", {"value": "step2"})

    result = await Workflow("basic-parallel").parallel(first, second).commit().run({})

    assert calls == {"step1": 1, "step2": 1}
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"value": "step1"})
    assert_succeeded(result.steps["step2"], {"value": "step2"})
    assert result.output == {"step1": {"value": "step1"}, "step2": {"value": "step2"}}


def bailing() -> Workflow:
    @step
    async def step1(data: Value, ctx: Context) -> Data:
        if data.value == "bail":
            ctx.bail({"result": "bailed"})
        return {"result": f"step1: {data.value}"}

    @step
    async def step2(data: Data) -> Data:
        return {"result": f"step2: {data['result']}"}

    return Workflow("basic-bail").then(step1).then(step2).commit()


@case("BASIC-07")
async def test_bail_ends_the_run_successfully_with_the_bailed_value() -> None:
    result = await bailing().run({"value": "bail"})

    assert result.status == "success"
    assert result.output == {"result": "bailed"}
    assert_succeeded(result.steps["step1"], {"result": "bailed"})
    assert "step2" not in result.steps


@case("BASIC-07")
async def test_without_bail_the_next_step_runs() -> None:
    result = await bailing().run({"value": "no-bail"})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"result": "step1: no-bail"})
    assert_succeeded(result.steps["step2"], {"result": "step2: step1: no-bail"})


@case("BASIC-08")
async def test_a_body_knows_its_run_id() -> None:
    seen: list[object] = []

    @step
    async def step1(ctx: Context) -> None:
        seen.append(ctx.run_id)

    result = await Workflow("basic-run-id").then(step1).commit().run({})

    assert isinstance(result.run_id, str)
    assert result.run_id
    assert seen == [result.run_id]


@case("BASIC-09")
async def test_parallel_steps_read_the_state() -> None:
    def reading(name: str) -> Step:
        async def body(ctx: Context[Value]) -> Data:
            return {"value": name, "state_value": ctx.state.value}

        return Step(body, id=name, state=Value)

    flow = Workflow("basic-parallel-state", state=Value).parallel(reading("step1"), reading("step2")).commit()
    result = await flow.create_run().start({}, state={"value": "test-state"})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"value": "step1", "state_value": "test-state"})
    assert_succeeded(result.steps["step2"], {"value": "step2", "state_value": "test-state"})


@case("BASIC-10")
async def test_the_output_of_the_last_step_is_the_output_of_the_run() -> None:
    only = returning(Counter(), "step1", {"nested": {"value": "step1-data"}})

    result = await Workflow("basic-output").then(only).commit().run({})

    assert result.status == "success"
    assert result.output == {"nested": {"value": "step1-data"}}


@case("BASIC-11")
async def test_the_input_of_the_run_reaches_the_step() -> None:
    seen: list[Data] = []

    @step
    async def step1(data: Data) -> None:
        seen.append(data)

    result = await Workflow("basic-input").then(step1).commit().run({"foo": "hello", "bar": 42})

    assert result.status == "success"
    assert seen == [{"foo": "hello", "bar": 42}]
    assert result.input == {"foo": "hello", "bar": 42}


@case("BASIC-12")
async def test_a_workflow_without_steps_cannot_be_run() -> None:
    with pytest.raises(WorkflowError) as caught:
        Workflow("basic-empty").commit().create_run()

    assert caught.value.code == "definition-fault"
    assert "basic-empty" in str(caught.value)


@case("BASIC-13")
async def test_a_workflow_that_is_not_committed_cannot_be_run() -> None:
    flow = Workflow("basic-uncommitted").then(returning(Counter(), "step1", {}))

    assert flow.committed is False
    with pytest.raises(WorkflowError, match="commit") as caught:
        flow.create_run()
    assert caught.value.code == "definition-fault"


@case("BASIC-14")
async def test_there_is_no_suspend_data_on_a_first_run() -> None:
    @step
    async def step1(data: Value, ctx: Context) -> Data:
        return {"result": f"{data.value}: {ctx.suspend_data or 'No suspend data'}"}

    result = await Workflow("basic-suspend-data").then(step1).commit().run({"value": "test"})

    assert result.status == "success"
    assert result.output == {"result": "test: No suspend data"}
