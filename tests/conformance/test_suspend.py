"""Suspending: how a run looks that waits for an answer (catalogue B, 1.1)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Workflow, step

from .cases import case

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class ApprovalNeeded(BaseModel):
    approval_required: bool
    requested_by: str
    amount: int


class Note(BaseModel):
    value: str


@case("SUSP-01")
async def test_a_run_keeps_the_id_it_was_created_with() -> None:
    seen: list[str] = []

    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        seen.append(ctx.run_id)
        return {}

    run = Workflow("run-id").then(step1).commit().create_run(run_id="order-17.a")
    result = await run.start({})

    assert result.status == "success"
    assert result.run_id == run.run_id == "order-17.a"
    assert seen == ["order-17.a"]


@case("SUSP-02")
async def test_a_step_that_suspends_leaves_the_run_suspended_with_its_payload() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"value": "step1-done"}

    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        ctx.suspend({"reason": "waiting for approval"})

    result = await Workflow("suspends").then(step1).then(step2).commit().run({})

    assert result.status == "suspended"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step1"].status == "success"
    assert result.steps["step1"].output == {"value": "step1-done"}
    assert result.steps["step2"].status == "suspended"
    assert result.steps["step2"].suspend_payload == {"reason": "waiting for approval"}
    assert result.suspended == [("step2",)]
    assert result.suspend_payload == {("step2",): {"reason": "waiting for approval"}}


@case("SUSP-03")
async def test_a_step_may_suspend_without_a_payload() -> None:
    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        ctx.suspend()

    result = await Workflow("empty-payload").then(step1).commit().run({})

    assert result.status == "suspended"
    assert result.steps["step1"].status == "suspended"
    assert result.steps["step1"].suspend_payload is None


@case("SUSP-04")
async def test_a_payload_that_fits_the_suspend_schema_is_kept_exactly() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1", suspend=ApprovalNeeded)
    def step1(ctx: Context[Any]) -> Data:
        calls["step1"] += 1
        ctx.suspend(ApprovalNeeded(approval_required=True, requested_by="user-123", amount=500))

    result = await Workflow("typed-payload").then(step1).commit().run({})

    assert result.status == "suspended"
    assert calls["step1"] == 1
    payload = result.steps["step1"].suspend_payload
    assert payload == ApprovalNeeded(approval_required=True, requested_by="user-123", amount=500)


@case("SUSP-04")
async def test_a_payload_that_does_not_fit_the_suspend_schema_fails_the_step() -> None:
    @step(id="step1", suspend=ApprovalNeeded)
    def step1(ctx: Context[Any]) -> Data:
        ctx.suspend({"approval_required": True, "amount": "a lot"})

    result = await Workflow("wrong-payload").then(step1).commit().run({})

    assert result.status == "failed"
    assert result.steps["step1"].status == "failed"
    assert result.error.code == "suspend-payload-invalid"
    assert {issue.path for issue in result.error.issues} == {("requested_by",), ("amount",)}


@case("SUSP-05")
async def test_steps_after_a_suspended_step_do_not_run_and_have_no_record() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"value": "step1-done"}

    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        ctx.suspend({"reason": "approval needed"})

    @step(id="step3")
    def step3(data: Data) -> Data:
        calls["step3"] += 1
        return {}

    result = await Workflow("stops-there").then(step1).then(step2).then(step3).commit().run({})

    assert result.status == "suspended"
    assert (calls["step1"], calls["step2"], calls["step3"]) == (1, 1, 0)
    assert "step3" not in result.steps


@case("SUSP-06")
async def test_the_taken_arm_of_a_branch_may_suspend() -> None:
    calls: Counter[str] = Counter()

    @step(id="check")
    def check() -> Data:
        calls["check"] += 1
        return {"needs_approval": True}

    @step(id="approval")
    def approval(data: Data, ctx: Context[Any]) -> Data:
        calls["approval"] += 1
        ctx.suspend({"type": "manager-approval"})

    @step(id="auto-approve")
    def auto_approve(data: Data) -> Data:
        calls["auto-approve"] += 1
        return {"approved": True}

    flow = (
        Workflow("suspend-in-branch")
        .then(check)
        .branch(
            (lambda data: data["needs_approval"] is True, approval),
            (lambda data: data["needs_approval"] is False, auto_approve),
        )
        .commit()
    )
    result = await flow.run({})

    assert result.status == "suspended"
    assert (calls["check"], calls["approval"], calls["auto-approve"]) == (1, 1, 0)
    assert result.steps["check"].status == "success"
    assert result.steps["approval"].status == "suspended"
    assert result.steps["approval"].suspend_payload == {"type": "manager-approval"}
    assert "auto-approve" not in result.steps


@case("SUSP-07")
async def test_state_set_before_suspending_is_kept() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1", state=Note)
    def step1() -> Data:
        calls["step1"] += 1
        return {}

    @step(id="step2", state=Note)
    def step2(data: Data, ctx: Context[Note]) -> Data:
        calls["step2"] += 1
        ctx.set_state(value=f"{ctx.state.value}-modified")
        ctx.suspend({"reason": "waiting"})

    @step(id="step3")
    def step3(data: Data) -> Data:
        calls["step3"] += 1
        return {}

    flow = Workflow("suspend-with-state", state=Note).then(step1).then(step2).then(step3).commit()
    result = await flow.create_run().start({}, state={"value": "initial"})

    assert result.status == "suspended"
    assert (calls["step1"], calls["step2"], calls["step3"]) == (1, 1, 0)
    assert result.steps["step1"].status == "success"
    assert result.steps["step2"].status == "suspended"
    assert result.steps["step2"].suspend_payload == {"reason": "waiting"}
    assert result.state == Note(value="initial-modified")


@case("SUSP-08")
async def test_a_parallel_block_with_one_suspended_arm_suspends_and_keeps_the_other_result() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1(data: Data) -> Data:
        calls["step1"] += 1
        return {"result": "normal-done"}

    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        ctx.suspend({"waiting_for": "approval"})

    result = await Workflow("parallel-suspends").parallel(step1, step2).commit().run({})

    assert result.status == "suspended"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step1"].status == "success"
    assert result.steps["step1"].output == {"result": "normal-done"}
    assert result.steps["step2"].status == "suspended"
    assert result.steps["step2"].suspend_payload == {"waiting_for": "approval"}


@case("SUSP-09")
async def test_a_parallel_block_whose_arms_all_end_does_not_suspend() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1(data: Data) -> Data:
        calls["step1"] += 1
        return {"value": 10}

    @step(id="step2")
    def step2(data: Data) -> Data:
        calls["step2"] += 1
        return {"value": 20}

    result = await Workflow("parallel-completes").parallel(step1, step2).commit().run({})

    assert result.status == "success"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step1"].output == {"value": 10}
    assert result.steps["step2"].output == {"value": 20}
    assert result.suspended == []


@case("SUSP-10")
async def test_a_suspension_inside_a_nested_workflow_suspends_the_outer_run() -> None:
    calls: Counter[str] = Counter()

    @step(id="outer-step")
    def outer_step() -> Data:
        calls["outer"] += 1
        return {"value": "outer-done"}

    @step(id="inner-step")
    def inner_step(data: Data, ctx: Context[Any]) -> Data:
        calls["inner"] += 1
        ctx.suspend({"nested_reason": "inner-waiting"})

    inner = Workflow("nested-suspend-inner").then(inner_step).commit()
    result = await Workflow("nested-suspend").then(outer_step).then(inner).commit().run({})

    assert result.status == "suspended"
    assert calls == {"outer": 1, "inner": 1}
    assert result.steps["outer-step"].status == "success"
    assert result.steps["nested-suspend-inner"].status == "suspended"
    assert result.suspended == [("nested-suspend-inner", "inner-step")]
    assert result.suspend_payload == {("nested-suspend-inner", "inner-step"): {"nested_reason": "inner-waiting"}}


async def test_a_step_that_swallows_the_signal_is_suspended_all_the_same() -> None:
    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        try:
            ctx.suspend({"reason": "swallowed"})
        except BaseException:
            return {"result": 0}

    result = await Workflow("swallows").then(step1).commit().run({})

    assert result.status == "suspended"
    assert result.steps["step1"].suspend_payload == {"reason": "swallowed"}


async def test_a_step_that_raises_after_suspending_has_failed() -> None:
    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        try:
            ctx.suspend()
        finally:
            raise ValueError("after the suspension")

    result = await Workflow("raises-after").then(step1).commit().run({})

    assert result.status == "failed"
    assert isinstance(result.error, ValueError)
