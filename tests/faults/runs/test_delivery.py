"""F11: requests and news that come twice, late, in another order or never: nothing changes, nothing hangs."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

import pytest

from playhead import MemoryStore, Run, Runtime
from playhead.engines.effects import Clock
from playhead.errors import NoSuchRun, NotAllowedNow, StoreError
from tests.faults.runs.chaotic_store import ChaoticStore
from tests.faults.runs.conftest import Tell
from tests.faults.runs.invariants import broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import FINAL, go_on
from tests.faults.runs.shapes import SHAPES, Shape

SEEDS = 10_000
SEEDS_EVERY_DAY = 400
PARTS = 4
SILENT = 0.05  # how likely it is, at each command, that an owner has been silent for longer than its lease
HANGING = 10.0  # seconds; a run takes some hundredths of one


class LeapingClock(Clock):
    """Time passes only where somebody waits for it."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    async def sleep_until(self, when: float) -> None:
        await asyncio.sleep(0)
        self.time = max(self.time, when)


async def redeliver(shape: Shape, run: Run, clock: LeapingClock, dice: random.Random, figures: Counter[str]) -> None:
    """Say what somebody else says too, at any time, until the run has ended; who comes first does not matter."""
    while run.status not in FINAL:
        for _ in range(dice.randrange(6)):
            await asyncio.sleep(0)
        if dice.random() < SILENT:
            clock.time += 11.0  # more than a lease: whoever drives the run may be replaced
        figures["commands again"] += 1
        with contextlib.suppress(NotAllowedNow, NoSuchRun, StoreError):
            match dice.randrange(3):
                case 0:
                    await run.begin(shape.input, state=dict(shape.start_state) or None)
                case 1 if shape.answers:
                    label = dice.choice(tuple(shape.answers))
                    await run.answer(shape.answers[label], label=label)
                case 2:
                    await run.take_up()
                    figures["taken over"] += 1


async def drive(shape: Shape, run: Run) -> None:
    """Bring the run to its end; what the line breaks is tried again."""
    while True:
        try:
            await go_on(shape, run)
            return
        except (StoreError, NotAllowedNow):
            await asyncio.sleep(0)


async def run_of_seed(seed: int, folder: Path, figures: Counter[str]) -> list[str]:
    """One run under one seed; what broke."""
    dice = random.Random(seed)
    shape = SHAPES[dice.choice(tuple(SHAPES))]
    ledger = Ledger(folder / f"{seed}.ledger")
    store = ChaoticStore(ledger, dice)
    clock = LeapingClock()
    async with Runtime(store, clock=clock) as runtime, Runtime(store, clock=clock) as other:
        run = shape.build(ledger).create_run(run_id="run", runtime=runtime)
        same = shape.build(ledger).create_run(run_id="run", runtime=other)
        again = asyncio.create_task(redeliver(shape, same, clock, dice, figures))
        try:
            async with asyncio.timeout(HANGING):
                await drive(shape, run)
                await again
        except TimeoutError:
            return told(["I7: the run hung"], seed=seed, shape=shape.name)
        finally:
            again.cancel()
            await asyncio.wait([again])
    store.dice = random.Random(0.0)
    figures["lost"] += store.lost
    calm = MemoryStore()
    calm.__dict__.update(store.__dict__)
    return told(await broken_in_run(calm, shape, "run", ledger), seed=seed, shape=shape.name)


@pytest.mark.parametrize("part", range(PARTS))
async def test_delivered_late_twice_or_never_a_run_comes_to_the_same(
    tmp_path: Path, part: int, campaign: bool, tell: Tell
) -> None:
    figures: Counter[str] = Counter()
    broken: list[str] = []
    for seed in range(part, SEEDS if campaign else SEEDS_EVERY_DAY, PARTS):
        broken += await run_of_seed(seed, tmp_path, figures)
        figures["seeds"] += 1
    tell("F11", **figures, broken=len(broken))
    assert broken == []
    assert figures["lost"] > 0
