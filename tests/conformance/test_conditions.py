"""Catalogue A, sections 7 and 17: conditions of branches, simple and combined."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow
from playhead.mapping import from_step

from .cases import case
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Status(BaseModel):
    status: str


class Value(BaseModel):
    value: str


class Bodies:
    """Makes steps that count their calls; with a `state` schema they add its value to what they return."""

    def __init__(self, state: type[Value] | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.state = state

    def returning(self, name: str, output: object) -> Step:
        async def body() -> Any:
            self.calls[name] += 1
            return output

        return Step(body, id=name)

    def failing(self, name: str, message: str) -> Step:
        async def body() -> Data:
            self.calls[name] += 1
            raise RuntimeError(message)

        return Step(body, id=name)

    def echoing(self, name: str) -> Step:
        async def body(data: Data, ctx: Context) -> Data:
            self.calls[name] += 1
            return data | self._state_value(ctx)

        return Step(body, id=name, state=self.state)

    def answering(self, name: str) -> Step:
        async def body(ctx: Context) -> Data:
            self.calls[name] += 1
            return {"result": name} | self._state_value(ctx)

        return Step(body, id=name, state=self.state)

    def _state_value(self, ctx: Context) -> Data:
        return {} if self.state is None else {"value": ctx.state.value}


@case("COMPLEX-01")
async def test_and_and_or_in_conditions_choose_the_arms() -> None:
    bodies = Bodies()
    partial = {"status": "partial", "score": 75, "flags": {"is_valid": True}}
    step1 = bodies.returning("step1", partial)
    step2 = bodies.returning("step2", {"result": "step2"})
    step3 = bodies.returning("step3", {"result": "step3"})

    def good_enough(_: Data, ctx: Context) -> bool:
        first = ctx.result_of(step1)
        return bool(first["status"] == "success" or (first["status"] == "partial" and first["score"] >= 70))

    def missing_or_poor(data: Data, ctx: Context) -> bool:
        return not data["result"] or ctx.result_of(step1)["score"] < 70

    flow = (
        Workflow("conditions-and-or")
        .then(step1)
        .branch((good_enough, step2))
        .map({"result": from_step(step2, "result")})
        .branch((missing_or_poor, step3))
        .map({"result": from_step(step3, "result")})
        .commit()
    )
    result = await flow.run({})

    assert bodies.calls == {"step1": 1, "step2": 1}
    assert_succeeded(result.steps["step2"], {"result": "step2"})
    assert result.steps["step2"].input == partial
    assert "step3" not in result.steps
    # The last map has nothing to read: step3 never ran (S8.5).
    assert result.status == "failed"


def conditional_chain(bodies: Bodies) -> Workflow:
    step2, step3 = bodies.answering("step2"), bodies.answering("step3")
    return (
        Workflow("conditions-chain", state=bodies.state)
        .then(bodies.echoing("step1"))
        .branch(
            (lambda data: data["status"] == "success", step2),
            (lambda data: data["status"] == "failed", step3),
        )
        .map({"result": from_step([step3, step2], "result")})
        .then(bodies.echoing("step4"))
        .commit()
    )


@case("COND-01")
async def test_a_map_takes_the_first_of_several_steps_that_has_a_result() -> None:
    bodies = Bodies()

    result = await conditional_chain(bodies).run({"status": "success"})

    assert result.status == "success"
    assert result.input == {"status": "success"}
    assert bodies.calls == {"step1": 1, "step2": 1, "step4": 1}
    assert_succeeded(result.steps["step1"], {"status": "success"})
    assert_succeeded(result.steps["step2"], {"result": "step2"})
    assert_succeeded(result.steps["step4"], {"result": "step2"})
    assert "step3" not in result.steps


@case("COND-02")
async def test_a_conditional_chain_reads_the_state() -> None:
    bodies = Bodies(state=Value)

    run = conditional_chain(bodies).create_run()
    result = await run.start({"status": "success"}, state={"value": "test-state"})

    assert result.status == "success"
    assert bodies.calls == {"step1": 1, "step2": 1, "step4": 1}
    assert_succeeded(result.steps["step1"], {"status": "success", "value": "test-state"})
    assert_succeeded(result.steps["step2"], {"result": "step2", "value": "test-state"})
    assert_succeeded(result.steps["step4"], {"result": "step2", "value": "test-state"})


@case("COND-03")
async def test_a_step_after_a_failed_one_does_not_run() -> None:
    bodies = Bodies()
    flow = (
        Workflow("conditions-failing")
        .then(bodies.failing("step1", "Failed"))
        .then(bodies.returning("step2", {}))
        .commit()
    )

    result = await flow.run({})

    assert result.status == "failed"
    assert result.input == {}
    assert bodies.calls == {"step1": 1}
    assert_failed(result.steps["step1"], "Failed")
    assert "step2" not in result.steps


@case("COND-04")
async def test_a_map_over_a_step_that_did_not_run_stops_the_chain() -> None:
    bodies = Bodies()
    step2, step3 = bodies.answering("step2"), bodies.answering("step3")
    flow = (
        Workflow("conditions-strings", validate=False)
        .then(bodies.echoing("step1"))
        .branch((lambda data: data["status"] == "success", step2))
        .map({"result": from_step(step3, "result")})
        .branch((lambda data: data["result"] == "unexpected value", step3))
        .commit()
    )

    result = await flow.run({"status": "success"})

    assert bodies.calls == {"step1": 1, "step2": 1}
    assert result.input == {"status": "success"}
    assert_succeeded(result.steps["step1"], {"status": "success"})
    assert_succeeded(result.steps["step2"], {"result": "step2"})
    assert "step3" not in result.steps
    assert result.status == "failed"


@case("COND-05")
async def test_a_condition_function_reads_the_result_of_an_earlier_step() -> None:
    bodies = Bodies()
    step1, step2 = bodies.returning("step1", {"count": 5}), bodies.returning("step2", None)
    flow = (
        Workflow("conditions-function", input=Status, validate=False)
        .then(step1)
        .branch((lambda _, ctx: ctx.result_of(step1)["count"] > 3, step2))
        .commit()
    )

    # Without validation an input that does not fit the schema flows on as it is.
    result = await flow.run({"count": 5})

    assert result.status == "success"
    assert result.input == {"count": 5}
    assert bodies.calls == {"step1": 1, "step2": 1}
    assert_succeeded(result.steps["step1"], {"count": 5})
    assert_succeeded(result.steps["step2"], None)
