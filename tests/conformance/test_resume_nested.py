"""Resuming steps inside nested workflows, by path, by workflow alone, by label (catalogue B, 1.1)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]
Calls = Counter[str]

NESTED = "nested-wf-a"


def starting(calls: Calls, label: str | None = None) -> tuple[Any, Any]:
    """A workflow that asks in its second step, and that step."""

    @step(id="start")
    def start(data: Data) -> Data:
        calls["start"] += 1
        return {"new_value": data["start_value"] + 1}

    @step(id="other")
    def other(data: Data, ctx: Context[Any]) -> Data:
        calls["other"] += 1
        if not ctx.resumed:
            ctx.suspend(label=label)
        return {"new_value": data["new_value"], "other": 26}

    @step(id="final")
    def final(data: Data, ctx: Context[Any]) -> Data:
        calls["final"] += 1
        return {"final_value": ctx.result_of(start)["new_value"] + ctx.result_of("other")["other"]}

    return Workflow(NESTED).then(start).then(other).then(final).commit(), other


def around(calls: Calls, inner: Any) -> Any:
    @step(id="begin-step")
    def begin(data: Data) -> Data:
        calls["begin"] += 1
        return data

    @step(id="last-step")
    def last(data: Data) -> Data:
        calls["last"] += 1
        return {"success": True}

    return Workflow("around-nested").then(begin).then(inner).then(last).commit()


async def suspended_inside(calls: Calls, label: str | None = None) -> None:
    inner, _ = starting(calls, label)
    result = await around(calls, inner).create_run(run_id=RUN).start({"start_value": 0})
    assert result.status == "suspended"
    assert calls == {"begin": 1, "start": 1, "other": 1}
    assert result.steps[NESTED].status == "suspended"
    assert "last-step" not in result.steps


def assert_finished(result: Any, calls: Calls) -> None:
    assert result.status == "success"
    assert result.steps[NESTED].status == "success"
    assert result.steps[NESTED].output == {"final_value": 27}
    assert calls == {"begin": 1, "start": 1, "other": 2, "final": 1, "last": 1}


@case("SUSP-27", "SUSP-41")
async def test_the_nested_workflow_alone_is_an_address_when_one_step_waits_inside(world: World) -> None:
    calls: Calls = Counter()
    await suspended_inside(calls)
    inner, _ = starting(calls)

    result = await answer(world, around(calls, inner), {"new_value": 0}, step=NESTED)

    assert_finished(result, calls)


@case("SUSP-27")
async def test_a_resumed_inner_step_gets_its_recorded_input_again(world: World) -> None:
    inputs: list[Data] = []

    def build() -> Any:
        @step(id="start")
        def start(data: Data) -> Data:
            return {"new_value": data["start_value"] + 1}

        @step(id="other")
        def other(data: Data, ctx: Context[Any]) -> Data:
            inputs.append(data)
            if not ctx.resumed:
                ctx.suspend({})
            return data

        inner = Workflow("inner").then(start).then(other).commit()
        return Workflow("recorded-input").then(inner).commit()

    await build().create_run(run_id=RUN).start({"start_value": 0})
    await answer(world, build(), {"new_value": 0}, step="inner")

    assert inputs == [{"new_value": 1}, {"new_value": 1}]


@case("SUSP-40")
async def test_a_path_of_workflow_and_step_objects_is_an_address(world: World) -> None:
    calls: Calls = Counter()
    await suspended_inside(calls)
    inner, other = starting(calls)

    result = await answer(world, around(calls, inner), {"new_value": 0}, step=(inner, other))

    assert_finished(result, calls)


@case("SUSP-47")
async def test_a_label_given_inside_a_nested_workflow_resumes_the_outer_run(world: World) -> None:
    calls: Calls = Counter()
    await suspended_inside(calls, label="nested-custom-label")
    inner, _ = starting(calls)

    result = await answer(world, around(calls, inner), {"new_value": 0}, label="nested-custom-label")

    assert_finished(result, calls)


@case("SUSP-28")
async def test_an_answer_does_not_leak_into_the_next_nested_workflow(world: World) -> None:
    calls: Calls = Counter()

    def asking(number: int) -> Any:
        @step(id=f"step-{number}")
        def ask(data: Data, ctx: Context[Any]) -> Data:
            calls[f"step-{number}"] += 1
            suspect = (ctx.resume_data or {}).get("suspect")
            if suspect is None:
                ctx.suspend({"message": f"What is the suspect of step {number}?"})
            return {"suspect": suspect}

        return Workflow(f"sub-workflow-{number}").then(ask).commit()

    def build() -> Any:
        return Workflow("consecutive-nested").then(asking(1)).then(asking(2)).commit()

    first = await build().create_run(run_id=RUN).start({"suspect": "initial-suspect"})
    assert first.status == "suspended"
    assert (calls["step-1"], calls["step-2"]) == (1, 0)
    assert first.steps["sub-workflow-1"].status == "suspended"

    data = {"suspect": "first-suspect"}
    second = await answer(world, build(), data, step=("sub-workflow-1", "step-1"))
    assert second.status == "suspended"
    assert (calls["step-1"], calls["step-2"]) == (2, 1)
    assert second.steps["sub-workflow-1"].status == "success"
    assert second.steps["sub-workflow-2"].status == "suspended"

    # fine print A6: a nested address is a tuple, never a dotted string.
    data = {"suspect": "second-suspect"}
    result = await answer(world, build(), data, step=("sub-workflow-2", "step-2"))
    assert result.status == "success"
    assert (calls["step-1"], calls["step-2"]) == (2, 2)
    assert result.output == {"suspect": "second-suspect"}


@case("SUSP-42")
async def test_a_nested_workflow_after_a_resume_sees_the_request_and_its_own_input(world: World) -> None:
    seen: list[Any] = []

    def build() -> Any:
        @step(id="setup")
        def setup(ctx: Context[Any]) -> Data:
            ctx.request["test-key"] = "test-context-value"
            return {"setup": True}

        @step(id="suspend-step")
        def suspend_step(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({"message": "Workflow suspended for testing"})
            return {"resumed": True}

        @step(id="nested-step")
        def nested_step(data: Data, ctx: Context[Any]) -> Data:
            seen.append((data, dict(ctx.input_data)))
            return {
                "success": True,
                "has_test_data": ctx.request.get("test-key") == "test-context-value",
            }

        nested = Workflow("nested-workflow").then(nested_step).commit()
        flow = Workflow("request-in-nested").then(setup).then(suspend_step).then(nested)
        return flow.commit()

    assert (await build().create_run(run_id=RUN).start({})).status == "suspended"
    result = await answer(world, build(), {"confirmed": True}, step="suspend-step")

    assert result.status == "success"
    assert result.output == {"success": True, "has_test_data": True}
    assert seen == [({"resumed": True}, {"resumed": True})]


@case("SUSP-43")
async def test_a_step_three_workflows_deep_is_resumed_by_its_path(world: World) -> None:
    calls: Calls = Counter()

    def wrapping(workflow_id: str, inner: Any) -> Any:
        @step(id="passthrough")
        def passthrough(data: Data) -> Data:
            calls["passthrough"] += 1
            return data

        return Workflow(workflow_id).then(passthrough).then(inner).commit()

    def build() -> Any:
        inner, _ = starting(calls)
        return around(calls, wrapping("nested-wf-c", wrapping("nested-wf-b", inner)))

    first = await build().create_run(run_id=RUN).start({"start_value": 0})
    assert first.status == "suspended"
    assert calls == {"begin": 1, "passthrough": 2, "start": 1, "other": 1}
    assert first.steps["nested-wf-c"].status == "suspended"
    assert "last-step" not in first.steps
    assert first.suspended == [("nested-wf-c", "nested-wf-b", NESTED, "other")]

    result = await answer(world, build(), {"new_value": 0}, step=first.suspended[0])

    assert result.status == "success"
    assert result.steps["nested-wf-c"].status == "success"
    assert result.steps["nested-wf-c"].output == {"final_value": 27}
    assert calls == {"begin": 1, "passthrough": 2, "start": 1, "other": 2, "final": 1, "last": 1}


def choosing(calls: Calls, finals: list[Any]) -> Any:
    """Choose an item, run the arm of its type (the second is a nested workflow that asks for a date)."""

    def is_type(name: str) -> Any:
        return lambda data: data["type"] == name

    @step(id="fetch-items")
    def fetch_items() -> list[Data]:
        return [{"id": str(number), "type": kind} for number, kind in enumerate(("first", "second"), 1)]

    @step(id="select-item")
    def select_item(data: list[Data], ctx: Context[Any]) -> Data:
        calls["select-item"] += 1
        if not ctx.resumed:
            ctx.suspend({"message": "Select an item"})
        return dict(ctx.resume_data)

    def plain(kind: str) -> Any:
        @step(id=f"{kind}-item")
        def process(data: Data) -> Data:
            calls[f"{kind}-item"] += 1
            return {"processed": kind, "date": None}

        return process

    @step(id="second-item-date")
    def second_item_date(data: Data, ctx: Context[Any]) -> Data:
        calls["second-item-date"] += 1
        if not ctx.resumed:
            ctx.suspend({"message": "Select a date"})
        return {"processed": "second", "date": ctx.resume_data}

    @step(id="final-processing")
    def final_processing(data: Data) -> Data:
        finals.append(data)
        return data

    second = Workflow("second-item-workflow").then(second_item_date).commit()
    return (
        Workflow("choosing")
        .then(fetch_items)
        .then(select_item)
        .branch(
            (is_type("first"), plain("first")),
            (is_type("second"), second),
            (is_type("third"), plain("third")),
        )
        .map(lambda data: next(iter(data.values())))
        .then(final_processing)
        .commit()
    )


@case("SUSP-44")
async def test_only_the_taken_branch_goes_on_after_resuming_inside_its_nested_workflow(
    world: World,
) -> None:
    calls: Calls = Counter()
    finals: list[Any] = []
    first = await choosing(calls, finals).create_run(run_id=RUN).start({})
    assert first.status == "suspended"

    choice = {"id": "2", "name": "Second item", "type": "second"}
    second = await answer(world, choosing(calls, finals), choice, step=first.suspended[0])
    assert second.status == "suspended"
    assert (calls["select-item"], calls["second-item-date"]) == (2, 1)

    date = datetime(2024, 12, 31, tzinfo=UTC)
    result = await answer(world, choosing(calls, finals), date, step=second.suspended[0])

    assert result.status == "success"
    assert calls == {"select-item": 2, "second-item-date": 2}
    assert "first-item" not in result.steps
    assert "third-item" not in result.steps
    assert result.steps["second-item-workflow"].status == "success"
    assert finals == [{"processed": "second", "date": date}]


@case("SUSP-45")
async def test_conditions_after_an_unnamed_map_are_not_judged_again_on_resume(world: World) -> None:
    judged: list[Data] = []

    def build() -> Any:
        def is_high(data: Data) -> bool:
            judged.append(data)
            return bool(data["mapped_value"] > 10)

        @step(id="suspending-step")
        def suspending_step(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({"question": "What next?"})
            return {"result": ctx.resume_data["answer"]}

        @step(id="fallback")
        def fallback(data: Data) -> Data:
            return {"result": "fallback"}

        nested = Workflow("nested-with-suspend").then(suspending_step).commit()
        return (
            Workflow("map-then-branch")
            .map(lambda data: {"mapped_value": data["value"] * 2})
            .branch((is_high, nested), (lambda data: data["mapped_value"] <= 10, fallback))
            .commit()
        )

    first = await build().create_run(run_id=RUN).start({"value": 10})
    assert first.status == "suspended"
    assert judged == [{"mapped_value": 20}]
    judged.clear()

    result = await answer(world, build(), {"answer": "hello"}, step=first.suspended[0])

    assert judged == []
    assert result.status == "success"
    assert result.steps["nested-with-suspend"].status == "success"
    assert result.output == {"nested-with-suspend": {"result": "hello"}}


async def test_a_nested_workflow_with_two_waiting_steps_is_no_address(world: World) -> None:
    def build() -> Any:
        def asking(step_id: str) -> Any:
            @step(id=step_id)
            def ask(data: Data, ctx: Context[Any]) -> Data:
                if not ctx.resumed:
                    ctx.suspend({})
                return {"answer": ctx.resume_data}

            return ask

        inner = Workflow("inner").parallel(asking("a"), asking("b")).commit()
        return Workflow("two-inside").then(inner).commit()

    first = await build().create_run(run_id=RUN).start({})
    assert first.suspended == [("inner", "a"), ("inner", "b")]

    with pytest.raises(WorkflowError) as refused:  # fine print 50
        await answer(world, build(), 1, step="inner")
    assert refused.value.code == "several-suspended"

    assert (await answer(world, build(), 1, step=("inner", "a"))).status == "suspended"
    result = await answer(world, build(), 2, step=("inner", "b"))
    assert result.output == {"a": {"answer": 1}, "b": {"answer": 2}}
