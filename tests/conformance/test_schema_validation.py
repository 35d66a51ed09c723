"""Catalogue A, section 16: what is checked against a schema, when, and how a misfit is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Step, Workflow, WorkflowError, step
from playhead.errors import StateInvalid

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Nested(BaseModel):
    value: float


class Trigger(BaseModel):
    required: str
    nested: Nested


class Defaulted(BaseModel):
    required: str
    nested: Nested = Nested(value=1)


class Start(BaseModel):
    start: str


@step
async def never_called() -> None:
    raise AssertionError("a step was run although validation failed")


def assert_misfit(error: BaseException | None, *paths: tuple[str, ...]) -> None:
    """The error names every place that does not fit, in its issues and in its text."""
    assert isinstance(error, WorkflowError)
    assert error.code == "input-invalid"
    assert [issue.path for issue in error.issues] == list(paths)
    for issue in error.issues:
        assert issue.message
        assert ".".join(issue.path) in str(error)


@pytest.mark.parametrize(
    ("schema", "given", "path"),
    [
        pytest.param(
            Trigger,
            {"required": "test", "nested": {"value": "test"}},
            ("nested", "value"),
            marks=case("SCHEMA-01"),
        ),
        pytest.param(Start, {"start": 123}, ("start",), marks=case("SCHEMA-03")),
    ],
)
async def test_invalid_input_of_the_run_is_raised_before_any_step(
    schema: type[BaseModel], given: Data, path: tuple[str, ...]
) -> None:
    flow = Workflow("schema-trigger", input=schema).then(never_called).commit()

    with pytest.raises(WorkflowError) as caught:
        await flow.run(given)

    assert_misfit(caught.value, path)


@case("SCHEMA-02")
async def test_defaults_of_the_workflow_input_are_applied() -> None:
    @step
    async def step1(data: Defaulted) -> Data:
        return data.model_dump()

    flow = Workflow("schema-defaults", input=Defaulted).then(step1).commit()
    result = await flow.run({"required": "test"})

    full = {"required": "test", "nested": {"value": 1}}
    assert result.status == "success"
    assert_succeeded(result.steps["step1"], full)
    assert result.output == full
    # The recorded input is the validated one (fine print 87).
    assert result.steps["step1"].input == Defaulted(required="test", nested=Nested(value=1))


class WithDefault(BaseModel):
    defaulted_value: str = "default-value"


@case("SCHEMA-04")
async def test_defaults_of_a_step_input_are_applied() -> None:
    @step
    async def step1() -> Data:
        return {"some_value": "test"}

    @step
    async def step2(data: WithDefault) -> Data:
        return {"result": f"{data.defaulted_value}-processed"}

    result = await Workflow("schema-step-defaults").then(step1).then(step2).commit().run({})

    assert result.status == "success"
    assert_succeeded(result.steps["step2"], {"result": "default-value-processed"})
    assert result.steps["step2"].input == WithDefault()


class Three(BaseModel):
    value1: str = "test1"
    value2: str = "test2"
    value3: str = "test3"


class One(BaseModel):
    value1: str


async def three_as_dict() -> Data:
    return Three().model_dump()


async def three_as_model() -> Three:
    return Three()


@case("SCHEMA-05")
@pytest.mark.parametrize("body", [three_as_dict, three_as_model])
async def test_a_step_may_want_a_part_of_the_output_before_it(body: Any) -> None:
    @step
    async def step2(data: One) -> Data:
        return {"result": f"{data.value1}-processed"}

    # A model gives its attributes to another model (fine print 36).
    flow = Workflow("schema-subset").then(Step(body, id="step1")).then(step2).commit()
    result = await flow.run({})

    assert result.status == "success"
    assert_succeeded(result.steps["step2"], {"result": "test1-processed"})


@case("SCHEMA-06")
async def test_a_map_after_a_foreach_takes_the_list() -> None:
    calls: list[int] = []

    @step(id="map")
    async def add_eleven(item: Data) -> int:
        calls.append(item["value"])
        return int(item["value"]) + 11

    @step
    async def final(data: Data) -> Data:
        return {"final_value": data["input_value"]}

    flow = (
        Workflow("schema-foreach-map")
        .foreach(add_eleven)
        .map(lambda values: {"input_value": sum(values)}, id="map-step")
        .then(final)
        .commit()
    )
    result = await flow.run([{"value": 1}, {"value": 22}, {"value": 333}])

    assert result.status == "success"
    assert calls == [1, 22, 333]
    assert_succeeded(result.steps["map"], [12, 33, 344])
    assert_succeeded(result.steps["map-step"], {"input_value": 389})
    assert_succeeded(result.steps["final"], {"final_value": 389})


@step(id="wants-text")
async def wants_text(data: Start) -> Data:
    raise AssertionError("a step with invalid input was run")


@case("SCHEMA-07")
async def test_invalid_input_of_a_step_fails_the_run_without_raising() -> None:
    @step
    async def step1(data: Data) -> Data:
        return {"start": data["start"]}

    flow = Workflow("schema-map").then(step1).map(lambda data: {"start": data["start"]}).then(wants_text)
    result = await flow.commit().run({"start": 2})

    assert result.status == "failed"
    assert_misfit(result.error, ("start",))
    assert result.steps["wants-text"].status == "failed"


@case("SCHEMA-08")
async def test_invalid_input_of_a_nested_workflow_fails_the_run() -> None:
    @step(id="outer-step")
    async def outer(data: Data) -> Data:
        return {"start": data["num"]}

    nested = Workflow("schema-nested", input=Start).then(never_called).commit()
    result = await Workflow("schema-outer").then(outer).then(nested).commit().run({"num": 42})

    assert result.status == "failed"
    assert_misfit(result.error, ("start",))
    assert result.steps["schema-nested"].status == "failed"


class TwoFields(BaseModel):
    required_field: str
    another_field: int


@case("SCHEMA-09")
async def test_every_issue_of_an_invalid_step_input_is_listed() -> None:
    @step
    async def step1(data: TwoFields) -> None:
        raise AssertionError("a step with invalid input was run")

    result = await Workflow("schema-issues").then(step1).commit().run({})

    # `.issues` carries them, not a pydantic error (fine print 13).
    assert result.status == "failed"
    assert_misfit(result.error, ("required_field",), ("another_field",))


class Count(BaseModel):
    seen: int = 0


@pytest.mark.parametrize("schema", [None, Count])
@pytest.mark.parametrize("state", [3, "seen", ["seen"]])
async def test_a_state_without_fields_is_refused_and_the_run_can_still_be_started(schema: Any, state: Any) -> None:
    @step
    def echo(n: int) -> int:
        return n

    run = Workflow("stated", input=int, state=schema).then(echo).commit().create_run()
    with pytest.raises(StateInvalid, match="must be a dict or have fields") as refused:
        await run.start(1, state=state)
    assert refused.value.issues[0].input == state
    assert (await run.start(1, state={"seen": 2})).status == "success"
    with pytest.raises(StateInvalid):
        await run.time_travel("echo", state=state)


async def test_a_model_may_be_the_state_where_no_schema_says_so() -> None:
    @step
    def echo(n: int) -> int:
        return n

    result = await Workflow("unstated", input=int).then(echo).commit().create_run().start(1, state=Count(seen=2))
    assert result.state == {"seen": 2}
