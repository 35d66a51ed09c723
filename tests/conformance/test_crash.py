"""Crashes in the middle of steps, blocks, items and sleeps, and the host that goes on (catalogue B, 1.13)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playhead import Context, Workflow, step

from .cases import case
from .conftest import World
from .next_process import PATIENCE, RUN, Hold, answer, die_at

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def chain(calls: Calls, hold: Hold) -> Any:
    """Three steps; the second stops at ``hold``."""

    @step(id="step1")
    def step1(data: Data) -> Data:
        calls["step1"] += 1
        return {"value": data["value"] + 1}

    @step(id="step2")
    async def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        await hold.here()
        return {"value": data["value"] * 10, "restarted": ctx.restarted}

    @step(id="step3")
    def step3(data: Data, ctx: Context[Any]) -> Data:
        calls["step3"] += 1
        return {**data, "step3_restarted": ctx.restarted}

    return Workflow("crashes").then(step1).then(step2).then(step3).commit()


@case("CRASH-01")
async def test_while_a_step_runs_the_store_says_so(world: World, calls: Calls) -> None:
    hold = Hold()
    start = asyncio.ensure_future(chain(calls, hold).create_run(run_id=RUN).start({"value": 1}))
    await hold.is_reached()

    stored = await world.runtime.get(RUN)
    assert stored.status == "running"
    assert stored.steps["step1"].status == "success"
    assert stored.steps["step1"].output == {"value": 2}
    assert stored.steps["step2"].status == "running"
    assert stored.steps["step2"].input == {"value": 2}
    assert stored.steps["step2"].started_at is not None
    assert "step3" not in stored.steps

    hold.open()
    assert (await start).status == "success"


@case("CRASH-02", "CRASH-12", "NOCONS-02")
async def test_only_the_step_in_flight_runs_again_and_knows_it(world: World, calls: Calls) -> None:
    hold = Hold()
    await die_at(hold, world, chain(calls, hold).create_run(run_id=RUN).start({"value": 1}))
    assert (await world.runtime.get(RUN)).status == "running"
    calls.clear()

    result = await chain(calls, hold).create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.output == {"value": 20, "restarted": True, "step3_restarted": False}
    assert result.steps["step2"].input == {"value": 2}
    assert calls == {"step2": 1, "step3": 1}


@case("CRASH-08", "REDEL-03")
async def test_a_second_crash_at_the_same_place_still_replays_nothing(world: World, calls: Calls) -> None:
    first, second = Hold(), Hold()
    await die_at(first, world, chain(calls, first).create_run(run_id=RUN).start({"value": 1}))
    await die_at(second, world, chain(calls, second).create_run(run_id=RUN).restart())
    calls.clear()

    result = await chain(calls, second).create_run(run_id=RUN).restart()

    assert result.output["value"] == 20
    assert calls == {"step2": 1, "step3": 1}


@case("CRASH-03")
async def test_only_the_unfinished_arm_runs_again(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="quick")
        async def quick(data: Data) -> Data:
            calls["quick"] += 1
            return {"arm": "quick"}

        @step(id="slow")
        async def slow(data: Data) -> Data:
            calls["slow"] += 1
            await hold.here()
            return {"arm": "slow"}

        return Workflow("crashes-in-parallel").parallel(quick, slow).commit()

    stream = build().create_run(run_id=RUN).stream({})
    async for event in stream:
        if event.type == "step-succeeded":
            break
    await die_at(hold, world, stream.result)
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.output == {"quick": {"arm": "quick"}, "slow": {"arm": "slow"}}
    assert calls == {"slow": 1}


@case("CRASH-04")
async def test_only_the_items_that_did_not_finish_run_again(world: World) -> None:
    executed: list[int] = []
    hold = Hold()

    def build() -> Any:
        @step(id="item")
        async def item(data: int) -> int:
            executed.append(data)
            if data == 2:
                await hold.here()
            return data * 10

        return Workflow("crashes-in-foreach").foreach(item).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start([0, 1, 2, 3]))
    assert executed == [0, 1, 2]
    executed.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert executed == [2, 3]
    assert result.output == [0, 10, 20, 30]


@case("CRASH-05")
async def test_steps_before_a_nested_workflow_do_not_run_again(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        @step(id="before")
        def before(data: Data) -> Data:
            calls["before"] += 1
            return data

        return Workflow("outer").then(before).then(chain(calls, hold)).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start({"value": 1}))
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.output["value"] == 20
    assert calls == {"step2": 1, "step3": 1}


def adding_to(key: str, amount: int = 1) -> Any:
    @step(id=f"add-{key}")
    async def add(data: Any, ctx: Context[Any]) -> Any:
        ctx.set_state({key: ctx.state[key] + amount})
        return data

    return add


def reading(seen: list[Data], hold: Hold) -> Any:
    @step(id="read")
    async def read(ctx: Context[Any]) -> None:
        seen.append(dict(ctx.state))
        ctx.set_state(second=99)
        await hold.here()

    return read


@case("CRASH-06")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one-step", {"first": 1, "second": 0}),
        ("parallel", {"first": 1, "second": 1}),
        ("foreach", {"first": 6, "second": 0}),
    ],
)
async def test_a_restarted_step_sees_the_state_after_the_last_finished_one(
    world: World, before: str, after: Data
) -> None:
    hold, seen = Hold(), list[Data]()

    @step(id="item")
    async def add_item(data: int, ctx: Context[Any]) -> int:
        ctx.set_state(first=ctx.state["first"] + data)
        return data

    def build() -> Any:
        flow = Workflow("crashes-with-state")
        if before == "one-step":
            flow = flow.then(adding_to("first"))
        elif before == "parallel":
            flow = flow.parallel(adding_to("first"), adding_to("second"))
        else:
            flow = flow.foreach(add_item)
        return flow.then(reading(seen, hold)).commit()

    start = build().create_run(run_id=RUN).start([1, 2, 3], state={"first": 0, "second": 0})
    await die_at(hold, world, start)
    assert (await world.runtime.get(RUN)).state == after
    result = await build().create_run(run_id=RUN).restart()

    assert seen == [after, after]
    assert result.state == {**after, "second": 99}


@case("CRASH-07")
@pytest.mark.parametrize("nested", [False, True], ids=["outer", "nested"])
async def test_a_run_that_dies_while_judging_its_first_branch_starts_from_its_input(
    world: World, nested: bool, calls: Calls
) -> None:
    hold = Hold()

    def build() -> Any:
        async def is_big(data: Data, ctx: Context[Any]) -> bool:
            calls["judged"] += 1
            await hold.here()
            return bool(data["value"] > 10 and ctx.input_data == {"value": 42})

        @step(id="big")
        def big(data: Data) -> Data:
            calls["big"] += 1
            return {"big": data["value"]}

        @step(id="small")
        def small(data: Data) -> Data:
            calls["small"] += 1
            return {"small": data["value"]}

        @step(id="later-1")
        def later_1(data: Data) -> Data:
            calls["later-1"] += 1
            return data

        branching = Workflow("branching").branch((is_big, big), (lambda data: False, small))
        flow = branching.parallel(later_1, later_1.as_("later-2")).commit()
        return Workflow("around").then(flow).commit() if nested else flow

    await die_at(hold, world, build().create_run(run_id=RUN).start({"value": 42}))
    calls.clear()
    result = await build().create_run(run_id=RUN).restart()

    arms = {"big": {"big": 42}}
    assert result.output == {"later-1": arms, "later-2": arms}
    assert calls == {"judged": 1, "big": 1, "later-1": 2}


@case("CRASH-09")
async def test_a_step_that_dies_while_resumed_is_resumed_again_with_the_same_answer(world: World) -> None:
    hold = Hold()
    answers: list[tuple[bool, Any, Any]] = []

    def build() -> Any:
        @step(id="gate")
        async def gate(data: Data, ctx: Context[Any]) -> Data:
            if not ctx.resumed:
                ctx.suspend({"question": "go on?"})
            answers.append((ctx.resumed, ctx.resume_data, ctx.suspend_data))
            await hold.here()
            return {"approved": ctx.resume_data}

        nested = Workflow("nested").then(gate).commit()
        return Workflow("crashes-while-resumed").then(nested).commit()

    await build().create_run(run_id=RUN).start({})
    await world.restart()
    await die_at(hold, world, build().create_run(run_id=RUN).resume(False, step=("nested", "gate")))
    stored = await world.runtime.get(RUN)
    assert stored.steps["nested.gate"].resume_data is False
    result = await build().create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert result.output == {"approved": False}
    assert answers == [(True, False, {"question": "go on?"})] * 2


@case("CRASH-09")
async def test_after_a_crash_only_the_arm_that_was_resumed_runs(world: World, calls: Calls) -> None:
    hold = Hold()

    def build() -> Any:
        def asking(step_id: str) -> Any:
            @step(id=step_id)
            async def ask(data: Data, ctx: Context[Any]) -> Any:
                calls[step_id] += 1
                if not ctx.resumed:
                    ctx.suspend({})
                await hold.here()
                return ctx.resume_data

            return ask

        nested = Workflow("nested").parallel(asking("a"), asking("b")).commit()
        return Workflow("crashes-in-arm").then(nested).commit()

    await build().create_run(run_id=RUN).start({})
    await world.restart()
    await die_at(hold, world, build().create_run(run_id=RUN).resume("yes", step=("nested", "a")))
    calls.clear()
    first = await build().create_run(run_id=RUN).restart()

    assert first.status == "suspended"
    assert first.suspended == [("nested", "b")]
    assert calls == {"a": 1}
    result = await answer(world, build(), "no", step=("nested", "b"))
    assert result.output == {"a": "yes", "b": "no"}


@case("CRASH-10")
@pytest.mark.parametrize("kind", ["sleep", "sleep-until"])
async def test_a_run_that_dies_asleep_is_recovered_and_its_sleep_not_begun_again(
    world: World, calls: Calls, kind: str
) -> None:
    def build() -> Any:
        def seconds(data: Data) -> float:
            calls["asked how long"] += 1
            return 0.1

        def moment(data: Data) -> datetime:
            return datetime.now(UTC) + timedelta(seconds=seconds(data))

        @step(id="before")
        def before(data: Data) -> Data:
            calls["before"] += 1
            return data

        @step(id="after")
        def after(data: Data) -> Data:
            calls["after"] += 1
            return data

        flow = Workflow("crashes-asleep").then(before)
        flow = flow.sleep(seconds, id="nap") if kind == "sleep" else flow.sleep_until(moment, id="nap")
        return flow.then(after).commit()

    stream = build().create_run(run_id=RUN).stream({})
    async for event in stream:
        if event.type == "step-waiting":
            break
    await world.restart(workflows=[build()])
    asleep = (await world.runtime.get(RUN)).steps["nap"]
    assert asleep.status == "waiting"
    async with asyncio.timeout(PATIENCE):
        await world.runtime.recover(wait=True)
    result = await world.runtime.get(RUN)

    assert result.status == "success"
    assert result.steps["nap"].started_at == asleep.started_at
    assert calls == {"before": 1, "asked how long": 1, "after": 1}


@case("CRASH-11")
async def test_opening_a_runtime_does_not_take_up_runs_by_itself(world: World, calls: Calls) -> None:
    hold = Hold()
    start = chain(calls, hold).create_run(run_id=RUN).start({"value": 1})
    await die_at(hold, world, start, workflows=[chain(calls, hold)])
    calls.clear()
    await asyncio.sleep(0.05)

    assert calls == {}  # fine print 56
    assert (await world.runtime.get(RUN)).status == "running"
