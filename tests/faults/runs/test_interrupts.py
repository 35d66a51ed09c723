"""F20: interrupted at any await, or by a signal at any moment: the log is sound, and the run can be taken up."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from playhead import MemoryStore, Runtime
from tests.faults.runs import children, killing
from tests.faults.runs.campaigns import answer_of
from tests.faults.runs.conftest import Tell
from tests.faults.runs.invariants import Broken, broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import live
from tests.faults.runs.shapes import A_FEW, SHAPES, Shape

SEEDS = 1000
SEEDS_EVERY_DAY = 100
PARTS = 2
AGAIN = 0.4  # how likely whoever takes the run up is interrupted too

SIGNALS = 40  # for each shape
SIGNALS_EVERY_DAY = 4  # for each of a few


class InterruptedLoop(asyncio.SelectorEventLoop):
    """An event loop that cancels the main task, as Ctrl-C does, at its ``at``-th turn; 0 for never.

    Only the turns count in which that task is under way, and not those in which the loop itself comes to its end.
    """

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.turns = at, 0
        self.main: asyncio.Task[Any] | None = None

    def _run_once(self) -> None:
        if self.main is not None and not self.main.done():
            self.turns += 1
            if self.turns == self.at:
                self.main.cancel()
        super()._run_once()  # type: ignore[misc]  # asyncio's own, which its types do not show


def run_interrupted(work: Coroutine[Any, Any, None], at: int) -> tuple[bool, int]:
    """Run it in a loop that is interrupted at a turn; whether it was, and how many turns there were."""
    loop = InterruptedLoop(at)

    async def main() -> None:
        loop.main = asyncio.current_task()
        await work

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        try:
            runner.run(main())
        except asyncio.CancelledError:
            return True, loop.turns
    return False, loop.turns


def run_of_seed(seed: int, shape: Shape, turns: int, folder: Path) -> tuple[Broken, int]:
    """One run under one seed, interrupted at least once if its first process has as many turns; what broke."""
    dice, store, ledger = random.Random(seed), MemoryStore(), Ledger(folder / f"{seed}.ledger")
    interrupts, interrupted = 0, True
    at = dice.randint(1, turns)
    while interrupted:
        interrupted, _ = run_interrupted(live(store, shape, "run", ledger), at)
        interrupts += interrupted
        at = dice.randint(1, turns) if dice.random() < AGAIN else 0
    broken = asyncio.run(broken_in_run(store, shape, "run", ledger, kills=interrupts))
    return told(broken, seed=seed, shape=shape.name, interrupts=interrupts), interrupts


@pytest.mark.parametrize("part", range(PARTS))
def test_interrupted_at_any_await_a_run_can_be_taken_up(tmp_path: Path, part: int, campaign: bool, tell: Tell) -> None:
    figures: Counter[str] = Counter()
    broken: Broken = []
    turns = {
        name: run_interrupted(live(MemoryStore(), shape, "run", Ledger(tmp_path / name)), 0)[1]
        for name, shape in SHAPES.items()
    }
    for seed in range(part, SEEDS if campaign else SEEDS_EVERY_DAY, PARTS):
        name = random.Random(-seed).choice(tuple(SHAPES))
        found, interrupts = run_of_seed(seed, SHAPES[name], turns[name], tmp_path)
        broken += found
        figures.update({"seeds": 1, "interrupts": interrupts})
    tell("F20", **figures, broken=len(broken))
    assert broken == []
    assert figures["interrupts"] > 0.6 * figures["seeds"]  # the turns of a run vary with its threads


async def test_who_stops_waiting_for_a_run_does_not_stop_the_run(tmp_path: Path) -> None:
    shape, ledger = SHAPES["sleep"], Ledger(tmp_path / "ledger")
    async with Runtime(MemoryStore()) as runtime:
        run = shape.build(ledger).create_run(run_id="run", runtime=runtime)
        waiting = asyncio.create_task(run.start(shape.input))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await run.wait()).output == shape.output


@pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")
def test_interrupted_by_a_signal_at_any_moment_a_run_can_be_taken_up(campaign: bool, tell: Tell) -> None:
    signals, shapes = (SIGNALS, tuple(SHAPES)) if campaign else (SIGNALS_EVERY_DAY, A_FEW)
    answer = answer_of(killing, "interrupt", signals, 20, *shapes)
    tell("F20", **answer["figures"], broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert answer["figures"]["kills"] >= signals * len(shapes)
