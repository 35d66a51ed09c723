"""What stands in the store after a run, and how it is found again (catalogue B, 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]


@step(id="step1")
def giving_result1() -> Data:
    return {"result": "result1"}


def one_step(flow_id: str = "one-step") -> Any:
    return Workflow(flow_id).then(giving_result1).commit()


def asking(**options: Any) -> Any:
    @step(id="ask")
    def ask(ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({})
        return {"answer": ctx.resume_data}

    return Workflow("asking", **options).then(ask).commit()


@case("STOR-01")
async def test_the_runs_of_a_workflow_are_listed(world: World) -> None:
    await one_step("listed").create_run(run_id="run-1").start({})
    await one_step("listed").create_run(run_id="run-2").start({})
    await one_step("another").create_run(run_id="run-3").start({})

    await world.restart()
    runs = await world.runtime.runs(workflow="listed")

    assert runs.total == 2
    assert [item.run_id for item in runs.items] == ["run-2", "run-1"]  # fine print 60: newest first
    assert {item.workflow_id for item in runs.items} == {"listed"}


@case("STOR-02")
async def test_a_run_is_got_by_its_id_and_gone_after_its_deletion(world: World) -> None:
    await one_step().create_run(run_id=RUN).start({})

    await world.restart()
    run = await world.runtime.get(RUN)
    assert run.run_id == RUN
    assert run.workflow_id == "one-step"
    assert run.status == "success"
    assert run.steps["step1"].output == {"result": "result1"}

    await world.runtime.delete(RUN)
    with pytest.raises(WorkflowError, match=RUN) as missing:  # fine print 59
        await world.runtime.get(RUN)
    assert missing.value.code == "no-such-run"
    assert (await world.runtime.runs()).total == 0


@case("STOR-03")
async def test_the_resource_id_is_stored_with_the_run(world: World) -> None:
    await one_step().create_run(run_id=RUN, resource_id="user-123").start({})

    await world.restart()
    (item,) = (await world.runtime.runs(workflow="one-step")).items
    assert item.resource_id == "user-123"
    assert (await world.runtime.runs(resource_id="user-123")).total == 1
    assert (await world.runtime.runs(resource_id="user-456")).total == 0


@case("STOR-04")
async def test_the_resource_id_outlives_a_resume_by_a_run_object_made_without_it(world: World) -> None:
    await asking().create_run(run_id=RUN, resource_id="user-789").start({})

    assert (await answer(world, asking(), "yes")).status == "success"

    runs = await world.runtime.runs(resource_id="user-789")
    assert runs.total == 1
    assert [(item.run_id, item.status) for item in runs.items] == [(RUN, "success")]


@case("STOR-04b")
async def test_the_resource_id_stands_in_the_store_at_every_turn_of_a_loop(world: World) -> None:
    stored: list[list[str]] = []

    @step(id="turn")
    async def turn(data: Data) -> Data:
        runs = await world.runtime.runs(resource_id="user-loop-456")
        stored.append([item.run_id for item in runs.items])
        return {"value": data["value"] + 1}

    flow = Workflow("looping").dountil(turn, lambda output: output["value"] >= 3).commit()
    await flow.create_run(run_id=RUN, resource_id="user-loop-456").start({"value": 0})

    assert stored == [[RUN], [RUN], [RUN]]
    (item,) = (await world.runtime.runs()).items
    assert item.resource_id == "user-loop-456"


async def test_a_stored_run_is_not_opened_under_another_resource_id(world: World) -> None:
    await asking().create_run(run_id=RUN, resource_id="alice").start({})

    await world.restart()
    with pytest.raises(WorkflowError, match="alice"):  # fine print 23
        await asking().create_run(run_id=RUN, resource_id="bob").resume("yes")
    assert (await answer(world, asking(), "yes")).status == "success"


async def test_a_stored_run_of_another_workflow_is_refused_naming_it(world: World) -> None:
    await asking().create_run(run_id=RUN).start({})

    await world.restart()
    with pytest.raises(WorkflowError, match="asking"):  # fine print 23
        await one_step().create_run(run_id=RUN).start({})


@case("STOR-05")
async def test_only_the_fields_that_are_asked_for_are_filled(world: World) -> None:
    await one_step().create_run(run_id=RUN).start({})
    await world.restart()

    status_only = await world.runtime.get(RUN, fields=["status"])
    assert status_only.status == "success"
    assert status_only.steps is None  # fine print 61
    assert status_only.output is None

    with_steps = await world.runtime.get(RUN, fields=["status", "steps"])
    assert with_steps.steps["step1"].status == "success"
    assert with_steps.steps["step1"].output == {"result": "result1"}
    assert with_steps.output is None

    everything = await world.runtime.get(RUN)
    assert everything.status == "success"
    assert set(everything.steps) == {"step1"}
    assert everything.output == {"result": "result1"}
    assert (everything.run_id, everything.workflow_id) == (RUN, "one-step")


@case("STOR-06")
async def test_steps_of_nested_workflows_are_listed_flat_unless_not_wanted(world: World) -> None:
    @step(id="inner-step")
    def inner_step() -> Data:
        return {"result": "inner"}

    @step(id="outer-step")
    def outer_step(data: Data) -> Data:
        return {"result": "outer"}

    nested = Workflow("inner-workflow").then(inner_step).commit()
    flow = Workflow("with-nested").then(nested).then(outer_step).commit()
    await flow.create_run(run_id=RUN).start({})
    await world.restart()

    flat = (await world.runtime.get(RUN)).steps
    assert set(flat) == {"inner-workflow", "inner-workflow.inner-step", "outer-step"}
    assert flat["inner-workflow.inner-step"].output == {"result": "inner"}
    assert set((await world.runtime.get(RUN, nested=False)).steps) == {"inner-workflow", "outer-step"}


@case("STOR-07")
async def test_a_run_that_waits_is_stored_and_gone_when_its_final_status_is_not_kept(world: World) -> None:
    # fine print 62: `keep` chooses among final statuses only.
    await asking(keep=()).create_run(run_id=RUN).start({})
    await world.restart()
    runs = await world.runtime.runs(workflow="asking")
    assert [(item.run_id, item.status) for item in runs.items] == [(RUN, "suspended")]

    result = await answer(world, asking(keep=()), "yes")
    assert result.status == "success"
    assert result.output == {"answer": "yes"}
    assert (await world.runtime.runs(workflow="asking")).total == 0


@case("EVW-06", "END-02")
async def test_a_success_that_is_not_kept_leaves_nothing_and_one_that_is_leaves_its_run(
    world: World,
) -> None:
    flow = Workflow("kept-if-failed", keep=("failed",)).then(giving_result1).commit()
    assert (await flow.create_run(run_id="not-kept").start({})).status == "success"
    assert (await one_step().create_run(run_id="kept").start({})).status == "success"

    with pytest.raises(WorkflowError) as missing:
        await world.runtime.get("not-kept")
    assert missing.value.code == "no-such-run"
    assert (await world.runtime.get("kept")).status == "success"


@case("EVW-07")
async def test_a_failure_that_is_not_kept_leaves_nothing_and_one_that_is_leaves_its_run(
    world: World,
) -> None:
    @step(id="failing")
    def failing() -> None:
        raise ValueError("broken")

    for run_id, keep in (("not-kept", ("success",)), ("kept", ("failed",))):
        flow = Workflow("failing-flow", keep=keep).then(failing).commit()
        assert (await flow.create_run(run_id=run_id).start({})).status == "failed"

    with pytest.raises(WorkflowError) as missing:
        await world.runtime.get("not-kept")
    assert missing.value.code == "no-such-run"
    assert (await world.runtime.get("kept")).status == "failed"


async def test_deleting_an_unknown_run_says_so(world: World) -> None:
    with pytest.raises(WorkflowError) as missing:  # fine print 59
        await world.runtime.delete("nobody")
    assert missing.value.code == "no-such-run"


async def test_runs_are_listed_by_status_and_in_pages(world: World) -> None:
    for number in range(5):
        await one_step().create_run(run_id=f"done-{number}").start({})
    await asking().create_run(run_id="waiting").start({})

    assert [item.run_id for item in (await world.runtime.runs(status="suspended")).items] == ["waiting"]
    second = await world.runtime.runs(status="success", page=2, per_page=2)
    assert second.total == 5
    assert [item.run_id for item in second.items] == ["done-2", "done-1"]
