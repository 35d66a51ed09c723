"""Resuming a chain of steps, always from another process (catalogue B, 1.1)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow, step
from playhead.errors import WorkflowError
from playhead.mapping import constant

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]


class Value(BaseModel):
    value: int


class ValueOr21(BaseModel):
    value: int = 21


class Progress(BaseModel):
    count: int
    items: list[str]


def asking_for_user_input(calls: Counter[str], label: str | None = None) -> Any:
    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"value": "step1-done"}

    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        if not ctx.resumed:
            ctx.suspend({"reason": "waiting for user input"}, label=label)
        return {"result": "completed", "user_input": ctx.resume_data["user_input"]}

    return Workflow("asks-user").then(step1).then(step2).commit()


@case("SUSP-11")
async def test_a_suspended_run_is_resumed_with_an_answer(world: World) -> None:
    calls: Counter[str] = Counter()
    suspended = await asking_for_user_input(calls).create_run(run_id=RUN).start({})
    assert suspended.status == "suspended"
    assert calls["step1"] == 1

    flow = asking_for_user_input(calls)
    result = await answer(world, flow, {"user_input": "hello from resume"}, step="step2")

    assert result.status == "success"
    assert result.steps["step2"].status == "success"
    assert result.steps["step2"].output == {"result": "completed", "user_input": "hello from resume"}
    assert calls == {"step1": 1, "step2": 2}


@case("SUSP-48")
async def test_every_step_of_a_resumed_run_has_one_record_in_order(world: World) -> None:
    calls: Counter[str] = Counter()
    await asking_for_user_input(calls).create_run(run_id=RUN).start({})
    result = await answer(world, asking_for_user_input(calls), {"user_input": "x"}, step="step2")

    assert list(result.steps) == ["step1", "step2"]


@case("SUSP-12")
async def test_a_label_resumes_without_naming_the_step(world: World) -> None:
    calls: Counter[str] = Counter()
    first = await asking_for_user_input(calls, label="my-custom-label").create_run(run_id=RUN).start({})
    assert "my-custom-label" in first.resume_labels

    flow = asking_for_user_input(calls, label="my-custom-label")
    result = await answer(world, flow, {"user_input": "resumed via label"}, label="my-custom-label")

    assert result.status == "success"
    assert result.steps["step2"].output["user_input"] == "resumed via label"


@case("SUSP-12")
async def test_an_unknown_label_is_refused_and_the_run_stays_suspended(world: World) -> None:
    calls: Counter[str] = Counter()
    await asking_for_user_input(calls, label="right").create_run(run_id=RUN).start({})

    with pytest.raises(WorkflowError, match="right") as refused:
        await answer(world, asking_for_user_input(calls, label="right"), {"user_input": "x"}, label="wrong")
    assert refused.value.code == "unknown-label"

    result = await answer(world, asking_for_user_input(calls), {"user_input": "x"}, label="right")
    assert result.status == "success"


def counting(seen: list[tuple[str, Progress]]) -> Any:
    @step(id="step1", state=Progress)
    def step1(ctx: Context[Progress]) -> Data:
        seen.append(("step1", Progress(count=ctx.state.count, items=list(ctx.state.items))))
        if not ctx.resumed:
            ctx.set_state(count=ctx.state.count + 1, items=[*ctx.state.items, "item-1"])
            ctx.suspend({})
        return {}

    @step(id="step2", state=Progress)
    def step2(data: Data, ctx: Context[Progress]) -> Data:
        seen.append(("step2", Progress(count=ctx.state.count, items=list(ctx.state.items))))
        return {}

    return Workflow("keeps-state", state=Progress).then(step1).then(step2).commit()


@case("SUSP-13")
async def test_state_survives_suspension_and_resumption(world: World) -> None:
    seen: list[tuple[str, Progress]] = []
    suspended = await counting(seen).create_run(run_id=RUN).start({}, state={"count": 0, "items": []})
    assert suspended.status == "suspended"
    assert seen == [("step1", Progress(count=0, items=[]))]

    result = await answer(world, counting(seen), {"proceed": True}, step="step1")

    assert result.status == "success"
    after = Progress(count=1, items=["item-1"])
    assert seen[1:] == [("step1", after), ("step2", after)]
    assert result.state == after


def completing() -> Any:
    @step(id="suspend-step")
    def suspend_step(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({"waiting_for": "data", "original_value": data["value"]})
        return {"result": f"processed-{ctx.resume_data['extra']}"}

    @step(id="complete-step")
    def complete_step(data: Data) -> Data:
        return {"final": f"Completed: {data['result']}"}

    return Workflow("auto-detect").then(suspend_step).then(complete_step).commit()


@case("SUSP-16")
async def test_the_only_suspended_step_may_be_named_or_not(world: World) -> None:
    named = await completing().create_run(run_id="named").start({"value": 42})
    assert named.status == "suspended"
    assert named.suspended[0] == ("suspend-step",)
    data = {"extra": "explicit-resume"}
    result = await answer(world, completing(), data, run_id="named", step=named.suspended[0])
    assert result.status == "success"
    assert result.output["final"] == "Completed: processed-explicit-resume"

    unnamed = await completing().create_run(run_id="unnamed").start({"value": 100})
    assert unnamed.status == "suspended"
    result = await answer(world, completing(), {"extra": "auto-resume"}, run_id="unnamed")
    assert result.status == "success"
    assert result.output["final"] == "Completed: processed-auto-resume"


@case("SUSP-34")
async def test_a_resume_without_a_step_finds_the_one_that_waits(world: World) -> None:
    def build() -> Any:
        @step(id="process")
        def process(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({})
            return {"result": data["value"] * ctx.resume_data["multiplier"]}

        return Workflow("auto-resume").then(process).commit()

    assert (await build().create_run(run_id=RUN).start({"value": 10})).status == "suspended"
    result = await answer(world, build(), {"multiplier": 5})

    assert result.status == "success"
    assert result.output["result"] == 50


def improving() -> tuple[Any, Step[Any, Any]]:
    @step(id="get-user-input")
    def get_user_input(data: Data) -> Data:
        return {"user_input": data["input"]}

    @step(id="prompt-agent")
    def prompt_agent(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({"test_payload": "suspend message"})
        return {"model_output": f"{data['user_input']} {ctx.resume_data['user_input']}"}

    @step(id="improve-response")
    def improve_response(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({})
        both = {name: (data[name] + ctx.resume_data[name]) / 2 for name in ("tone", "completeness")}
        return {"improved_output": "improved output", "overall_score": both}

    @step(id="evaluate-improved")
    def evaluate_improved(data: Data) -> Data:
        return dict(data["overall_score"])

    flow = (
        Workflow("resume-after-map")
        .then(get_user_input)
        .then(prompt_agent)
        .map({"tone": constant(0.8), "completeness": constant(0.7)}, id="evaluate-tone")
        .then(improve_response)
        .then(evaluate_improved)
        .commit()
    )
    return flow, improve_response


@case("SUSP-20")
async def test_a_resumed_step_after_a_map_gets_the_mapped_input_again(world: World) -> None:
    flow, _ = improving()
    first = await flow.create_run(run_id=RUN).start({"input": "test"})
    assert first.steps["prompt-agent"].status == "suspended"
    assert first.steps["get-user-input"].output == {"user_input": "test"}

    flow, _ = improving()
    second = await answer(world, flow, {"user_input": "input for resumption"}, step="prompt-agent")
    assert second.status == "suspended"
    assert second.steps["prompt-agent"].status == "success"
    assert second.steps["prompt-agent"].output == {"model_output": "test input for resumption"}
    assert second.steps["evaluate-tone"].status == "success"
    assert second.steps["evaluate-tone"].output == {"tone": 0.8, "completeness": 0.7}
    assert second.steps["improve-response"].status == "suspended"

    flow, improve_response = improving()
    result = await answer(world, flow, {"tone": 0.9, "completeness": 0.8}, step=improve_response)
    assert result.status == "success"
    improved = result.steps["improve-response"].output
    assert improved["improved_output"] == "improved output"
    assert improved["overall_score"] == {
        "tone": pytest.approx(0.85),
        "completeness": pytest.approx(0.75),
    }
    assert result.steps["evaluate-improved"].output == improved["overall_score"]


@case("SUSP-30")
async def test_the_request_context_survives_suspension(world: World) -> None:
    calls: Counter[str] = Counter()

    def build() -> Any:
        @step(id="prompt-agent")
        def prompt_agent(ctx: Context[Any]) -> None:
            calls["prompt-agent"] += 1
            line = "promptAgentAction" if ctx.resumed else "first message"
            ctx.request["responses"] = [*ctx.request["responses"], line]
            if not ctx.resumed:
                ctx.suspend({"test_payload": "hello"})

        @step(id="request-context-action")
        def request_context_action(ctx: Context[Any]) -> list[str]:
            return list(ctx.request["responses"])

        return Workflow("request-survives").then(prompt_agent).then(request_context_action).commit()

    first = await build().create_run(run_id=RUN).start({}, request={"responses": []})
    assert first.steps["prompt-agent"].status == "suspended"
    assert calls["prompt-agent"] == 1

    result = await answer(world, build(), {"user_input": "go"}, step="prompt-agent")
    assert calls["prompt-agent"] == 2
    assert result.steps["request-context-action"].status == "success"
    assert result.steps["request-context-action"].output == ["first message", "promptAgentAction"]


def incrementing(resume: type[BaseModel]) -> Any:
    @step(id="increment")
    def increment(data: Data) -> Value:
        return Value(value=data["value"] + 1)

    @step(id="resume", resume=resume)
    def resume_step(data: Value, ctx: Context[Any]) -> Value:
        if not ctx.resumed:
            ctx.suspend({})
        return Value(value=data.value + ctx.resume_data.value)

    @step(id="final")
    def final(data: Value) -> Value:
        return data

    return Workflow("increments").then(increment).then(resume_step).then(final).commit()


@case("SUSP-35")
async def test_an_empty_answer_gets_the_defaults_of_the_resume_schema(world: World) -> None:
    first = await incrementing(ValueOr21).create_run(run_id=RUN).start({"value": 0})
    assert first.status == "suspended"

    result = await answer(world, incrementing(ValueOr21), {}, step="resume")

    assert result.status == "success"
    assert result.output == Value(value=22)
    assert result.steps["resume"].resume_data == ValueOr21(value=21)


@case("SUSP-37")
async def test_a_finished_run_cannot_be_resumed(world: World) -> None:
    @step(id="increment")
    def increment(data: Value) -> Value:
        return Value(value=data.value + 1)

    flow = Workflow("finished").then(increment).commit()
    assert (await flow.create_run(run_id=RUN).start({"value": 0})).status == "success"

    with pytest.raises(WorkflowError, match="suspended") as refused:
        await answer(world, flow, {"value": 2}, step="increment")
    assert refused.value.code == "nothing-suspended"


@case("SUSP-38")
async def test_an_answer_that_does_not_fit_is_refused_and_the_right_one_still_accepted(
    world: World,
) -> None:
    await incrementing(Value).create_run(run_id=RUN).start({"value": 0})

    with pytest.raises(WorkflowError) as refused:
        await answer(world, incrementing(Value), {"number": 2}, step="resume")
    assert refused.value.code == "resume-data-invalid"
    assert [issue.path for issue in refused.value.issues] == [("value",)]

    result = await answer(world, incrementing(Value), {"value": 21}, step="resume")
    assert result.status == "success"
    assert result.output == Value(value=22)


@case("SUSP-39")
async def test_a_step_that_is_not_suspended_cannot_be_resumed(world: World) -> None:
    await incrementing(Value).create_run(run_id=RUN).start({"value": 0})

    with pytest.raises(WorkflowError, match="increment") as refused:
        await answer(world, incrementing(Value), {"value": 2}, step="increment")
    assert refused.value.code == "step-not-suspended"

    result = await answer(world, incrementing(Value), {"value": 21}, step="resume")
    assert result.status == "success"
    assert result.output == Value(value=22)


@case("SUSP-46")
async def test_a_resumed_step_sees_the_payload_it_suspended_with(world: World) -> None:
    def build() -> tuple[Any, Any]:
        @step(id="confirm")
        def confirm(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                assert ctx.suspend_data is None
                ctx.suspend({"reason": "User confirmation required", "original_value": data["value"]})
            reason = ctx.suspend_data["reason"]
            done = f"Processed {ctx.suspend_data['original_value']} after {reason}"
            return {"result": done, "suspend_reason": reason}

        return Workflow("suspend-data").then(confirm).commit(), confirm

    flow, _ = build()
    assert (await flow.create_run(run_id=RUN).start({"value": "test-value"})).status == "suspended"
    flow, confirm = build()
    result = await answer(world, flow, {"confirm": True}, step=confirm)

    assert result.status == "success"
    assert result.output["suspend_reason"] == "User confirmation required"
    assert result.output["result"] == "Processed test-value after User confirmation required"
