"""Zombies: owners that are stopped for longer than their lease, replaced, and woken up again (F13).

``python -m tests.faults.runs.zombies ROUNDS SEED`` prints one JSON line: what it did, and what broke.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playhead import Context, Runtime, Workflow, step
from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import ended, fork, until
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import Broken, broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import go_on
from tests.faults.runs.shapes import Flow, Shape, adding

LEASE = 0.15  # seconds
STEP = 0.08  # seconds of the step in which the owner is stopped


def slow(ledger: Ledger) -> Flow:
    """A step in the middle takes its time, so that its owner can be stopped in it."""

    @step(id="slow")
    async def take_time(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        await asyncio.sleep(STEP)
        return n + 1

    return Workflow("slow").then(adding(ledger, "before", 1)).then(take_time).then(adding(ledger, "after", 1)).commit()


SLOW = Shape("slow", slow, 1, 4, frozenset({"before", "slow", "after"}))


async def live(folder: Path, run_id: str, ledger: Ledger) -> None:
    """Drive the run to its end, or see somebody else do so; note what it came to."""
    async with Runtime(WitnessedStore(folder, ledger), lease=LEASE) as runtime:
        run = SLOW.build(ledger).create_run(run_id=run_id, runtime=runtime)
        await go_on(SLOW, run)
        ledger.note("ended", run.status)


def in_slow_step(ledger: Ledger, process: int) -> bool:
    return any(line[:3] == [str(process), "effect", "slow"] for line in ledger.lines())


def one_round(folder: Path, run_id: str, ledger: Ledger, *, wake_early: bool) -> Broken:
    """Stop the owner in its slow step, replace it, and wake it: while its successor is in the same step, or after."""
    zombie = fork(lambda: asyncio.run(live(folder, run_id, ledger)))
    until(lambda: in_slow_step(ledger, zombie))
    os.kill(zombie, signal.SIGSTOP)
    time.sleep(LEASE + STEP)
    successor = fork(lambda: asyncio.run(live(folder, run_id, ledger)))
    if wake_early:
        until(lambda: in_slow_step(ledger, successor))
        os.kill(zombie, signal.SIGCONT)
    codes = [ended(successor)]
    os.kill(zombie, signal.SIGCONT)
    codes.append(ended(zombie))
    broken = [] if codes == [0, 0] else [f"I7: the processes ended with {codes}"]
    if any([str(process), "ended", "success"] not in ledger.lines() for process in (zombie, successor)):
        broken.append("I7: one of the two did not see how the run ended")
    return [*broken, *_late_promises(ledger, zombie, successor)]


def _late_promises(ledger: Ledger, zombie: int, successor: int) -> Broken:
    """What the zombie wrote after its successor had begun to."""
    first = min(promise.seq for promise in ledger.promises() if promise.process == successor)
    late = [promise.seq for promise in ledger.promises() if promise.process == zombie and promise.seq > first]
    return [f"the zombie wrote events {late}, its successor from {first} on"] if late else []


def run(home: Path, rounds: str, seed: str) -> Answer:
    """So many rounds, in one store."""
    logging.getLogger("playhead").setLevel(logging.ERROR)  # that owners are replaced is what this is about
    dice, figures, broken = random.Random(seed), Counter[str](), []
    for number in range(int(rounds)):
        run_id, ledger = f"zombie-{number}", Ledger(home / f"{number}.ledger")
        early = dice.random() < 0.7
        found = one_round(home / "store", run_id, ledger, wake_early=early)
        found += asyncio.run(broken_in_run(home / "store", SLOW, run_id, ledger))
        broken += told(found, run=run_id, early=early)
        figures.update({"rounds": 1, "woken early": early, "executions": ledger.effects()["slow"]})
    return {"figures": figures, "broken": broken}


if __name__ == "__main__":
    answer_with(run)
