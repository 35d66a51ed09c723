"""Moving a run to another process, whose runtime has the other engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Run, Workflow, step
from playhead.errors import RunInterrupted

from .cases import case
from .next_process import PATIENCE, RUN, Hold
from .shared_place import SharedPlace

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def effects() -> Calls:
    """How often the side effect of each step has happened."""
    return Counter()


def ordering(effects: Calls, hold: Hold) -> Any:
    """Reserve, ask for approval, charge (which stops at ``hold`` before its effect), ship."""

    @step(id="reserve")
    async def reserve(data: Data, ctx: Context[Any]) -> Data:
        effects["reserve"] += 1
        ctx.set_state(reserved=data["count"])
        return data

    @step(id="approve")
    async def approve(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({"count": data["count"]}, label="manager")
        effects["approve"] += 1
        return {**data, "approved_by": ctx.resume_data}

    @step(id="charge")
    async def charge(data: Data) -> Data:
        await hold.here()
        effects["charge"] += 1
        return data

    @step(id="ship")
    async def ship(data: Data, ctx: Context[Any]) -> Data:
        effects["ship"] += 1
        return {**data, "shipped": ctx.state["reserved"], "tenant": ctx.request["tenant"]}

    return Workflow("ordering").then(reserve).then(approve).then(charge).then(ship).commit()


async def interrupted(call: Any, hold: Hold) -> asyncio.Future[Any]:
    """Make the call, and wait until it has come to ``hold``."""
    task = asyncio.ensure_future(call)
    await hold.is_reached()
    return task


@case("MOVE-01")
async def test_a_run_is_begun_in_one_process_answered_in_a_second_and_finished_in_a_third(
    place: SharedPlace, effects: Calls
) -> None:
    async with place.runtime():
        first = await ordering(effects, Hold()).create_run(run_id=RUN).start({"count": 3}, request={"tenant": "acme"})
        assert first.status == "suspended"

    hold = Hold()
    async with place.runtime(engine=place.other_engine):
        run = ordering(effects, hold).create_run(run_id=RUN)
        second = await interrupted(run.resume("Ada", label="manager"), hold)
    with pytest.raises(RunInterrupted):
        await second

    hold.open()
    async with place.runtime(workflows=[ordering(effects, hold)]) as runtime:
        (run,) = (await runtime.recover(wait=True)).runs
        result = await run.snapshot()

    assert result.status == "success"
    assert result.output == {"count": 3, "approved_by": "Ada", "shipped": 3, "tenant": "acme"}
    assert effects == {"reserve": 1, "approve": 1, "charge": 1, "ship": 1}


def shape(kind: str, executed: list[str], hold: Hold) -> Any:
    """A workflow whose body stops at ``hold`` when it is given 2, after others have finished."""

    def noting(step_id: str) -> Any:
        @step(id=step_id)
        async def note(data: Any) -> Any:
            given = data if isinstance(data, int) else 0
            if given == 2 or step_id == "held":
                await hold.here()
            executed.append(f"{step_id}:{given}")
            return given + 1

        return note

    flow = Workflow(f"moves-{kind}")
    if kind == "parallel":
        flow = flow.parallel(noting("quick"), noting("held"))
    elif kind == "foreach":
        flow = flow.map(lambda data: [0, 1, 2, 3]).foreach(noting("item"))
    elif kind == "loop":
        flow = flow.dountil(noting("turn"), lambda output: output >= 4)
    else:
        inner = Workflow("inner").then(noting("before")).then(noting("held")).then(noting("after")).commit()
        flow = flow.then(inner)
    return flow.then(noting("last")).commit()


WHOLE = {
    "parallel": {"quick:0", "held:0", "last:0"},
    "foreach": {"item:0", "item:1", "item:2", "item:3", "last:0"},
    "loop": {"turn:0", "turn:1", "turn:2", "turn:3", "last:4"},
    "nested": {"before:0", "held:1", "after:2", "last:3"},
}
"""What each shape executes."""


async def finishing(run: Run, step_id: str) -> None:
    """Wait until the step has finished, as its log says."""
    async with asyncio.timeout(PATIENCE):
        async for event in run.observe():
            if (event.type, event.step_id) == ("step-succeeded", step_id):
                return


@case("MOVE-02")
@pytest.mark.parametrize("kind", list(WHOLE))
async def test_a_run_that_dies_in_the_middle_of_a_block_is_finished_by_the_other_engine(
    place: SharedPlace, kind: str
) -> None:
    executed: list[str] = []
    hold = Hold()
    async with place.runtime():
        run = shape(kind, executed, hold).create_run(run_id=RUN)
        start = await interrupted(run.start(0), hold)
        if kind == "parallel":
            await finishing(run, "quick")
    with pytest.raises(RunInterrupted):
        await start

    hold.open()
    async with place.runtime(engine=place.other_engine):
        result = await shape(kind, executed, hold).create_run(run_id=RUN).restart()

    assert result.status == "success"
    assert sorted(executed) == sorted(WHOLE[kind])


@case("MOVE-03")
async def test_whoever_waits_for_a_run_hears_of_the_answer_that_another_process_gave(
    place: SharedPlace, effects: Calls
) -> None:
    hold = Hold()
    hold.open()
    async with place.runtime() as one, place.runtime(engine=place.other_engine) as another:
        watched = ordering(effects, hold).create_run(run_id=RUN, runtime=one)
        await watched.start({"count": 1}, request={"tenant": "acme"})
        result = await ordering(effects, hold).create_run(run_id=RUN, runtime=another).resume("Ada", label="manager")

        assert (await watched.snapshot()).output == result.output
        assert [event.type async for event in watched.observe()][-1] == "run-succeeded"
    assert effects == {"reserve": 1, "approve": 1, "charge": 1, "ship": 1}
