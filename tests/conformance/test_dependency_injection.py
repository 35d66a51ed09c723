"""Catalogue A, section 8: the request context, within a run and across suspension and restart."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Context, Workflow, step

from .cases import case
from .conftest import World
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


@case("DI-01")
async def test_a_step_always_has_a_request_context() -> None:
    seen: list[Data] = []

    @step
    async def step1(ctx: Context) -> None:
        seen.append(dict(ctx.request))

    result = await Workflow("di-none-given").then(step1).commit().run({})

    assert result.status == "success"
    assert seen == [{}]


@case("DI-02")
async def test_a_value_set_by_one_step_is_seen_by_the_next() -> None:
    seen: list[object] = []

    @step
    async def step1(ctx: Context) -> None:
        ctx.request["testKey"] = "test-value"
        seen.append(ctx.request.get("testKey"))

    @step
    async def step2(ctx: Context) -> None:
        seen.append(ctx.request.get("testKey"))

    result = await Workflow("di-propagate").then(step1).then(step2).commit().run({})

    assert result.status == "success"
    assert seen == ["test-value", "test-value"]


def increment_resume_final(seen: list[object], *, remove: bool) -> Workflow:
    """increment sets a key; resume suspends, then removes the key if told so; final reads it."""

    @step
    async def increment(data: Data, ctx: Context) -> Data:
        ctx.request["testKey"] = "test-value"
        return {"value": data["value"] + 1}

    @step
    async def resume(data: Data, ctx: Context) -> Data:
        if ctx.resume_data is None:
            ctx.suspend()
        if remove:
            del ctx.request["testKey"]
        return {"value": ctx.resume_data["value"] + data["value"]}

    @step
    async def final(data: Data, ctx: Context) -> Any:
        seen.append(ctx.request.get("testKey"))
        return data["value"]

    return Workflow("di-resume").then(increment).then(resume).then(final).commit()


@case("DI-03")
async def test_a_value_removed_after_resume_is_gone_for_the_next_step(world: World) -> None:
    seen: list[object] = []
    flow = increment_resume_final(seen, remove=True)

    suspended = await flow.create_run(run_id="di-03").start({"value": 0})
    await world.restart()
    resumed = await flow.create_run(run_id="di-03").resume({"value": 21}, step="resume")

    assert suspended.status == "suspended"
    assert resumed.status == "success"
    assert seen == [None]


@case("DI-04")
async def test_a_list_in_the_request_context_grows_across_suspension(world: World) -> None:
    def add_response(ctx: Context, response: str) -> None:
        # Set, not appended to: a body cannot change recorded values in place (fine print 84).
        ctx.request["responses"] = [*ctx.request["responses"], response]

    @step
    async def get_user_input(data: Data) -> Data:
        return data

    @step
    async def prompt_agent(ctx: Context) -> None:
        if ctx.resume_data is None:
            add_response(ctx, "first message")
            ctx.suspend({"message": "what next?"})
        add_response(ctx, "promptAgentAction")

    @step(output=dict)
    async def request_context_action(ctx: Context) -> Any:
        return list(ctx.request["responses"])

    flow = Workflow("di-responses").then(get_user_input).then(prompt_agent).then(request_context_action).commit()
    run = flow.create_run(run_id="di-04")
    suspended = await run.start({"user_input": "hi"}, request={"responses": []})
    await world.restart()
    result = await flow.create_run(run_id="di-04").resume({"user_input": "go on"}, step="prompt_agent")

    assert suspended.status == "suspended"
    assert suspended.steps["prompt_agent"].status == "suspended"
    assert result.status == "success"
    # A list although `output=dict`: outputs are not validated (fine print 34).
    assert_succeeded(result.steps["request_context_action"], ["first message", "promptAgentAction"])


@case("DI-05")
async def test_a_value_given_at_the_start_is_there_on_resume(world: World) -> None:
    seen: list[object] = []

    @step
    async def waiting(ctx: Context) -> Data:
        if ctx.resume_data is None:
            ctx.suspend()
        seen.append(ctx.request.get("injectedKey"))
        return {}

    flow = Workflow("di-injected").then(waiting).commit()
    run = flow.create_run(run_id="di-05")
    suspended = await run.start({}, request={"injectedKey": "injected-value"})
    await world.restart()
    resumed = await flow.create_run(run_id="di-05").resume({"go": True}, step="waiting")

    assert suspended.status == "suspended"
    assert resumed.status == "success"
    assert seen == ["injected-value"]


@case("DI-06")
async def test_a_value_set_before_suspension_is_there_after_resume(world: World) -> None:
    seen: list[object] = []
    flow = increment_resume_final(seen, remove=False)

    suspended = await flow.create_run(run_id="di-06").start({"value": 0})
    await world.restart()
    resumed = await flow.create_run(run_id="di-06").resume({"value": 21}, step="resume")

    assert suspended.status == "suspended"
    assert resumed.status == "success"
    assert resumed.output == 22
    assert seen == ["test-value"]
