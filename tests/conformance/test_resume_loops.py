"""Resuming inside a loop: an answer serves one turn only (catalogue B, 1.1)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]


def adding_up(calls: Counter[str]) -> Any:
    """dountil(increment, then ask for more) until 10 is reached."""

    @step(id="increment")
    def increment(data: Data) -> Data:
        calls["increment"] += 1
        return {"value": data["value"] + 1}

    @step(id="resume")
    def ask_for_more(data: Data, ctx: Context[Any]) -> Data:
        calls["resume"] += 1
        value = data["value"] + ((ctx.resume_data or {}).get("value") or 0)
        if not (ctx.resume_data or {}).get("value") or value < 10:
            ctx.suspend({"message": f"Please provide additional information. now value is {value}"})
        return {"value": value}

    @step(id="final")
    def final(data: Data) -> Data:
        calls["final"] += 1
        return data

    nested = Workflow("simple-resume-workflow").then(increment).then(ask_for_more).commit()
    looping = Workflow("dountil-workflow").dountil(nested, lambda output: output["value"] >= 10)
    return looping.then(final).commit()


@case("SUSP-18")
async def test_a_step_in_a_loop_may_suspend_again_within_its_own_resume(world: World) -> None:
    calls: Counter[str] = Counter()
    address = ("simple-resume-workflow", "resume")

    first = await adding_up(calls).create_run(run_id=RUN).start({"value": 0})
    assert first.status == "suspended"
    assert first.steps["simple-resume-workflow"].status == "suspended"

    second = await answer(world, adding_up(calls), {"value": 2}, step=address)
    assert second.status == "suspended"
    assert second.steps["simple-resume-workflow"].status == "suspended"
    message = "Please provide additional information. now value is 3"
    assert second.suspend_payload == {address: {"message": message}}

    result = await answer(world, adding_up(calls), {"value": 21}, step=address)
    assert result.status == "success"
    assert result.steps["simple-resume-workflow"].status == "success"
    assert result.output == {"value": 22}
    assert calls == {"increment": 1, "resume": 3, "final": 1}


def continuing(pause: float = 0.0) -> Any:
    @step(id="step-1")
    async def step_1(data: Data, ctx: Context[Any]) -> Data:
        await asyncio.sleep(pause)
        if not (ctx.resume_data or {}).get("should_continue"):
            ctx.suspend({"message": f"value is {data['value']}"})
        return {"value": data["value"] + 1, "condition": data["condition"]}

    @step(id="step-2")
    def step_2(data: Data) -> Data:
        return data

    flow = Workflow("loop-input").dountil(step_1, lambda output: output["condition"])
    return flow.then(step_2).commit()


@case("SUSP-19", "SUSP-32")
@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["at-once", "after-a-pause"])
async def test_each_turn_gets_the_last_output_and_no_answer_of_the_turn_before(world: World, pause: float) -> None:
    first = await continuing(pause).create_run(run_id=RUN).start({"value": 0, "condition": False})
    assert first.status == "suspended"
    assert first.steps["step-1"].input["value"] == 0

    for turn in (1, 2, 3):
        result = await answer(world, continuing(pause), {"should_continue": True})
        assert result.status == "suspended"
        assert result.steps["step-1"].input["value"] == turn
        assert result.suspend_payload == {("step-1",): {"message": f"value is {turn}"}}
        assert "step-2" not in result.steps


@case("SUSP-33")
async def test_a_nested_workflow_in_a_loop_sees_the_input_of_its_turn(world: World) -> None:
    inputs: list[Data] = []
    requests: list[Data] = []

    def build() -> Any:
        @step(id="increment")
        def increment(data: Data, ctx: Context[Any]) -> Data:
            amount = (ctx.resume_data or {}).get("amount_to_increment_by")
            if amount is None:
                ctx.suspend({"options_to_increment_by": [1, 2, 3]})
            return {"value": data["value"] + amount}

        @step(id="resume")
        def resume(data: Data, ctx: Context[Any]) -> Data:
            inputs.append(dict(ctx.input_data))
            requests.append(dict(ctx.request))
            return data

        nested = Workflow("incrementing-turn").then(increment).then(resume).commit()
        return Workflow("bug-5650").dountil(nested, lambda output: output["value"] >= 10).commit()

    first = await build().create_run(run_id=RUN).start({"value": 2})
    assert first.steps["incrementing-turn"].status == "suspended"

    address = ("incrementing-turn", "increment")
    result = await answer(world, build(), {"amount_to_increment_by": 2}, step=address)

    assert result.status == "suspended"
    assert result.steps["incrementing-turn"].status == "suspended"
    assert result.steps["incrementing-turn"].input == {"value": 4}
    assert inputs == [{"value": 2}]
    assert requests == [{}]


async def test_the_turn_count_goes_on_after_a_resume(world: World) -> None:
    turns: list[int] = []

    def build() -> Any:
        @step(id="body")
        def body(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({})
            turns.append(ctx.iteration)
            return {"value": data["value"] + 1}

        return Workflow("turn-count").dowhile(body, lambda output: output["value"] < 3).commit()

    await build().create_run(run_id=RUN).start({"value": 0})
    for _ in range(3):
        result = await answer(world, build(), {})

    assert result.status == "success"
    assert result.output == {"value": 3}
    assert turns == [1, 2, 3]
