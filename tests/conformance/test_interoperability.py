"""Catalogue A, section 11: tools are plain callables here, and stand in a workflow as steps."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step

from .cases import case
from .conftest import World
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


async def double(data: Data) -> Data:
    return {"doubled": data["value"] * 2}


DOUBLE_TOOL = Step(double, id="double-tool", description="doubles a value")


@case("INTEROP-01")
async def test_a_step_and_a_wrapped_callable_work_in_one_workflow() -> None:
    calls: Counter[str] = Counter()

    @step
    async def step1() -> Data:
        calls["step1"] += 1
        return {"name": "step1"}

    async def random(data: Data, ctx: Context) -> Data:
        calls[ctx.step_id] += 1
        return {"name": data["name"]}

    tool = Step(random, id="random-tool", description="random-tool")
    result = await Workflow("interop-all").then(step1).then(tool).commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1, "random-tool": 1}
    assert_succeeded(result.steps["step1"], {"name": "step1"})
    assert_succeeded(result.steps["random-tool"], {"name": "step1"})
    assert (tool.id, tool.description) == ("random-tool", "random-tool")


@case("INTEROP-02")
async def test_a_wrapped_callable_is_recorded_under_the_id_it_was_given() -> None:
    result = await Workflow("interop-tool").then(DOUBLE_TOOL).commit().run({"value": 5})

    assert result.status == "success"
    assert_succeeded(result.steps["double-tool"], {"doubled": 10})


@case("INTEROP-03")
async def test_a_map_prepares_the_input_of_a_wrapped_callable() -> None:
    flow = Workflow("interop-map").map(lambda data: {"value": data["value"] + 1}).then(DOUBLE_TOOL).commit()

    result = await flow.run({"value": 5})

    assert result.status == "success"
    assert_succeeded(result.steps["double-tool"], {"doubled": 12})


@case("INTEROP-04")
async def test_a_step_made_from_a_function_stays_callable_by_itself() -> None:
    decorated = step(id="double-tool")(double)

    assert await decorated({"value": 5}) == {"doubled": 10}
    result = await Workflow("interop-then").then(decorated).commit().run({"value": 5})
    assert_succeeded(result.steps["double-tool"], {"doubled": 10})


@case("INTEROP-05")
async def test_two_wrapped_callables_run_in_parallel() -> None:
    async def write(data: Data) -> Data:
        return {"text": "hello world" if data["prompt"] == "hi" else "?"}

    flow = Workflow("interop-parallel").parallel(DOUBLE_TOOL, Step(write, id="writer")).commit()
    result = await flow.run({"value": 4, "prompt": "hi"})

    assert result.status == "success"
    assert_succeeded(result.steps["double-tool"], {"doubled": 8})
    assert_succeeded(result.steps["writer"], {"text": "hello world"})


@case("INTEROP-06")
async def test_a_callable_may_be_looked_up_by_its_name_when_the_step_runs(world: World) -> None:
    @step(id="double-tool")
    async def by_name(data: Data, ctx: Context) -> Data:
        result: Data = await ctx.resources[ctx.step_id](data)
        return result

    flow = Workflow("interop-by-name").then(by_name).commit()
    await world.restart(resources={"double-tool": double})
    result = await flow.run({"value": 7})

    assert result.status == "success"
    assert_succeeded(result.steps["double-tool"], {"doubled": 14})
