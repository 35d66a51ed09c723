"""Steps that take longer than the lease of their run, while another process would like to take it up (F14).

``python -m tests.faults.runs.long_steps RUNS`` prints one JSON line: what it did, and what broke.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playhead import Context, Runtime, Workflow, step
from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import ended, fork
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import go_on
from tests.faults.runs.shapes import Flow, Shape, adding

LEASE = 0.3  # seconds
STEP = 4 * LEASE
LOOK = 0.02  # seconds between two attempts of the other process
AT_ONCE = 10  # runs


def long(ledger: Ledger) -> Flow:
    """Two arms take their time: one on the event loop, one in a thread."""

    @step(id="on-loop")
    async def wait_on_loop(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        await asyncio.sleep(STEP)
        return n

    @step(id="in-thread")
    def wait_in_thread(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        time.sleep(STEP)
        return n

    arms = Workflow("long").parallel(wait_on_loop, wait_in_thread)
    return arms.map(lambda both: sum(both.values()), id="sum").then(adding(ledger, "after", 1)).commit()


LONG = Shape("long", long, 1, 3, frozenset({"on-loop", "in-thread", "after"}))


def ledger_of(home: Path, number: int) -> Ledger:
    return Ledger(home / f"{number}.ledger")


async def drive(home: Path, numbers: range) -> None:
    """The owner of some runs."""
    async with Runtime(home / "store", lease=LEASE) as runtime:
        runs = [LONG.build(ledger_of(home, n)).create_run(run_id=f"run-{n}", runtime=runtime) for n in numbers]
        await asyncio.gather(*(go_on(LONG, run) for run in runs))


async def covet(home: Path, seconds: float) -> None:
    """Somebody who takes up whatever run seems to have lost its owner; notes how often that was tried."""
    ledger, tried = Ledger(home / "covet.ledger"), 0
    async with Runtime(WitnessedStore(home / "store", ledger), lease=LEASE, workflows=[LONG.build(ledger)]) as runtime:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = await runtime.recover()
            tried += len(found.left)
            for run in found.runs:
                ledger.note("taken", run.run_id)
            await asyncio.sleep(LOOK)
    ledger.note("tried", tried)


def one_batch(home: Path, numbers: range) -> int:
    """Some runs at once; how often somebody else tried to take one up."""
    owner = fork(lambda: asyncio.run(drive(home, numbers)))
    other = fork(lambda: asyncio.run(covet(home, STEP)))
    assert [ended(owner), ended(other)] == [0, 0]
    return sum(int(line[2]) for line in Ledger(home / "covet.ledger").lines() if line[1] == "tried")


def run(home: Path, runs: str) -> Answer:
    """So many runs, some at a time."""
    count, broken, figures = int(runs), list[str](), Counter[str]()
    for first in range(0, count, AT_ONCE):
        figures["attempts"] = one_batch(home, range(first, min(count, first + AT_ONCE)))
    for number in range(count):
        ledger = ledger_of(home, number)
        found = asyncio.run(broken_in_run(home / "store", LONG, f"run-{number}", ledger, kills=0))
        broken += told(found, run=number)
        figures.update({"runs": 1, "executions": ledger.effects()["on-loop"]})
    return {"figures": figures, "broken": broken}


if __name__ == "__main__":
    answer_with(run)
