"""Catalogue A, section 9: how failures are recorded, reported, stored and logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Step, Workflow, WorkflowError, step
from playhead.mapping import from_step

from .cases import case
from .conftest import World
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]
MESSAGE = "Step execution failed"


class ApiError(Exception):
    """An error of a user's own: its constructor cannot be called with `args` alone."""

    def __init__(self, message: str, *, status_code: int, **attributes: object) -> None:
        super().__init__(message)
        self.status_code = status_code
        for name, value in attributes.items():
            setattr(self, name, value)


def failing(error: Exception, name: str = "failing-step") -> Step:
    async def body() -> Data:
        raise error

    return Step(body, id=name)


@step
async def working() -> Data:
    return {"result": "success"}


@step
async def never_reached() -> Data:
    raise AssertionError("a step after a failed block was run")


@case("ERR-01")
async def test_an_error_in_a_step_fails_the_run() -> None:
    flow = Workflow("error-step").then(failing(RuntimeError(MESSAGE), "step1")).commit()

    result = await flow.run({})

    assert result.status == "failed"
    assert str(result.error) == MESSAGE
    assert result.input == {}
    assert result.output is None
    assert type(assert_failed(result.steps["step1"], MESSAGE)) is RuntimeError


@case("ERR-02")
async def test_a_mapped_value_reaches_a_step_that_returns_nothing() -> None:
    received: list[Data] = []

    @step
    async def step1() -> Data:
        return {"data": "success"}

    @step
    async def step2(data: Data) -> None:
        received.append(data)

    flow = Workflow("error-variables").then(step1).map({"data": from_step(step1, "data")}).then(step2)
    result = await flow.commit().run({})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"data": "success"})
    assert_succeeded(result.steps["step2"], None)
    assert received == [{"data": "success"}]


@case("ERR-03")
async def test_a_failing_arm_fails_the_run_and_its_sibling_keeps_its_result() -> None:
    flow = (
        Workflow("error-parallel")
        .parallel(working, failing(RuntimeError(MESSAGE), "step2"))
        .then(never_reached)
        .commit()
    )

    result = await flow.run({})

    assert result.status == "failed"
    assert str(result.error) == MESSAGE
    assert_succeeded(result.steps["working"], {"result": "success"})
    assert_failed(result.steps["step2"], MESSAGE)
    assert "never_reached" not in result.steps


@case("ERR-04")
async def test_attributes_of_a_custom_error_are_kept() -> None:
    error = ApiError(
        "API rate limit exceeded",
        status_code=429,
        response_headers={"retry-after": "60"},
        is_retryable=True,
    )

    result = await Workflow("error-attributes").then(failing(error)).commit().run({})

    assert result.status == "failed"
    recorded = assert_failed(result.steps["failing-step"], "API rate limit exceeded")
    assert type(recorded) is ApiError
    assert vars(recorded) == {
        "status_code": 429,
        "response_headers": {"retry-after": "60"},
        "is_retryable": True,
    }


@case("ERR-05")
async def test_the_error_of_the_step_is_the_error_of_the_run() -> None:
    error = ApiError("Test error", status_code=500)

    result = await Workflow("error-of-run").then(failing(error)).commit().run({})

    assert result.status == "failed"
    assert_failed(result.steps["failing-step"], "Test error")
    assert type(result.error) is ApiError
    assert str(result.error) == "Test error"
    assert result.error.status_code == 500


@case("ERR-06")
async def test_an_error_inside_a_nested_workflow_is_the_error_of_that_step() -> None:
    inner = (
        Workflow("error-nested-inner-workflow")
        .parallel(working, failing(RuntimeError(MESSAGE), "step2"))
        .then(never_reached)
        .commit()
    )

    result = await Workflow("error-nested").then(inner).commit().run({})

    assert result.status == "failed"
    assert type(assert_failed(result.steps["error-nested-inner-workflow"], MESSAGE)) is RuntimeError
    assert str(result.error) == MESSAGE


@case("ERR-07")
async def test_the_chain_of_causes_is_kept() -> None:
    @step(id="failing-step")
    async def caused() -> Data:
        try:
            try:
                raise ConnectionError("Network connection refused")
            except ConnectionError as network:
                raise OSError("HTTP request failed") from network
        except OSError as http:
            raise ApiError("API call failed", status_code=500, is_retryable=True) from http

    result = await Workflow("error-cause").then(caused).commit().run({})

    assert result.status == "failed"
    assert_failed(result.steps["failing-step"], "API call failed")
    for error in (result.steps["failing-step"].error, result.error):
        assert isinstance(error, ApiError)
        assert (str(error), vars(error)) == ("API call failed", {"status_code": 500, "is_retryable": True})
        http = error.__cause__
        assert (type(http), str(http)) == (OSError, "HTTP request failed")
        assert http is not None
        assert (type(http.__cause__), str(http.__cause__)) == (ConnectionError, "Network connection refused")


@case("ERR-08")
async def test_the_stored_error_is_read_back_by_run_id(world: World) -> None:
    error = ApiError("Test error", status_code=500, error_code="INTERNAL_ERROR")
    flow = Workflow("error-stored").then(failing(error)).commit()

    result = await flow.create_run(run_id="err-08").start({})
    runtime = await world.restart(workflows=[flow])
    stored = await runtime.get("err-08")

    assert result.status == "failed"
    assert stored.status == "failed"
    recorded = assert_failed(stored.steps["failing-step"], "Test error")
    # The reference stores name and message; here the error comes back as itself.
    assert type(recorded) is ApiError
    assert vars(recorded) == {"status_code": 500, "error_code": "INTERNAL_ERROR"}


@case("ERR-09")
async def test_the_stored_message_of_an_error_is_free_of_its_traceback(world: World) -> None:
    flow = Workflow("error-message").then(failing(ValueError(MESSAGE), "step1")).commit()

    await flow.create_run(run_id="err-09").start({})
    await world.restart()
    snapshot = await flow.create_run(run_id="err-09").snapshot()

    assert snapshot.status == "failed"
    # The traceback text is kept for people, beside the error, never inside its message.
    recorded = assert_failed(snapshot.steps["step1"], MESSAGE)
    assert type(recorded) is ValueError
    assert recorded.args == (MESSAGE,)


class Strict(BaseModel):
    amount: int


@case("ERR-10")
async def test_a_stored_error_of_the_framework_keeps_its_code_and_issues(world: World) -> None:
    @step
    async def step1() -> Data:
        return {"amount": "many"}

    @step
    async def step2(data: Strict) -> None:
        raise AssertionError("a step with invalid input was run")

    flow = Workflow("error-framework").then(step1).then(step2).commit()
    await flow.create_run(run_id="err-10").start({})
    await world.restart()
    snapshot = await flow.create_run(run_id="err-10").snapshot()

    assert snapshot.status == "failed"
    error = snapshot.steps["step2"].error
    assert isinstance(error, WorkflowError)
    assert error.code == "input-invalid"
    assert [issue.path for issue in error.issues] == [("amount",)]
    assert "amount" in str(error)
    assert "Traceback" not in str(error)


@case("ERR-11")
async def test_a_failed_step_is_logged_once_as_an_error_naming_the_step(
    caplog: pytest.LogCaptureFixture,
) -> None:
    flow = Workflow("error-logged").then(failing(RuntimeError(MESSAGE), "step-that-fails")).commit()

    with caplog.at_level(logging.ERROR):
        await flow.run({})

    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(logged) == 1
    assert "step-that-fails" in logged[0].getMessage()


@case("ERR-12")
async def test_a_store_without_runs_lists_none(world: World) -> None:
    page = await world.runtime.runs(workflow="never-run")

    assert list(page.items) == []
    assert page.total == 0
