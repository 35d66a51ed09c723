"""F14, and the lease itself: a step may take longer than a lease, and a replaced owner leaves its successor's alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playhead import MemoryStore, Runtime, Workflow, step
from playhead.engines import leases
from playhead.engines.effects import Clock, fresh_owner
from playhead.errors import StoreLocked
from playhead.stores.port import Lease
from tests.faults.runs import children, long_steps
from tests.faults.runs.campaigns import answer_of
from tests.faults.runs.conftest import Tell

RUNS = 200
RUNS_EVERY_DAY = 10

RUN = "run"
LEASE = 0.03  # seconds
BEAT = LEASE / leases.BEATS


@pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")
def test_a_step_of_four_leases_runs_once_while_its_owner_lives(campaign: bool, tell: Tell) -> None:
    runs = RUNS if campaign else RUNS_EVERY_DAY
    answer = answer_of(long_steps, runs)
    tell("F14", **answer["figures"], broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert answer["figures"]["executions"] == runs
    assert answer["figures"]["attempts"] > runs, "nobody tried to take the runs up"


class Keeper:
    """Somebody who renews a lease, as the owner of a run does; ``ours`` is what the log says of the run."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.owner, self.ours = store, fresh_owner(), True
        self.asked = asyncio.Event()

    async def is_ours(self) -> bool:
        self.asked.set()
        return self.ours

    async def keep(self) -> None:
        await leases.keep(self.store, RUN, self.owner, Clock(), LEASE, self.is_ours)

    async def has_it(self) -> bool:
        lease = await self.store.lease(RUN)
        return lease is not None and lease.owner == self.owner


async def test_an_owner_that_wakes_up_late_leaves_the_lease_of_its_successor_alone() -> None:
    store = MemoryStore()
    successor, zombie = Keeper(store), Keeper(store)
    renewing = asyncio.create_task(successor.keep())
    await successor.asked.wait()
    await asyncio.sleep(0)
    assert await successor.has_it()

    zombie.ours = False  # the log says so since the successor claimed the run
    await zombie.keep()
    assert await successor.has_it()
    renewing.cancel()


async def test_a_successor_replaces_what_a_living_predecessor_left_behind() -> None:
    store = MemoryStore()
    predecessor, successor = Keeper(store), Keeper(store)
    for keeper in (predecessor, successor):
        leases.LIVING.add(keeper.owner)
    await store.swap_lease(RUN, None, Lease(predecessor.owner, "host", 1, 0.0, Clock().now() + 60))
    renewing = asyncio.create_task(successor.keep())
    await asyncio.sleep(3 * BEAT)
    assert await successor.has_it()
    assert not renewing.done()
    renewing.cancel()
    leases.LIVING.difference_update({predecessor.owner, successor.owner})


class BusyStore(MemoryStore):
    """A store that is busy for the first few changes of a lease."""

    busy = 3

    async def swap_lease(self, run_id: str, expected: Lease | None, new: Lease | None) -> bool:
        if self.busy:
            self.busy -= 1
            raise StoreLocked("Somebody has the store (a test says so).")
        return await super().swap_lease(run_id, expected, new)


async def test_an_owner_goes_on_renewing_when_the_store_was_busy_for_a_while(caplog: Any) -> None:
    keeper = Keeper(BusyStore())
    renewing = asyncio.create_task(keeper.keep())
    async with asyncio.timeout(5.0):
        while not await keeper.has_it():  # noqa: ASYNC110 - a lease sets no event
            await asyncio.sleep(BEAT)
    renewing.cancel()
    assert caplog.text.count("could not be renewed: Somebody has the store") == 3


class DeafStore(MemoryStore):
    """A store that does not answer when it is asked for a lease."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def lease(self, run_id: str) -> Lease | None:
        self.asked.set()
        await asyncio.Event().wait()
        return None


async def test_who_waits_for_a_run_is_told_even_if_it_is_cancelled_while_it_gives_its_lease_back() -> None:
    store, begun = DeafStore(), asyncio.Event()

    @step(id="long")
    async def long(n: int) -> int:
        begun.set()
        await asyncio.Event().wait()
        return n

    async with Runtime(store) as runtime:
        run = Workflow("long").then(long).commit().create_run(run_id="run", runtime=runtime)
        start = asyncio.create_task(run.start(1))
        await begun.wait()
        drive = runtime.drive_of("run")
        assert drive is not None
        drive.task.cancel()
        await store.asked.wait()
        drive.task.cancel()
        told, _ = await asyncio.wait({start}, timeout=1.0)  # seconds, for what takes a turn of the loop
        start.cancel()
        assert told == {start}
        assert start.cancelled()
