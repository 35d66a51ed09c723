"""What arrives twice, late or from a dead owner changes nothing (catalogue B, 1.13: redelivery and fencing).

The reference redelivers messages of its bus. There is no bus here: what can be repeated is a write to the
log, by a stale owner, and a call that asks for a run to go on, by a second process.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Runtime, Workflow, step
from playhead.engines.effects import fresh_owner
from playhead.errors import StoreConflict, WorkflowError
from playhead.stores.port import Lease, Store

from .cases import case
from .next_process import PATIENCE, RUN, Hold
from .shared_place import SharedPlace

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def approving(calls: Calls, hold: Hold) -> Any:
    """A quick step, a step that asks, and a step that stops at ``hold``."""

    @step(id="quick")
    async def quick(data: Data) -> Data:
        calls["quick"] += 1
        return data

    @step(id="approve")
    async def approve(data: Data, ctx: Context[Any]) -> Data:
        calls["approve"] += 1
        if not ctx.resumed:
            ctx.suspend({"reason": "approval"})
        return {"approved": ctx.resume_data}

    @step(id="held")
    async def held(data: Data) -> Data:
        calls["held"] += 1
        await hold.here()
        return data

    return Workflow("redelivered").then(quick).then(approve).then(held).commit()


async def repeat_every_write(store: Store) -> None:
    """Append each suffix of the run's log again where it once was appended, and see every one refused."""
    log = await store.read(RUN)
    for seq in range(len(log)):
        with pytest.raises(StoreConflict):
            await store.append(RUN, seq, log[seq:])
    assert await store.read(RUN) == log


@case("REDEL-01", "REDEL-05")
async def test_writes_repeated_while_a_step_waits_change_nothing(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    hold.open()
    async with place.runtime() as runtime, place.opened() as store:
        run = approving(calls, hold).create_run(run_id=RUN)
        await run.start({})
        await repeat_every_write(store)

        with pytest.raises(WorkflowError) as refused:  # nor does a second process find anything to do
            await approving(calls, hold).create_run(run_id=RUN).restart()
        assert refused.value.code == "not-active"
        assert calls == {"quick": 1, "approve": 1}
        waiting = (await runtime.get(RUN)).steps["approve"]
        assert waiting.status == "suspended"
        assert waiting.suspend_payload == {"reason": "approval"}

        result = await run.resume(True)
    assert result.status == "success"
    assert result.output == {"approved": True}


@case("REDEL-02", "REDEL-03")
async def test_writes_repeated_after_a_step_finished_do_not_run_it_or_the_next_again(
    place: SharedPlace, calls: Calls
) -> None:
    hold = Hold()
    async with place.runtime() as runtime, place.opened() as store:
        run = approving(calls, hold).create_run(run_id=RUN)
        await run.start({"value": 1})
        resumed = asyncio.ensure_future(run.resume(True))
        await hold.is_reached()
        await repeat_every_write(store)

        assert (await runtime.get(RUN)).steps["approve"].output == {"approved": True}
        hold.open()
        assert (await resumed).status == "success"
        await repeat_every_write(store)
    assert calls == {"quick": 1, "approve": 2, "held": 1}


@case("REDEL-04")
async def test_asking_again_for_a_run_that_is_driven_neither_runs_nor_writes_anything(
    place: SharedPlace, calls: Calls
) -> None:
    hold = Hold()

    @step(id="held")
    async def held(data: Data) -> Data:
        calls["held"] += 1
        await hold.here()
        return data

    flow = Workflow("driven").then(held).commit()
    async with place.runtime(workflows=[flow]) as a, place.runtime(workflows=[flow]) as b:
        start = asyncio.ensure_future(flow.create_run(run_id=RUN, runtime=a).start({}))
        await hold.is_reached()
        watching = flow.create_run(run_id=RUN, runtime=b)
        before = await watching.events()

        for runtime in (a, b):
            with pytest.raises(WorkflowError) as refused:
                await flow.create_run(run_id=RUN, runtime=runtime).restart()
            assert refused.value.code == "still-running"
            await runtime.recover()
        assert await watching.events() == before

        hold.open()
        assert (await start).status == "success"
    assert calls == {"held": 1}


@case("REDEL-06")
async def test_a_write_beyond_the_end_of_the_log_is_refused(place: SharedPlace, calls: Calls) -> None:
    async with place.runtime(), place.opened() as store:
        await approving(calls, Hold()).create_run(run_id=RUN).start({})
        log = await store.read(RUN)

        with pytest.raises(StoreConflict) as refused:
            await store.append(RUN, len(log) + 1, log[-1:])
        assert (refused.value.expected, refused.value.actual) == (len(log) + 1, len(log))
        assert await store.read(RUN) == log


def holding(calls: Calls, hold: Hold) -> Any:
    @step(id="held")
    async def held(data: Data) -> Data:
        calls["held"] += 1
        await hold.here()
        return {"by": calls["held"]}

    return Workflow("held-flow").then(held).commit()


@case("FENCE-01")
async def test_of_two_processes_that_recover_a_run_at_once_one_takes_it_up(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    flow = holding(calls, hold)
    async with place.runtime():
        start = asyncio.ensure_future(flow.create_run(run_id=RUN).start({}))
        await hold.is_reached()
    with pytest.raises(WorkflowError):
        await start
    hold.open()
    calls.clear()

    async with place.runtime(workflows=[flow]) as a, place.runtime(workflows=[flow]) as b:
        await asyncio.gather(a.recover(wait=True), b.recover(wait=True))
        async with asyncio.timeout(PATIENCE):
            async for _ in flow.create_run(run_id=RUN, runtime=b).observe():
                pass
        assert (await b.get(RUN)).status == "success"
        await asyncio.gather(a.recover(wait=True), b.recover(wait=True))
    assert calls == {"held": 1}


async def test_a_run_is_abandoned_when_nobody_drives_it_any_more_and_not_before(
    place: SharedPlace, calls: Calls
) -> None:
    hold = Hold()
    flow = holding(calls, hold)
    async with place.runtime(workflows=[flow]) as looking:
        async with place.runtime() as driving:
            start = asyncio.ensure_future(flow.create_run(run_id=RUN, runtime=driving).start({}))
            await hold.is_reached()
            assert await driving.abandoned() == []
            assert await looking.abandoned() == []
        with pytest.raises(WorkflowError):
            await start
        assert await looking.abandoned() == [RUN]
        hold.open()
        await looking.recover(wait=True)
        assert await looking.abandoned() == []


def dead_owner() -> str:
    """The name of a runtime whose process has ended, and been waited for, so that its number is nobody's any more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    host, _, started, nonce = fresh_owner().split("|")
    return "|".join((host, str(process.pid), started, nonce))


def lease_of(owner: str) -> Lease:
    """A lease that runs for another minute."""
    host, pid, *_ = owner.split("|")
    return Lease(owner, host, int(pid), 0.0, time.time() + 60)


def of_a_dead_process(runtime: Runtime) -> Runtime:
    """The runtime, so named that for everybody else its process is gone; it goes on all the same, as a zombie does."""
    runtime.env = runtime.env._replace(owner=dead_owner())
    return runtime


@case("FENCE-03")
@pytest.mark.parametrize("with_lease", [True, False], ids=["leased", "unleased"])
async def test_the_lease_of_a_dead_process_does_not_stop_the_next_one(
    place: SharedPlace, calls: Calls, with_lease: bool
) -> None:
    hold = Hold()
    flow = holding(calls, hold)
    async with of_a_dead_process(place.runtime()) as dead, place.opened() as store:
        start = asyncio.ensure_future(flow.create_run(run_id=RUN).start({}))
        await hold.is_reached()
    with pytest.raises(WorkflowError):
        await start

    async with place.runtime(), place.opened() as store:
        left = lease_of(dead.env.owner) if with_lease else None
        assert await store.swap_lease(RUN, await store.lease(RUN), left)
        hold.open()
        calls.clear()
        result = await flow.create_run(run_id=RUN).restart()  # fine print 57
    assert result.status == "success"
    assert calls == {"held": 1}


@case("FENCE-05")
async def test_a_step_whose_lease_was_lost_still_finishes_when_nobody_took_over(
    place: SharedPlace, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    hold = Hold()
    flow = holding(calls, hold)
    async with place.runtime(lease=0.06) as runtime, place.runtime() as other, place.opened() as store:
        start = asyncio.ensure_future(flow.create_run(run_id=RUN, runtime=runtime).start({}))
        await hold.is_reached()
        async with asyncio.timeout(PATIENCE):
            while (ours := await store.lease(RUN)) is None:  # noqa: ASYNC110 - a lease sets no event
                await asyncio.sleep(0.01)
        theirs = lease_of(other.env.owner)
        assert await store.swap_lease(RUN, ours, theirs)
        async with asyncio.timeout(PATIENCE):
            while "lease of run 'the-run' was lost" not in caplog.text:  # noqa: ASYNC110 - a log record sets no event
                await asyncio.sleep(0.01)
        assert await store.lease(RUN) == theirs

        hold.open()
        assert (await start).output == {"by": 1}
        assert await store.lease(RUN) == theirs
    assert caplog.text.count("was lost") == 1
    assert calls == {"held": 1}


@case("FENCE-06")
async def test_a_late_result_of_an_owner_that_was_replaced_is_not_recorded(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    flow = holding(calls, hold)
    async with (
        of_a_dead_process(place.runtime()) as zombie,
        place.runtime() as next_owner,
        place.opened() as store,
    ):
        start = asyncio.ensure_future(flow.create_run(run_id=RUN, runtime=zombie).start({}))
        await hold.is_reached()

        second_hold = Hold()
        second_hold.open()
        result = await holding(calls, second_hold).create_run(run_id=RUN, runtime=next_owner).restart()
        assert result.output == {"by": 2}
        log = await store.read(RUN)

        hold.open()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(start, return_exceptions=True)
        assert await store.read(RUN) == log
        assert (await next_owner.get(RUN)).output == {"by": 2}
    assert calls == {"held": 2}
