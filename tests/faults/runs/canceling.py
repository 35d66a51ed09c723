"""Cancels: runs that one process drives, or drove, and another one cancels.

``python -m tests.faults.runs.canceling ROUNDS SEED`` makes so many of each kind, and prints one JSON line: what it
did, and what broke.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playhead import Context, Runtime, Workflow, step
from playhead.errors import NotActive
from playhead.machine import events as E
from playhead.machine.snapshot import FINAL
from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import KILLED, ended, fork, until
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import Broken, Log, broken_in_log, log_of, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.shapes import SHAPES, Flow, adding, asking

LONG = 60.0  # seconds; nobody waits for it
SOON = 5.0  # seconds after which a cancel that should have been heard at once was not
BRIEF = 0.01  # seconds that a short run takes, about

KINDS = ("driven", "orphaned", "suspended", "racing")


def deep(ledger: Ledger) -> Flow:
    """Two workflows down: one arm sleeps, one waits to be cancelled; after them something that must never happen."""

    @step(id="waits")
    async def wait_for_cancel(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        await ctx.cancelled
        return n

    asleep = Workflow("asleep").then(adding(ledger, "before", 1)).sleep(LONG, id="nap").commit()
    inner = Workflow("inner").parallel(asleep, wait_for_cancel).commit()
    return Workflow("deep").then(inner).then(adding(ledger, "never", 1)).commit()


def held(ledger: Ledger) -> Flow:
    inner = Workflow("inner").then(asking(ledger, "ask")).then(adding(ledger, "never", 1)).commit()
    return Workflow("held").then(inner).commit()


FLOWS = {"driven": deep, "orphaned": deep, "suspended": held, "racing": SHAPES["linear"].build}


#: Events in the log when a run has come as far as it can.
AT_REST = {"driven": 7, "orphaned": 7, "suspended": 6}


async def drive(folder: Path, kind: str, ledger: Ledger) -> None:
    async with Runtime(WitnessedStore(folder, ledger)) as runtime:
        run = FLOWS[kind](ledger).create_run(run_id=kind, runtime=runtime)
        with contextlib.suppress(NotActive):  # it was cancelled before we came to start it
            await run.start(1)
        ledger.note("saw", run.status)


async def cancel(folder: Path, kind: str, ledger: Ledger, promises: int, delay: float) -> None:
    """Cancel when the store has promised so many events, and a moment has passed."""
    async with Runtime(WitnessedStore(folder, ledger)) as runtime:
        run = FLOWS[kind](ledger).create_run(run_id=kind, runtime=runtime)
        until(lambda: len(ledger.promises()) >= promises)
        await asyncio.sleep(delay)
        await run.cancel()
        async with asyncio.timeout(SOON):
            ledger.note("saw", (await run.wait()).status)


def one_round(kind: str, folder: Path, ledger: Ledger, dice: random.Random) -> Broken:
    """One process drives, another one cancels; both must see the same end."""
    if kind == "racing":
        begun, delay = dice.randrange(2), dice.uniform(0.0, BRIEF)
        other = fork(lambda: asyncio.run(cancel(folder, kind, ledger, begun, delay)))
        owner = fork(lambda: asyncio.run(drive(folder, kind, ledger)))
        codes = [ended(owner), ended(other)]
    else:
        owner = fork(lambda: asyncio.run(drive(folder, kind, ledger)))
        until(lambda: len(ledger.promises()) >= AT_REST[kind])
        if kind == "orphaned":
            os.kill(owner, signal.SIGKILL)
            assert ended(owner) == KILLED
        other = fork(lambda: asyncio.run(cancel(folder, kind, ledger, 0, 0.0)))
        codes = [ended(other)] if kind == "orphaned" else [ended(other), ended(owner)]
    seen = {line[2] for line in ledger.lines() if line[1] == "saw"} - {"suspended"}
    broken = [] if not any(codes) else [f"I7: the processes ended with {codes}"]
    return broken if len(seen) == 1 else [*broken, f"the processes saw the run end as {sorted(seen)}"]


async def judge(kind: str, folder: Path, ledger: Ledger) -> tuple[Broken, str]:
    """What broke, and how the run ended; to cancel it again must change nothing."""
    async with Runtime(WitnessedStore(folder, ledger)) as runtime:
        log = await log_of(runtime.store, kind)
        broken = [*broken_in_log(log, ledger), *_begun_too_late(log)]
        snapshot = (await runtime.existing(kind)).snapshot
        broken += [f"{'/'.join(r.path)} is left {r.status}" for r in snapshot.ordered() if r.status not in FINAL]
        if "never" in {what.split("/")[-1] for what in ledger.effects()}:
            broken.append("a step after the cancel happened")
        await FLOWS[kind](ledger).create_run(run_id=kind, runtime=runtime).cancel()
        if (await log_of(runtime.store, kind)).frames != log.frames:
            broken.append("I8: to cancel a finished run changed it")
        return broken, str(snapshot.status)


def _begun_too_late(log: Log) -> Broken:
    asked = next((event.seq for event in log.events if event.type == E.RUN_CANCELING), sys.maxsize)
    late = [event for event in log.events if event.type == E.STEP_STARTED and event.seq > asked]
    return [f"{'/'.join(event.path)} began in event {event.seq}, after the cancel in {asked}" for event in late]


def run(home: Path, rounds: str, seed: str) -> Answer:
    """So many rounds of each kind, each in a store of its own."""
    dice, broken, figures = random.Random(seed), list[str](), Counter[str]()
    for number in range(int(rounds)):
        for kind in KINDS:
            folder, ledger = home / f"{kind}-{number}", Ledger(home / f"{kind}-{number}.ledger")
            found = one_round(kind, folder, ledger, dice)
            more, status = asyncio.run(judge(kind, folder, ledger))
            if kind != "racing" and status != "canceled":
                more.append(f"the run is {status}")
            broken += told([*found, *more], kind=kind, number=number)
            figures.update({"cancels": 1, status: 1})
    return {"figures": figures, "broken": broken}


if __name__ == "__main__":
    answer_with(run)
