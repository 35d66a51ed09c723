"""However often a run loses its process, and whoever takes it over, it stays the same story.

A finished step is never run again, what was judged once is never judged again, and what was in flight is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead import MemoryStore, Run
from playhead.errors import RunInterrupted
from playhead.machine.snapshot import ACTIVE, FINAL
from playhead.stores.log import RunLog
from playhead.stores.port import Lease, RunSummary, Store
from tests.properties.descriptions import Program
from tests.properties.sequel import Sequel
from tests.properties.sizes import examples
from tests.properties.stage import ENGINES, RUN, Answer, Engine, Stage, play
from tests.properties.strategies import programs
from tests.properties.telling import answers

SEEDS = st.integers(0, 2**32)
CUTS = 2
"""How many prefixes of a log are taken over."""


@pytest.mark.parametrize("engine", ENGINES)
@examples(50)
@given(program=programs(), seed=SEEDS)
def test_a_run_can_be_taken_over_at_every_append(engine: Engine, program: Program, seed: int) -> None:
    async def act(stage: Stage) -> None:
        await stage.tell("evented")
        frames = await stage.store.read(RUN)
        ends = stage.store.appended
        for cut in stage.chance.sample(ends, min(CUTS, len(ends))):
            sequel = Sequel(program, MemoryStore(), stage.clock, stage.pause, stage.chance)
            await sequel.inherit(frames[:cut])
            await sequel.take_over(engine)

    play(program, seed, act)


class Going:
    """One thing asked of a run by a process that may not see the end of it."""

    def __init__(self, stage: Stage, run: Run, log: RunLog) -> None:
        self.stage = stage
        self.answer: Answer | None = None
        self._answered = answers(log.events)
        self.result = asyncio.ensure_future(self._begin(run, log))

    def _begin(self, run: Run, log: RunLog) -> Any:
        if not log.exists:
            return run.start(self.stage.program.input)
        if log.snapshot.status in ACTIVE:
            return run.restart()
        if log.snapshot.status in FINAL:  # its process was gone before it could tell
            return run.snapshot()
        self.answer = self.stage.answer()
        return run.resume(self.answer.data, **self.answer.options)

    async def settle(self, *expected: type[Exception]) -> bool:
        """Take stock when the process is gone; whether the run came to rest in it."""
        await asyncio.wait([self.result])
        if self.answer is not None and answers((await self.stage.log()).events) != self._answered:
            self.stage.given(self.answer)
        error = self.result.exception()
        if error is None:
            await self.stage.check(self.result.result())
            return True
        assert isinstance(error, expected), error
        self.stage.stops += 1
        return False


@examples(150)
@given(program=programs(), seed=SEEDS)
def test_left_at_any_moment_the_other_engine_goes_on(program: Program, seed: int) -> None:
    async def act(stage: Stage) -> None:
        engine = stage.chance.choice(ENGINES)
        while True:
            async with stage.process(engine) as run:
                going = Going(stage, run, await stage.log())
                await asyncio.wait([going.result], timeout=stage.chance.expovariate(0.5))
            if await going.settle(RunInterrupted) and not stage.asks:
                break
            engine = "direct" if engine == "evented" else "evented"

    play(program, seed, act)


class Gone(Exception):
    """The process is dead: nothing it does reaches the store."""


class Mortal:
    """The store as a process sees it that dies at an append: just before it is done, or just after."""

    def __init__(self, store: Store, appends: int, done: bool) -> None:
        self._store = store
        self._left = appends
        self._done = done

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        self._left -= 1
        if self._left > 0 or (self._left == 0 and self._done):
            await self._store.append(run_id, after, frames, summary)
        if self._left <= 0:
            raise Gone

    async def swap_lease(self, run_id: str, expected: Lease | None, new: Lease | None) -> bool:
        if self._left <= 0:
            raise Gone
        return await self._store.swap_lease(run_id, expected, new)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@examples(150)
@given(program=programs(), seed=SEEDS)
def test_killed_at_any_append_another_process_goes_on(program: Program, seed: int) -> None:
    async def act(stage: Stage) -> None:
        while True:
            mortal = Mortal(stage.store, stage.chance.randint(1, 8), stage.chance.random() < 0.5)
            async with stage.process("evented", mortal) as run:
                going = Going(stage, run, await stage.log())
                await asyncio.wait([going.result])
            if await going.settle(Gone) and not stage.asks:
                break

    play(program, seed, act)
