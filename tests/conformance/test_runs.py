"""Runs of one workflow: status, number, ids (catalogue B, 1.8)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Workflow, step

from .cases import case

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


@case("RUNS-01")
async def test_a_run_of_one_step_is_a_success() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"result": "success"}

    result = await Workflow("one").then(step1).commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1}


@case("RUNS-02")
async def test_a_run_of_several_steps_runs_each_once() -> None:
    calls: Counter[str] = Counter()
    flow = Workflow("three")
    for number in (1, 2, 3):

        @step(id=f"step{number}")
        def count(data: Data, step_id: str = f"step{number}") -> Data:
            calls[step_id] += 1
            return {"value": step_id}

        flow = flow.then(count)
    result = await flow.commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1, "step2": 1, "step3": 1}
    assert {step_id: record.status for step_id, record in result.steps.items()} == {
        "step1": "success",
        "step2": "success",
        "step3": "success",
    }


@case("RUNS-03")
async def test_runs_of_one_workflow_object_do_not_share_anything() -> None:
    @step(id="step1")
    def step1(data: Data) -> Data:
        return {"run_number": data["run_number"]}

    flow = Workflow("many").then(step1).commit()
    results = [await flow.run({"run_number": number}) for number in (1, 2, 3)]

    assert [result.output for result in results] == [{"run_number": 1}, {"run_number": 2}, {"run_number": 3}]
    assert len({result.run_id for result in results}) == 3


@case("RUNS-04")
async def test_a_run_id_may_be_given() -> None:
    @step(id="step1")
    def step1() -> Data:
        return {}

    run = Workflow("named").then(step1).commit().create_run(run_id="my-custom-run-id-12345")
    result = await run.start({})

    assert result.status == "success"
    assert run.run_id == result.run_id == "my-custom-run-id-12345"
