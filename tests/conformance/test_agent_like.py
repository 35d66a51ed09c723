"""Catalogue A, section 2: steps shaped like calls to an agent, with plain callables in the agent's place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, StepResult, Workflow, step
from playhead.mapping import constant, from_step, initial

from .cases import case
from .conftest import World
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Prompt(BaseModel):
    prompt: str


class Options(BaseModel):
    prompt: str
    temperature: float | None = None
    max_tokens: int | None = None
    instructions: str | None = None


@case("AGENT-01")
async def test_a_step_answers_a_prompt() -> None:
    @step(id="agent-step")
    async def agent(data: Prompt) -> Data:
        return {"response": f"Processed: {data.prompt}"}

    result = await Workflow("agent-simple").then(agent).commit().run({"prompt": "Hello, world!"})

    assert result.status == "success"
    assert_succeeded(result.steps["agent-step"], {"response": "Processed: Hello, world!"})


@case("AGENT-02")
async def test_steps_before_and_after_the_answering_step_are_chained() -> None:
    @step
    async def prepare(data: Data) -> Data:
        return {"prompt": f"Enhanced: {data['input']}"}

    @step(id="agent-step")
    async def agent(data: Prompt) -> Data:
        return {"response": f"AI Response to: {data.prompt}"}

    @step(id="post-process")
    async def post_process(data: Data) -> Data:
        return {"final_result": data["response"].upper()}

    flow = Workflow("agent-chain").then(prepare).then(agent).then(post_process).commit()
    result = await flow.run({"input": "test input"})

    assert result.status == "success"
    assert_succeeded(result.steps["prepare"], {"prompt": "Enhanced: test input"})
    assert_succeeded(result.steps["agent-step"], {"response": "AI Response to: Enhanced: test input"})
    assert_succeeded(result.steps["post-process"], {"final_result": "AI RESPONSE TO: ENHANCED: TEST INPUT"})


@case("AGENT-03")
async def test_a_failing_answer_fails_the_run_and_keeps_the_step_before() -> None:
    @step
    async def prepare(data: Data) -> Data:
        return {"prompt": data["input"]}

    @step(id="agent-step")
    async def agent(data: Prompt) -> Data:
        raise RuntimeError("LLM API rate limit exceeded")

    result = await Workflow("agent-fails").then(prepare).then(agent).commit().run({"input": "test input"})

    assert result.status == "failed"
    assert_succeeded(result.steps["prepare"], {"prompt": "test input"})
    assert_failed(result.steps["agent-step"], "LLM API rate limit exceeded")


@case("AGENT-04")
async def test_two_answering_workflows_run_in_parallel_on_one_mapped_prompt() -> None:
    def answering(number: int) -> Workflow:
        async def answer(data: Prompt) -> Data:
            return {"text": f"Agent{number} Response to: {data.prompt}"}

        return Workflow(f"nested-agent-workflow-{number}").then(Step(answer, id="answer")).commit()

    @step
    async def start(data: Data) -> Data:
        return data

    @step(id="final-step")
    async def final(data: Data) -> Data:
        one, two = data["nested-agent-workflow-1"], data["nested-agent-workflow-2"]
        return {"combined": f"{one['text']} | {two['text']}"}

    flow = (
        Workflow("agent-parallel")
        .then(start)
        .map({"prompt": from_step(start, "prompt1")})
        .parallel(answering(1), answering(2))
        .then(final)
        .commit()
    )
    result = await flow.run({"prompt1": "Hello", "prompt2": "World"})

    assert result.status == "success"
    for name in ("start", "nested-agent-workflow-1", "nested-agent-workflow-2", "final-step"):
        assert result.steps[name].status == "success"
    combined = result.steps["final-step"].output["combined"]
    assert combined == "Agent1 Response to: Hello | Agent2 Response to: Hello"


@case("AGENT-05")
async def test_an_answering_workflow_stands_as_a_step() -> None:
    @step
    async def prep(data: Data) -> Data:
        return {"prompt": f"Question: {data['question']}"}

    @step
    async def answer(data: Prompt) -> Data:
        return {"text": f"Paris, asked: {data.prompt}"}

    @step
    async def post(data: Data) -> Data:
        return {"answer": data["text"].upper()}

    nested = Workflow("nested-agent-as-step-workflow").then(answer).commit()
    flow = Workflow("agent-nested").then(prep).then(nested).then(post).commit()
    result = await flow.run({"question": "What is the capital of France?"})

    assert result.status == "success"
    assert_succeeded(result.steps["prep"], {"prompt": "Question: What is the capital of France?"})
    assert result.steps["nested-agent-as-step-workflow"].status == "success"
    assert "PARIS" in result.steps["post"].output["answer"]


@case("AGENT-06")
async def test_an_answering_step_works_two_workflows_deep() -> None:
    @step
    async def deep(data: Prompt) -> Data:
        return {"response": f"Deep Agent Response: {data.prompt}"}

    @step
    async def middle(data: Data) -> Data:
        return {"prompt": data["input"]}

    @step(id="outer-step")
    async def outer(data: Data) -> Data:
        return {"input": data["data"]}

    @step(id="final-step")
    async def final(data: Data) -> Data:
        return {"result": f"Final: {data['response']}"}

    inner_flow = Workflow("inner-nested-agent-workflow").then(deep).commit()
    middle_flow = Workflow("middle-nested-agent-workflow").then(middle).then(inner_flow).commit()
    flow = Workflow("agent-deep").then(outer).then(middle_flow).then(final).commit()
    result = await flow.run({"data": "test data"})

    assert result.status == "success"
    assert_succeeded(result.steps["outer-step"], {"input": "test data"})
    assert result.steps["middle-nested-agent-workflow"].status == "success"
    assert_succeeded(result.steps["final-step"], {"result": "Final: Deep Agent Response: test data"})


@case("AGENT-07")
async def test_optional_settings_reach_the_step_as_given() -> None:
    @step(id="agent-step")
    async def agent(data: Options) -> Data:
        return {"text": f"Processed with options: {data.prompt}", **data.model_dump(exclude={"prompt"})}

    given = {"temperature": 0.7, "max_tokens": 1000, "instructions": "Be helpful"}
    result = await Workflow("agent-options").then(agent).commit().run({"prompt": "hi", **given})

    assert result.status == "success"
    output = result.steps["agent-step"].output
    assert {key: output[key] for key in given} == given
    assert "Processed with options" in output["text"]


async def paris(prompt: str) -> str:
    return "Paris"


async def london(prompt: str) -> str:
    return "London"


AGENTS = {"agents": {"test-agent-1": paris, "test-agent-2": london}}


def assert_record_is_only(record: StepResult, *, output: object, input: object) -> None:
    """A plain success carries its input, output and times, and nothing of suspensions or failures."""
    assert_succeeded(record, output)
    assert record.input == input
    for name in (
        "tripwire",
        "suspend_payload",
        "suspend_output",
        "resume_data",
        "suspended_at",
        "resumed_at",
    ):
        assert getattr(record, name) is None


@case("AGENT-08")
async def test_steps_take_their_agent_from_the_resources_of_the_runtime(world: World) -> None:
    await world.restart(resources=AGENTS)

    def agent_step(number: int) -> Step:
        async def answer(data: Data, ctx: Context) -> Data:
            return {"text": await ctx.resources["agents"][f"test-agent-{number}"](data["prompt"])}

        return Step(answer, id=f"agent-step-{number}")

    flow = (
        Workflow("agent-by-name")
        .map({"prompt": initial("prompt1")})
        .then(agent_step(1))
        .map({"prompt": initial("prompt2")})
        .then(agent_step(2))
        .commit()
    )
    result = await flow.run({"prompt1": "Capital of France?", "prompt2": "Capital of the UK?"})

    assert result.status == "success"
    first, second = result.steps["agent-step-1"], result.steps["agent-step-2"]
    assert_record_is_only(first, output={"text": "Paris"}, input={"prompt": "Capital of France?"})
    assert_record_is_only(second, output={"text": "London"}, input={"prompt": "Capital of the UK?"})


@case("AGENT-09")
async def test_a_nested_workflow_maps_its_own_input_to_an_agent_step_and_its_clone(world: World) -> None:
    await world.restart(resources=AGENTS)

    @step(id="agent-step")
    async def agent(data: Data, ctx: Context) -> Data:
        return {"text": await ctx.resources["agents"][data["agent_name"]](data["prompt"])}

    @step(id="final-step")
    async def final(ctx: Context) -> Data:
        return {"text": f"{ctx.result_of(agent)['text']} {ctx.result_of('agent-step-2')['text']}"}

    nested = (
        Workflow("nested-workflow")
        .map({"agent_name": constant("test-agent-1"), "prompt": initial("prompt1")})
        .then(agent)
        .map({"agent_name": constant("test-agent-2"), "prompt": initial("prompt2")})
        .then(agent.as_("agent-step-2"))
        .then(final)
        .commit()
    )
    prompts = {"prompt1": "Capital of France?", "prompt2": "Capital of the UK?"}
    result = await Workflow("agent-by-name-nested").then(nested).commit().run(prompts)

    assert result.status == "success"
    assert_record_is_only(result.steps["nested-workflow"], output={"text": "Paris London"}, input=prompts)
