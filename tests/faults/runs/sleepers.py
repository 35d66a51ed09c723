"""Sleepers: processes that are killed while their run sleeps, and two others that want to go on with it.

``python -m tests.faults.runs.sleepers ROUNDS SEED`` prints one JSON line: what it did, and what broke.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from playhead import Runtime, Workflow
from playhead.machine import events as E
from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import KILLED, ended, fork, until
from tests.faults.runs.deadly_store import WitnessedStore
from tests.faults.runs.invariants import Broken, broken_in_run, log_of, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import live
from tests.faults.runs.shapes import Flow, Shape, adding

NAP = 0.2  # seconds


def sleep(ledger: Ledger) -> Flow:
    nap = Workflow("nap").then(adding(ledger, "before", 1)).sleep(NAP, id="asleep").commit()
    return Workflow("sleeping").then(nap).then(adding(ledger, "after", 1)).commit()


SLEEP = Shape("sleeping", sleep, 1, 3, frozenset({"nap/before", "after"}))


async def recover(folder: Path, ledger: Ledger) -> None:
    """Take up what can be taken up, and see it to its end."""
    async with Runtime(WitnessedStore(folder, ledger), workflows=[SLEEP.build(ledger)]) as runtime:
        found = await runtime.recover(wait=True)
        ledger.note("recovered", len(found.runs))


def one_round(folder: Path, run_id: str, ledger: Ledger, pause: float) -> Broken:
    """Kill the owner in its sleep, and ``pause`` seconds later let two others recover the run."""
    owner = fork(lambda: asyncio.run(live(WitnessedStore(folder, ledger), SLEEP, run_id, ledger)))
    until(lambda: len(ledger.promises()) >= 5)  # started, nap, before twice, asleep
    os.kill(owner, signal.SIGKILL)
    assert ended(owner) == KILLED
    time.sleep(pause)
    others = [fork(lambda: asyncio.run(recover(folder, ledger))) for _ in range(2)]
    codes = [ended(other) for other in others]
    recovered = sorted(line[2] for line in ledger.lines() if line[1] == "recovered")
    broken = [] if codes == [0, 0] else [f"I7: the processes ended with {codes}"]
    return broken if recovered == ["0", "1"] else [*broken, f"the two recovered {recovered} runs"]


async def sleeps(folder: Path, run_id: str) -> Broken:
    """Whether the run went to sleep once and woke once."""
    store = WitnessedStore(folder, Ledger(folder / "nobody"))
    await store.open()
    log = await log_of(store, run_id)
    await store.close()
    counts = [log.places(type).count("nap/asleep") for type in (E.STEP_WAITING, E.STEP_SUCCEEDED)]
    return [] if counts == [1, 1] else [f"the run fell asleep and woke {counts} times"]


def run(home: Path, rounds: str, seed: str) -> Answer:
    """So many rounds, in one store; the others come while the sleep lasts, or when it should be over."""
    dice, broken, figures = random.Random(seed), list[str](), Counter[str]()
    for number in range(int(rounds)):
        run_id, ledger = f"sleeper-{number}", Ledger(home / f"{number}.ledger")
        pause = dice.uniform(0.0, 1.4 * NAP)
        found = one_round(home / "store", run_id, ledger, pause)
        found += asyncio.run(broken_in_run(home / "store", SLEEP, run_id, ledger, kills=1))
        found += asyncio.run(sleeps(home / "store", run_id))
        broken += told(found, run=run_id, pause=pause)
        figures.update({"rounds": 1, "late": pause > NAP})
    return {"figures": figures, "broken": broken}


if __name__ == "__main__":
    answer_with(run)
