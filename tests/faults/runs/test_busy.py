"""F8: somebody else has the store, at any append of a run: it waits, or is told who, and the run goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from playhead import Runtime
from playhead.errors import StoreLocked
from playhead.stores.port import RunSummary
from tests.faults.runs.conftest import Tell
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import go_on
from tests.faults.runs.shapes import A_FEW, SHAPES, Shape

PATIENCE = 0.03  # seconds after which a call gives up
TICK = 0.005  # seconds
LONGEST = 0.05  # seconds that the loop may be held up


class HeldStore(WitnessedStore):
    """A store that somebody else takes just before the ``at``-th append, until it is given back."""

    def __init__(self, path: Path, ledger: Ledger, at: int, patience: float) -> None:
        super().__init__(path, ledger)
        self._access._lock_timeout = patience
        self.at, self.appends = at, 0
        self.holder: sqlite3.Connection | None = None
        self.taken = asyncio.Event()

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        self.appends += 1
        if self.appends == self.at:
            self.holder = sqlite3.connect(Path(self.name) / "cache.db", isolation_level=None)
            self.holder.execute("BEGIN IMMEDIATE")
            self.taken.set()
        await super().append(run_id, after, frames, summary)

    def give_back(self) -> None:
        assert self.holder is not None
        self.holder.close()


async def held_too_long(folder: Path, shape: Shape, at: int) -> tuple[bool, list[str]]:
    """Whether an ``at``-th append was refused, and what broke."""
    ledger = Ledger(folder / "ledger")
    store = HeldStore(folder / "store", ledger, at, PATIENCE)
    refused = False
    async with Runtime(store) as runtime:
        run = shape.build(ledger).create_run(run_id="run", runtime=runtime)
        try:
            await go_on(shape, run)
        except StoreLocked as error:
            refused = True
            assert "another part of this process" in str(error)
            store.give_back()
            await go_on(shape, run)
    return refused, await broken_in_run(folder / "store", shape, "run", ledger, kills=1)


@pytest.mark.parametrize("name", SHAPES)
async def test_held_for_too_long_at_any_append_a_run_is_told_and_goes_on_afterwards(
    tmp_path: Path, name: str, campaign: bool, tell: Tell
) -> None:
    broken, at, refused = [], 0, True
    while refused:
        at += 1 if campaign else 3
        (tmp_path / f"{at}").mkdir()
        refused, found = await held_too_long(tmp_path / f"{at}", SHAPES[name], at)
        broken += told(found, shape=name, at=at)
        tell("F8", runs=1, refused=refused, broken=len(found))
    assert broken == []
    assert at > 3  # at least one was refused


@pytest.mark.parametrize("name", A_FEW)
async def test_held_for_a_moment_a_run_waits_and_the_loop_goes_on(tmp_path: Path, name: str) -> None:
    shape, ledger = SHAPES[name], Ledger(tmp_path / "ledger")
    store = HeldStore(tmp_path / "store", ledger, 3, patience=5.0)
    async with Runtime(store) as runtime:
        run = shape.build(ledger).create_run(run_id="run", runtime=runtime)
        going = asyncio.create_task(go_on(shape, run))
        await store.taken.wait()
        ticks, busy = 0, time.process_time()
        while ticks < 20:
            await asyncio.sleep(TICK)
            ticks += 1
        # Of the processor's time, and not the clock's: a busy machine lets everybody wait.
        assert time.process_time() - busy < LONGEST
        assert not going.done()
        store.give_back()
        await going
    assert await broken_in_run(tmp_path / "store", shape, "run", ledger, kills=0) == []
