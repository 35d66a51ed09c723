"""F6: the disk is full, at any moment of a run: told by name, nothing acknowledged is lost, and the run goes on."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from playhead import Context, Runtime, Workflow, step
from playhead.errors import StoreFull
from playhead.stores.port import RunSummary
from tests.faults.runs.conftest import Tell
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import broken_in_log, broken_in_run, log_of, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import go_on
from tests.faults.runs.shapes import SHAPES, Flow, Shape

ENDLESS = 2**31 - 2  # pages; as many as SQLite takes


class TightStore(WitnessedStore):
    """A store whose database may grow by so many pages, until somebody makes room."""

    def __init__(self, path: Path, ledger: Ledger, room: int) -> None:
        super().__init__(path, ledger)
        self.room = room
        self.pages = 0

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        con = self._access._ready()._con
        self.pages = self.pages or con.execute("PRAGMA page_count").fetchone()[0]
        con.execute(f"PRAGMA max_page_count = {min(ENDLESS, self.pages + self.room)}")
        await super().append(run_id, after, frames, summary)

    def make_room(self) -> None:
        self.room = ENDLESS


def filler(id: str) -> bytes:
    """More than a page, that cannot be compressed."""
    return random.Random(id).randbytes(6000)


def fat(ledger: Ledger) -> Flow:
    """Each event takes more than a page; two arms end together."""

    def growing(id: str) -> Any:
        @step(id=id)
        async def grow(data: bytes, ctx: Context[Any]) -> bytes:
            ledger.effect(ctx)
            return data + filler(id)

        return grow

    arms = Workflow("fat").then(growing("a")).parallel(growing("b"), growing("c"))
    return arms.map(lambda both: both["b"] + both["c"], id="both").then(growing("d")).commit()


A = filler("x") + filler("a")
FAT = Shape("fat", fat, filler("x"), A + filler("b") + A + filler("c") + filler("d"), frozenset("abcd"))


async def fill_up(folder: Path, shape: Shape, room: int) -> tuple[int, list[str]]:
    """Drive a run with so much room; how often it was told that the disk is full, and what broke."""
    ledger, refused, broken = Ledger(folder / "ledger"), 0, []
    store = TightStore(folder / "store", ledger, room)
    async with Runtime(store) as runtime:
        run = shape.build(ledger).create_run(run_id="run", runtime=runtime)
        try:
            await go_on(shape, run)
        except StoreFull:
            refused += 1
            log = await log_of(store, "run")
            broken += broken_in_log(log, ledger) if log.frames else []
            store.make_room()
            await go_on(shape, run)
    return refused, [*broken, *await broken_in_run(folder / "store", shape, "run", ledger, kills=refused)]


@pytest.mark.parametrize("name", ["fat", "mixed"])
async def test_whenever_the_disk_is_full_the_run_is_told_and_goes_on_once_there_is_room(
    tmp_path: Path, name: str, campaign: bool, tell: Tell
) -> None:
    shape = FAT if name == "fat" else SHAPES[name]
    broken, told_full = [], 0
    for room in range(0, sys.maxsize, 1 if campaign else 2):
        (tmp_path / f"{room}").mkdir()
        refused, found = await fill_up(tmp_path / f"{room}", shape, room)
        broken += told(found, shape=name, room=room)
        told_full += refused
        if not refused:
            break
    tell("F6", rooms=room, refused=told_full, broken=len(broken))
    assert broken == []
    assert told_full == len(range(0, room, 1 if campaign else 2)) > 0


async def test_a_full_store_can_still_be_looked_at(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    async with Runtime(TightStore(tmp_path / "store", ledger, 6)) as runtime:
        run = fat(ledger).create_run(run_id="run", runtime=runtime)
        with pytest.raises(StoreFull, match="No space left"):
            await run.start(FAT.input)
    async with Runtime(TightStore(tmp_path / "store", ledger, 0)) as runtime:
        with pytest.raises(StoreFull):
            await fat(ledger).create_run(run_id="run", runtime=runtime).restart()
        stored = await runtime.get("run")
        assert (stored.status, stored.input, stored.steps["a"].output) == ("running", FAT.input, A)
        assert [each.run_id for each in (await runtime.runs()).items] == ["run"]
