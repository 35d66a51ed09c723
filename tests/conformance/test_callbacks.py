"""Catalogue A, section 5: when `on_finish` and `on_error` are called, and with what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow, step

from .cases import case
from .conftest import World

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Count(BaseModel):
    counter: int | None = None


@step
async def working() -> Data:
    return {"result": "success"}


@step
async def failing() -> Data:
    raise RuntimeError("Test error")


@step
async def suspending(ctx: Context) -> Data:
    ctx.suspend({"reason": "waiting"})


@step(state=Count)
async def counting(ctx: Context[Count]) -> Data:
    ctx.set_state(counter=(ctx.state.counter or 0) + 1)
    return {}


def told(body: Step, **options: Any) -> tuple[Workflow, list[Any], list[Any]]:
    """A one-step workflow, and the two lists its callbacks write to."""
    finished: list[Any] = []
    errors: list[Any] = []
    flow = Workflow("callbacks", on_finish=finished.append, on_error=errors.append, **options)
    return flow.then(body).commit(), finished, errors


@case("CB-01")
async def test_on_finish_is_called_once_when_the_run_succeeds() -> None:
    flow, finished, _ = told(working)

    result = await flow.run({})

    assert result.status == "success"
    assert len(finished) == 1


@case("CB-02")
async def test_on_error_is_called_once_when_the_run_fails() -> None:
    flow, _, errors = told(failing)

    result = await flow.run({})

    assert result.status == "failed"
    assert len(errors) == 1
    assert str(errors[0].error) == "Test error"


@case("CB-03")
async def test_on_finish_is_given_the_result() -> None:
    flow, finished, _ = told(working)

    await flow.run({})

    assert finished[0].status == "success"
    assert finished[0].output == {"result": "success"}
    assert finished[0].steps["working"].output == {"result": "success"}


@case("CB-04")
async def test_on_error_is_not_called_when_the_run_succeeds() -> None:
    flow, _, errors = told(working)

    result = await flow.run({})

    assert result.status == "success"
    assert errors == []


@case("CB-05")
async def test_both_callbacks_are_called_once_when_the_run_fails_on_finish_first() -> None:
    called: list[str] = []
    flow = Workflow(
        "callbacks-both",
        on_finish=lambda _: called.append("on_finish"),
        on_error=lambda _: called.append("on_error"),
    )

    result = await flow.then(failing).commit().run({})

    assert result.status == "failed"
    assert called == ["on_finish", "on_error"]


@pytest.mark.parametrize(
    ("callback", "body"),
    [
        pytest.param("on_finish", working, marks=case("CB-06")),
        pytest.param("on_error", failing, marks=case("CB-07")),
    ],
)
async def test_an_async_callback_is_awaited_before_the_run_returns(callback: str, body: Step) -> None:
    called: list[str] = []

    async def slow(_: Any) -> None:
        called.append("begun")
        await asyncio.sleep(0.01)
        called.append("done")

    flow: Workflow = Workflow("callbacks-async", **{callback: slow})
    await flow.then(body).commit().run({})

    assert called == ["begun", "done"]


async def told_by(callback: str, world: World, **start: Any) -> Any:
    """What `callback` was given after one run with id `custom-run` of resource `resource-1`."""
    flow, finished, errors = told(working if callback == "on_finish" else failing)
    run = flow.create_run(run_id="custom-run", resource_id="resource-1", runtime=world.runtime)
    await run.start({"user_id": "user-123"}, **start)
    (info,) = finished if callback == "on_finish" else errors
    return info


def for_both(finish: pytest.MarkDecorator, error: pytest.MarkDecorator) -> Callable[..., Any]:
    """Run a test for each callback, under the case that belongs to it."""
    return pytest.mark.parametrize(
        "callback", [pytest.param("on_finish", marks=finish), pytest.param("on_error", marks=error)]
    )


@for_both(case("CB-08"), case("CB-12"))
async def test_a_callback_knows_the_run_id(callback: str, world: World) -> None:
    assert (await told_by(callback, world)).run_id == "custom-run"


@for_both(case("CB-09"), case("CB-13"))
async def test_a_callback_knows_the_workflow_id(callback: str, world: World) -> None:
    assert (await told_by(callback, world)).workflow_id == "callbacks"


@case("CB-10")
async def test_on_finish_knows_the_final_state() -> None:
    flow, finished, _ = told(counting, state=Count)

    await flow.create_run().start({}, state={"counter": 0})

    assert finished[0].state == Count(counter=1)


@for_both(case("CB-11"), case("CB-23"))
async def test_a_callback_knows_the_resource_id(callback: str, world: World) -> None:
    assert (await told_by(callback, world)).resource_id == "resource-1"


@case("CB-14")
async def test_on_finish_is_called_when_the_run_suspends() -> None:
    flow, finished, errors = told(suspending)

    await flow.run({})

    assert [info.status for info in finished] == ["suspended"]
    assert errors == []


@for_both(case("CB-15"), case("CB-16"))
async def test_a_callback_knows_the_input(callback: str, world: World) -> None:
    assert (await told_by(callback, world)).input == {"user_id": "user-123"}


@for_both(case("CB-17"), case("CB-18"))
async def test_a_callback_has_a_logger(callback: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    info = await told_by(callback, world)

    with caplog.at_level("INFO"):
        info.logger.info("told as info")
        info.logger.error("told as error")

    assert [record.levelname for record in caplog.records if "told as" in record.getMessage()] == [
        "INFO",
        "ERROR",
    ]


@for_both(case("CB-19"), case("CB-20"))
async def test_a_callback_reads_the_request_context(callback: str, world: World) -> None:
    info = await told_by(callback, world, request={"customKey": "customValue"})

    assert info.request.get("customKey") == "customValue"


@for_both(case("CB-21"), case("CB-22"))
async def test_a_callback_knows_the_runtime(callback: str, world: World) -> None:
    assert (await told_by(callback, world)).runtime is world.runtime


@case("CB-24")
async def test_on_error_knows_the_state_set_by_the_steps_that_succeeded() -> None:
    errors: list[Any] = []

    @step(state=Count)
    async def step1(ctx: Context[Count]) -> Data:
        ctx.set_state(counter=10)
        return {}

    @step(id="failing-step", state=Count)
    async def dropping(ctx: Context[Count]) -> Data:
        ctx.set_state(counter=99)
        raise RuntimeError("Test error")

    flow: Workflow = Workflow("callbacks-error-state", state=Count, on_error=errors.append)
    result = await flow.then(step1).then(dropping).commit().run({})

    assert result.status == "failed"
    assert [info.state for info in errors] == [Count(counter=10)]
