"""Catalogue A, section 18: how values travel: inputs, results, mappings and templates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, RunResult, Step, Workflow, WorkflowError, step
from playhead.mapping import constant, from_step, initial, previous, request, template

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Phase(BaseModel):
    phase: str = "initial"


def returning(name: str, output: object) -> Step:
    async def body() -> Any:
        return output

    return Step(body, id=name)


def receiving(name: str, received: list[Any], output: object = None) -> Step:
    async def body(data: Any) -> Any:
        received.append(data)
        return output

    return Step(body, id=name)


# --- data flow ---------------------------------------------------------------


@case("VAR-01")
async def test_one_body_serves_two_steps() -> None:
    async def body() -> Data:
        return {"result": "success"}

    flow = Workflow("var-trigger").then(Step(body, id="step1")).then(Step(body, id="step2")).commit()
    result = await flow.run({"inputData": "test-input"})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"result": "success"})
    assert_succeeded(result.steps["step2"], {"result": "success"})


@case("VAR-02")
async def test_results_are_found_by_step_and_by_id_and_a_stranger_has_none() -> None:
    found: list[object] = []
    step1, stranger = returning("step1", {"value": "step1-result"}), returning("stranger", {})

    @step
    async def step2(ctx: Context) -> Data:
        found.extend([ctx.result_of(step1), ctx.result_of("step1"), ctx.result_of(stranger)])
        return {"value": "step2-result"}

    result = await Workflow("var-results").then(step1).then(step2).commit().run({})

    assert result.status == "success"
    assert found == [{"value": "step1-result"}, {"value": "step1-result"}, None]
    assert_succeeded(result.steps["step1"], {"value": "step1-result"})
    assert_succeeded(result.steps["step2"], {"value": "step2-result"})


@case("VAR-03")
async def test_the_first_step_receives_the_input_of_the_run() -> None:
    received: list[Any] = []

    flow = Workflow("var-input").then(receiving("step1", received)).commit()
    await flow.run({"inputData": "test-input"})

    assert received == [{"inputData": "test-input"}]


@case("VAR-04")
async def test_a_later_step_reads_the_input_of_the_run() -> None:
    @step
    async def step2(ctx: Context) -> Data:
        return {"result": ctx.input_data}

    flow = Workflow("var-initial").then(returning("step1", {"other": 1})).then(step2).commit()
    result = await flow.run({"cool": "test-input"})

    assert_succeeded(result.steps["step2"], {"result": {"cool": "test-input"}})


@case("VAR-05")
async def test_a_map_picks_a_nested_value_of_an_earlier_step() -> None:
    received: list[Any] = []
    step1 = returning("step1", {"nested": {"value": "step1-data"}})

    flow = (
        Workflow("var-nested")
        .then(step1)
        .map({"previous_value": from_step(step1, "nested.value")})
        .then(receiving("step2", received))
        .commit()
    )
    result = await flow.run({})

    assert result.status == "success"
    assert received == [{"previous_value": "step1-data"}]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("step1-data", marks=case("VAR-06")),
        pytest.param([{"str": "step1-data"}], marks=case("VAR-07")),
    ],
)
async def test_a_map_passes_on_a_whole_value_that_is_no_object(value: object) -> None:
    @step
    async def step2(data: Data) -> Data:
        return {"result": "success", "input": data["whole"]}

    flow = (
        Workflow("var-whole")
        .then(returning("step1", value))
        .map({"whole": previous(), "same": from_step("step1", "")})
        .then(step2)
        .commit()
    )
    result = await flow.run({})

    assert_succeeded(result.steps["step1"], value)
    assert_succeeded(result.steps["step2"], {"result": "success", "input": value})
    assert result.steps["step2"].input == {"whole": value, "same": value}


@case("VAR-08")
async def test_falsy_constants_are_kept() -> None:
    @step
    async def step2(data: Data) -> Data:
        first = data["candidates"][0] if data["candidates"] else "none"
        return {"result": first, "second": data["iteration"]}

    flow = (
        Workflow("var-constants")
        .then(returning("step1", {"result": "success"}))
        .map({"candidates": constant([]), "iteration": constant(0)})
        .then(step2)
        .commit()
    )
    result = await flow.run({})

    assert_succeeded(result.steps["step2"], {"result": "none", "second": 0})


@case("VAR-09")
async def test_an_async_function_makes_the_whole_next_input() -> None:
    async def remap(data: Data) -> Data:
        return {"candidate": f"{data['result']}, hello", "iteration": 0}

    @step
    async def step2(data: Data) -> Data:
        return {"result": data["candidate"], "second": data["iteration"]}

    flow = Workflow("var-dynamic").then(returning("step1", {"result": "success"})).map(remap).then(step2)
    result = await flow.commit().run({})

    assert_succeeded(result.steps["step2"], {"result": "success, hello", "second": 0})


@case("VAR-10")
async def test_a_map_reads_the_input_of_the_run_and_the_request_context() -> None:
    received: list[Any] = []

    @step
    async def step2(data: Data) -> Data:
        return {"result": data["test"], "second": data["test2"]}

    flow = (
        Workflow("var-request")
        .then(receiving("step1", received, {"result": "success"}))
        .map({"test": initial("cool"), "test2": request("life")})
        .then(step2)
        .commit()
    )
    result = await flow.create_run().start({"cool": "test-input"}, request={"life": 42})

    assert received == [{"cool": "test-input"}]
    assert_succeeded(result.steps["step2"], {"result": "test-input", "second": 42})


async def run_dynamic_mappings(**first_map: Any) -> RunResult:
    step1 = returning("step1", {"result": "success"})

    @step
    async def step2(data: Data) -> Data:
        return {"result": data["test"], "second": data["test2"]}

    flow = (
        Workflow("var-functions")
        .then(step1)
        .map({"test": initial("cool"), "test2": lambda data: f"Hello {data['result']}"}, **first_map)
        .then(step2)
        .map({"result": from_step(step2, "result"), "second": lambda _, ctx: ctx.result_of(step1)["result"]})
        .commit()
    )
    result = await flow.run({"cool": "test-input"})
    assert result.status == "success"
    assert_succeeded(result.steps["step2"], {"result": "test-input", "second": "Hello success"})
    return result


@case("VAR-11")
async def test_functions_are_sources_of_a_map_and_a_last_map_gives_the_output() -> None:
    result = await run_dynamic_mappings()

    assert result.output == {"result": "test-input", "second": "success"}


@case("VAR-12")
async def test_a_map_with_an_id_has_its_own_record() -> None:
    result = await run_dynamic_mappings(id="step1-mapping")

    assert_succeeded(result.steps["step1-mapping"], {"test": "test-input", "test2": "Hello success"})
    assert result.output == {"result": "test-input", "second": "success"}


# --- templates, run time -----------------------------------------------------


def rendering(before: object, **templates: str) -> Workflow:
    """One step giving `before`, then a map `text` with a template for each key."""
    sources = {key: template(text) for key, text in templates.items()}
    return Workflow("var-template").then(returning("step1", before)).map(sources, id="text").commit()


async def rendered(before: object, **templates: str) -> Any:
    result = await rendering(before, **templates).run({})
    assert result.status == "success"
    assert result.steps["text"].output == result.output
    return result.output


@case("VAR-13")
@pytest.mark.parametrize("scope", ["previous", "input"])
async def test_a_template_takes_values_of_the_previous_output(scope: str) -> None:
    # `previous` is the taught name of the scope, `input` its alias (fine print 7).
    text = "${scope.name} is ${scope.temp}°C".replace("scope", scope)

    assert await rendered({"name": "Helsinki", "temp": 22}, summary=text) == {"summary": "Helsinki is 22°C"}


@case("VAR-14")
@pytest.mark.parametrize("scope", ["initial", "init"])
async def test_a_template_takes_values_of_all_scopes(scope: str) -> None:
    @step
    async def step1(ctx: Context) -> Data:
        ctx.set_state(phase="analyzing")
        return {"tone": "cheerful"}

    text = f"City=${{{scope}.city}} tone=${{previous.tone}} phase=${{state.phase}} user=${{request.userId}}"
    flow = Workflow("var-scopes", state=Phase).then(step1).map({"line": template(text)}).commit()
    result = await flow.create_run().start({"city": "Helsinki"}, request={"userId": "tony"})

    assert result.status == "success"
    assert result.output == {"line": "City=Helsinki tone=cheerful phase=analyzing user=tony"}


@case("VAR-15")
async def test_a_template_takes_values_of_a_step_further_back() -> None:
    flow = (
        Workflow("var-far-step")
        .then(returning("early-step", {"value": {"nested": "deep"}}))
        .then(returning("between", {}))
        .map({"ref": template("pulled=${steps.early-step.value.nested}")})
        .commit()
    )
    result = await flow.run({})

    assert result.status == "success"
    assert result.output == {"ref": "pulled=deep"}


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        pytest.param({"a": "x", "b": None}, "a=${previous.a} b=[${previous.b}]", "a=x b=[]", marks=case("VAR-16")),
        pytest.param({"obj": {"a": 1, "b": 2}}, "${previous.obj}", '{"a":1,"b":2}', marks=case("VAR-17")),
        pytest.param({}, "", "", marks=case("VAR-19")),
        pytest.param({}, "literal-only", "literal-only", marks=case("VAR-20")),
        pytest.param({"a": "A", "b": "B"}, "${previous.a}${previous.b}", "AB", marks=case("VAR-21")),
        pytest.param({"a": "A"}, "${previous.a} suffix", "A suffix", marks=case("VAR-21")),
        pytest.param({"a": "A"}, "prefix ${previous.a}", "prefix A", marks=case("VAR-21")),
        pytest.param({"a": "A"}, "$5 then ${previous.a}", "$5 then A", marks=case("VAR-22")),
        pytest.param({"list": [{"name": "first"}]}, "${previous.list.0.name}", "first", marks=case("VAR-23")),
        pytest.param(
            {"a": "A", "b": "B"},
            "line1=${previous.a}\nline2=${previous.b}",
            "line1=A\nline2=B",
            marks=case("VAR-24"),
        ),
        pytest.param(
            {"a": "A"},
            "x" * 1200 + " value=${previous.a}",
            "x" * 1200 + " value=A",
            marks=case("VAR-25"),
            id="longer than a thousand characters",
        ),
    ],
)
async def test_a_template_renders_as(before: Data, text: str, expected: str) -> None:
    assert await rendered(before, s=text) == {"s": expected}


@case("VAR-18")
async def test_a_template_over_a_step_without_a_result_fails_the_run() -> None:
    result = await rendering({}, s="${steps.nonexistent.x}").run({})

    assert result.status == "failed"
    assert "steps.nonexistent" in str(result.error)


# --- templates, definition time ----------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("${ previous.x }", "whitespace", marks=case("VAR-26")),
        pytest.param("a${}b", "empty", marks=case("VAR-27")),
        pytest.param("${nope.x}", "nope", marks=case("VAR-28")),
        pytest.param("${steps.}", "steps", marks=case("VAR-30")),
    ],
)
async def test_a_malformed_placeholder_is_a_definition_fault(text: str, told: str) -> None:
    with pytest.raises(WorkflowError, match=told) as caught:
        rendering({}, s=text)

    assert caught.value.code == "definition-fault"


@case("VAR-29")
async def test_a_placeholder_may_name_a_whole_step() -> None:
    flow = Workflow("var-bare-step").then(returning("stepA", "scalar")).map({"s": template("${steps.stepA}")}).commit()

    assert (await flow.run({})).output == {"s": "scalar"}
