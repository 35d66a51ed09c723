"""Catalogue A, section 12: loops run their body first, and keep the last turn."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Step, Workflow, step

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


@step
async def increment(data: Data) -> Data:
    return {"value": data["value"] + 1}


@step
async def final(data: Data) -> Data:
    return {"final_value": data["value"]}


def nested(workflow_id: str) -> Workflow:
    return Workflow(workflow_id).then(increment).commit()


def until(body: Step | Workflow) -> Workflow:
    return Workflow("loop-until").dountil(body, lambda data: data["value"] >= 12).then(final).commit()


def while_(body: Step | Workflow) -> Workflow:
    return Workflow("loop-while").dowhile(body, lambda data: data["value"] < 12).then(final).commit()


@pytest.mark.parametrize(
    ("flow", "body_id"),
    [
        pytest.param(until(increment), "increment", marks=case("LOOP-01")),
        pytest.param(until(nested("nested-until")), "nested-until", marks=case("LOOP-02")),
        pytest.param(while_(increment), "increment", marks=case("LOOP-03")),
        pytest.param(while_(nested("nested-while")), "nested-while", marks=case("LOOP-04")),
    ],
)
async def test_a_loop_ends_on_its_condition_and_keeps_the_last_turn(flow: Workflow, body_id: str) -> None:
    result = await flow.run({"target": 10, "value": 0})

    assert result.status == "success"
    assert result.output == {"final_value": 12}
    assert_succeeded(result.steps[body_id], {"value": 12})
    # The input of the last turn is the output of the turn before.
    assert result.steps[body_id].input == {"value": 11}
    assert result.steps[body_id].iteration == 12
    assert_succeeded(result.steps["final"], {"final_value": 12})


@case("LOOP-05")
async def test_the_body_runs_once_even_if_the_condition_never_held() -> None:
    @step
    async def step1(data: Data) -> Data:
        return {"count": data["count"] + 1}

    result = await Workflow("loop-once").dowhile(step1, lambda data: data["count"] < 10).commit().run({"count": 10})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"count": 11})
    assert result.steps["step1"].iteration == 1


@case("LOOP-06")
async def test_data_accumulates_over_the_turns() -> None:
    @step
    async def append(data: Data) -> Data:
        count = data.get("count", 0) + 1
        return {"count": count, "items": [*data.get("items", []), f"item-{count}"]}

    flow = Workflow("loop-accumulate", validate=False).dountil(append, lambda data: data["count"] >= 3).commit()
    result = await flow.run({})

    assert result.status == "success"
    assert result.output == {"count": 3, "items": ["item-1", "item-2", "item-3"]}
