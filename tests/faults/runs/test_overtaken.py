"""What others write to a log while its owner is about to: nothing of theirs, and nothing of ours, gets lost."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from playhead import Context, MemoryStore, Runtime, Workflow, step
from playhead.errors import StoreConflict, StoreFull
from playhead.machine import events as E
from playhead.runs.claims import Draft
from playhead.runs.drives import WATCH_DELAY
from playhead.stores.log import RunLog
from playhead.stores.port import RunSummary
from tests.faults.runs.invariants import log_of

PATIENCE = 5.0
"""Seconds after which something that should have happened at once counts as never happening."""


class SlowStore(MemoryStore):
    """A store whose answer to an append can be held back: it is there already, or not yet, and nobody was told."""

    def __init__(self, *, hold_before: bool = False) -> None:
        super().__init__()
        self.hold_at = 0
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self._hold_before = hold_before

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        held = after < self.hold_at <= after + len(frames)
        if held and self._hold_before:
            await self._hold()
        await super().append(run_id, after, frames, summary)
        if held and not self._hold_before:
            await self._hold()

    async def _hold(self) -> None:
        self.reached.set()
        await self.go_on.wait()


async def reached(event: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        await event.wait()


@step(id="one")
async def one(n: int) -> int:
    return n + 1


@step(id="two")
async def two(n: int) -> int:
    return n + 1


async def test_what_is_read_before_it_is_acknowledged_counts_once() -> None:
    store = SlowStore()
    store.hold_at = 4
    async with Runtime(store) as runtime:
        run = Workflow("slow").then(one).then(two).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await reached(store.reached)
        reading = asyncio.create_task(runtime.log_of("run").refresh())
        await asyncio.sleep(0)
        store.go_on.set()
        await reading
        assert (await start).output == 3
        assert [event.seq for event in await run.events()] == list(range(1, 7))
    log = await log_of(store, "run")
    assert (log.damage, len(log.events)) == ("", 6)


async def test_a_claim_that_is_long_under_way_leaves_the_loop_to_others() -> None:
    store = SlowStore()
    store.hold_at = 1
    async with Runtime(store) as runtime:
        run = Workflow("slow").then(one).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await reached(store.reached)
        began = time.monotonic()
        await asyncio.sleep(2 * WATCH_DELAY)  # by then the run has its helpers
        assert time.monotonic() - began < PATIENCE, "the loop was kept from everybody"
        assert await store.lease("run") is None, "nothing is ours yet"
        store.go_on.set()
        assert (await start).output == 2


async def test_a_run_goes_on_if_who_started_it_was_cancelled_while_it_was_claimed() -> None:
    store = SlowStore(hold_before=True)
    store.hold_at = 1
    async with Runtime(store) as runtime:
        run = Workflow("slow").then(one).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await reached(store.reached)
        start.cancel()
        await asyncio.wait([start])
        await asyncio.sleep(2 * WATCH_DELAY)  # by then the run has its helpers
        store.go_on.set()
        async with asyncio.timeout(PATIENCE):
            assert (await run.wait()).output == 2


@pytest.mark.parametrize("engine", ["direct", "evented"])
async def test_an_answer_that_comes_as_the_run_comes_to_rest_is_heard(engine: Any) -> None:
    store, hold = MemoryStore(), asyncio.Event()
    async with Runtime(store, engine=engine) as owner, Runtime(store) as other:
        run = asking_twice(hold).create_run(run_id="run", runtime=owner)
        await run.start(1)
        first = asyncio.create_task(run.resume("yes", label="a"))
        await asyncio.sleep(0.01)
        same = asking_twice(hold).create_run(run_id="run", runtime=other)
        second = asyncio.create_task(same.resume("no", label="b"))
        await asyncio.sleep(0)
        hold.set()  # a ends, and with it all that the owner knows of: to its mind the run is at rest
        async with asyncio.timeout(PATIENCE):
            assert (await first).output == (await second).output == {"a": "yes", "b": "no"}
    log = await log_of(store, "run")
    assert (log.damage, [event.seq for event in log.events]) == ("", list(range(1, len(log.frames) + 1)))


def asking_twice(hold: asyncio.Event) -> Workflow[Any, Any]:
    """Two arms of an inner workflow ask; the answer to a is worked at until ``hold`` is set."""

    def asking(id: str) -> Any:
        @step(id=id)
        async def ask(n: int, ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend(label=id)
            if id == "a":
                await hold.wait()
            return ctx.resume_data

        return ask

    return Workflow("asks").then(Workflow("inner").parallel(asking("a"), asking("b")).commit()).commit()


@pytest.mark.parametrize("engine", ["direct", "evented"])
async def test_of_two_answers_to_one_question_one_is_heard_also_if_the_owner_gives_the_other(engine: Any) -> None:
    store, hold = MemoryStore(), asyncio.Event()
    async with Runtime(store, engine=engine) as owner, Runtime(store) as other:
        run = asking_twice(hold).create_run(run_id="run", runtime=owner)
        await run.start(1)
        busy = asyncio.create_task(run.resume("yes", label="a"))  # so that the owner drives the run
        await asyncio.sleep(0.01)
        same = asking_twice(hold).create_run(run_id="run", runtime=other)
        heard = await asyncio.gather(
            same.answer("theirs", label="b"), run.answer("ours", label="b"), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in heard) == ["NoneType", "ResumeAlreadyClaimed"]
        hold.set()
        async with asyncio.timeout(PATIENCE):
            output = (await busy).output
    assert output == {"a": "yes", "b": "theirs" if heard[0] is None else "ours"}


@pytest.mark.parametrize("engine", ["direct", "evented"])
async def test_what_ends_while_an_answer_is_being_written_follows_it(engine: Any) -> None:
    store, hold = SlowStore(), asyncio.Event()
    async with Runtime(store, engine=engine) as runtime:
        run = asking_twice(hold).create_run(run_id="run", runtime=runtime)
        await run.start(1)
        busy = asyncio.create_task(run.resume("yes", label="a"))
        await asyncio.sleep(0.01)
        store.hold_at = runtime.log_of("run").snapshot.seq + 1
        answering = asyncio.create_task(run.answer("too", label="b"))
        await reached(store.reached)
        hold.set()
        await asyncio.sleep(0.01)
        store.go_on.set()
        await answering
        async with asyncio.timeout(PATIENCE):
            assert (await busy).output == {"a": "yes", "b": "too"}
    log = await log_of(store, "run")
    assert (log.damage, [event.seq for event in log.events]) == ("", list(range(1, len(log.frames) + 1)))


class WaitingStore(MemoryStore):
    """A store that lets one append wait; if it is ``full`` too, that is then refused."""

    def __init__(self, *, full: bool) -> None:
        super().__init__()
        self.full, self.waits = full, False
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        if self.waits:
            self.waits = False
            self.asked.set()
            await self.go_on.wait()
            if self.full:
                raise StoreFull("There is no space left (a test says so).")
        await super().append(run_id, after, frames, summary)


async def test_what_follows_a_refused_append_is_not_written_without_it() -> None:
    store, calls = WaitingStore(full=True), Counter[str]()
    late = asyncio.Event()

    def build() -> Workflow[Any, Any]:
        @step(id="quick")
        async def quick(n: int) -> int:
            calls["quick"] += 1
            store.waits = calls["quick"] == 1
            return n

        @step(id="later")
        async def later(n: int) -> int:
            await late.wait()
            return n

        return Workflow("refused").parallel(quick, later).commit()

    async with Runtime(store) as runtime:
        run = build().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await reached(store.asked)
        late.set()  # ends, and is recorded, while the store has not answered yet
        await asyncio.sleep(0.01)
        store.go_on.set()
        with pytest.raises(StoreFull):
            await start
        log = await log_of(store, "run")
        assert (log.damage, log.places(E.STEP_SUCCEEDED)) == ("", [])

        assert (await run.restart()).output == {"quick": 1, "later": 1}
    assert calls == {"quick": 2}


async def test_a_runtime_that_claimed_a_run_and_heard_nothing_may_take_it_up_at_once() -> None:
    class Deaf(MemoryStore):
        async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: Any = None) -> None:
            await super().append(run_id, after, frames, summary)
            if after == 0:
                raise StoreFull("The answer was lost (a test says so).")

    async with Runtime(Deaf()) as runtime:
        run = Workflow("deaf").then(one).commit().create_run(run_id="run", runtime=runtime)
        with pytest.raises(StoreFull):
            await run.start(1)
        assert (await run.restart()).output == 2


async def test_what_was_decided_before_somebody_read_on_is_refused() -> None:
    store = MemoryStore()
    async with Runtime(store) as runtime:
        run = Workflow("stale").then(one).commit().create_run(run_id="run", runtime=runtime)
        await run.start(1)
        log = runtime.log_of("run")
        with pytest.raises(StoreConflict):
            await log.append(Draft(log.at(2), 0.0).add(E.RUN_CANCELING).news)
        assert (await log_of(store, "run")).places(E.RUN_CANCELING) == []


async def test_what_was_decided_before_the_log_was_laid_anew_is_refused_though_its_number_fits() -> None:
    store = MemoryStore()
    ours, other = RunLog(store, "run"), RunLog(store, "run")
    await ours.append(Draft(ours.snapshot, 0.0).add(E.RUN_STARTED, workflow="laid-anew", owner="ours").news)
    ours.extend(Draft(ours.snapshot, 0.0).add(E.RUN_SUSPENDED).news)  # put off
    seen = ours.snapshot
    await other.append(Draft(await other.refresh(), 0.0).add(E.RUN_RESUMED, targets=[]).news)
    assert (await ours.refresh()).seq == seen.seq
    with pytest.raises(StoreConflict):
        await ours.append(Draft(seen, 0.0).add(E.RUN_CANCELING).news)


async def test_what_a_replaced_owner_had_not_written_yet_is_dropped() -> None:
    store, late = WaitingStore(full=False), asyncio.Event()

    @step(id="quick")
    async def quick(n: int) -> int:
        store.waits = True
        return n

    @step(id="later")
    async def later(n: int) -> int:
        await late.wait()
        return n

    async with Runtime(store) as runtime:
        run = Workflow("replaced").parallel(quick, later).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await reached(store.asked)
        late.set()  # ends while the append of the other's end is under way
        await asyncio.sleep(0.01)
        successor = RunLog(store, "run")
        claim = Draft(await successor.refresh(), 0.0).add(E.RUN_CLAIMED, owner="host|1|0|successor")
        await successor.append(claim.news)  # one event, as many as were to be written
        store.go_on.set()
        while (driven := runtime.drive_of("run")) is not None:
            await asyncio.wait([driven.task])
        start.cancel()
    log = await log_of(store, "run")
    assert (log.damage, log.events[-1].type, log.places(E.STEP_SUCCEEDED)) == ("", E.RUN_CLAIMED, [])


async def test_a_body_that_gives_up_waiting_for_what_it_writes_does_not_end_the_run() -> None:
    store = SlowStore()
    store.hold_at = 3  # what the body writes
    gave_up = asyncio.Event()

    @step(id="writes")
    async def writes(n: int, ctx: Context[Any]) -> int:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ctx.write("chunk"), 0.05)
        gave_up.set()
        return n

    async with Runtime(store) as runtime:
        start = asyncio.create_task(
            Workflow("writing").then(writes).commit().create_run(run_id="run", runtime=runtime).start(1)
        )
        await reached(gave_up)
        store.go_on.set()
        assert (await start).status == "success"


async def test_a_thread_that_waits_for_what_it_writes_is_told_that_the_store_refused() -> None:
    class Full(MemoryStore):
        async def append(
            self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None
        ) -> None:
            if after == 2:  # what the body writes
                raise StoreFull("There is no space left (a test says so).")
            await super().append(run_id, after, frames, summary)

    told = threading.Event()

    @step(id="writes")
    def writes(n: int, ctx: Context[Any]) -> None:
        try:
            ctx.write("chunk").wait()
        finally:
            told.set()

    async with Runtime(Full()) as runtime:
        run = Workflow("writing").then(writes).commit().create_run(run_id="run", runtime=runtime)
        with pytest.raises(StoreFull):
            await run.start(1)
        assert await asyncio.to_thread(told.wait, PATIENCE)


async def test_keys_that_are_never_stored_outlive_the_cancelling_of_who_started_the_run() -> None:
    store = SlowStore(hold_before=True)
    store.hold_at = 1

    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> str:
        if not ctx.resumed:
            ctx.suspend()
        return str(ctx.request["token"])

    async with Runtime(store, transient_request=["token"]) as runtime, asyncio.timeout(PATIENCE):
        run = Workflow("asking").then(ask).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1, request={"token": "secret"}))
        await reached(store.reached)
        start.cancel()
        await asyncio.wait([start])
        store.go_on.set()
        assert (await run.wait()).status == "suspended"
        assert (await run.resume("yes")).output == "secret"
