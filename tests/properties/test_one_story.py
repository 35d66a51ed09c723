"""Whoever runs a program, it is one story: status, output, error, state, every place, every question, every effect."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.engines.effects import Clock
from playhead.stores.disk import DiskStore
from tests.properties.descriptions import Program
from tests.properties.sizes import examples
from tests.properties.stage import ENGINES, Engine, Stage, play
from tests.properties.strategies import programs

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("engine", ENGINES)
@examples(500)
@given(program=programs(), seed=SEEDS)
def test_an_engine_tells_the_story_of_the_oracle(engine: Engine, program: Program, seed: int) -> None:
    play(program, seed, lambda stage: stage.tell(engine))


@pytest.mark.parametrize("engine", ENGINES)
@examples(150)
@given(program=programs(calm=True), seed=SEEDS)
def test_a_program_that_never_fails_has_one_story_too(engine: Engine, program: Program, seed: int) -> None:
    stage = play(program, seed, lambda stage: stage.tell(engine))
    assert stage.oracle().story.status == "success"


@pytest.mark.parametrize("engine", ENGINES)
@examples(100)
@given(program=programs(without=["bails"]), seed=SEEDS)  # after a bail nothing begins: arms one by one are not at once
def test_taken_step_by_step_it_is_the_same_story(engine: Engine, program: Program, seed: int) -> None:
    async def step_through(stage: Stage) -> None:
        async with stage.process(engine) as run:
            result = await run.start(program.input, per_step=True)
            while True:
                while result.status == "paused":
                    result = await run.step()
                await stage.check(result)
                if not stage.asks:
                    break
                result = await stage.resume(run, per_step=True)

    play(program, seed, step_through)


class Hasty(Clock):
    """A clock that jumps to whatever is waited for."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return super().now() + self._ahead

    async def sleep_until(self, when: float) -> None:
        await asyncio.sleep(0)
        self._ahead += max(0.0, when - self.now())


@examples(40)
@given(program=programs(without=["hangs"]), seed=SEEDS)
def test_on_disk_with_real_threads_it_is_the_same_story(program: Program, seed: int) -> None:
    chance = random.Random(seed)

    async def pause() -> None:
        await asyncio.sleep(0)

    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(program, DiskStore(Path(folder) / "store"), Hasty(), pause, chance)
        asyncio.run(told_on_disk(stage))


async def told_on_disk(stage: Stage) -> None:
    await stage.store.open()
    try:
        await stage.tell("evented")
    finally:
        await stage.store.close()
