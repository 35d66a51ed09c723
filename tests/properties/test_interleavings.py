"""In whatever order things happen, and whatever is asked of a run meanwhile, it is one story."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from contextlib import suppress
from itertools import chain, count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead import Run, RunResult
from playhead.errors import NotActive, NotAllowedNow
from playhead.machine.snapshot import FINAL
from tests.properties.descriptions import Program
from tests.properties.repertoire import REPERTOIRE
from tests.properties.sizes import examples
from tests.properties.stage import ENGINES, Engine, Stage, play
from tests.properties.stories import is_below
from tests.properties.strategies import programs
from tests.properties.telling import answers, places

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", REPERTOIRE)
def test_every_schedule_is_one_story(name: str, engine: Engine, campaign: bool) -> None:
    first = random.randrange(2**32)  # other schedules each time; a failure says which one it was
    for seed in range(first, first + (5_000 if campaign else 250)):
        play(REPERTOIRE[name], seed, lambda stage: stage.tell(engine))


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(program=programs(calm=True), seed=SEEDS)
def test_answered_from_two_processes_while_it_goes_on_each_question_has_one_answer(
    engine: Engine, program: Program, seed: int
) -> None:
    numbers, accepted = count(1), set[int]()

    async def answer(stage: Stage, run: Run) -> None:
        while (present := await run.snapshot()).status not in FINAL:
            if present.suspensions:
                number, question = next(numbers), stage.chance.choice(present.suspensions)
                with suppress(NotAllowedNow):  # the other one was first
                    await run.answer(number, label=question.label)
                    accepted.add(number)
            await asyncio.sleep(stage.chance.random())

    async def act(stage: Stage) -> None:
        async with stage.process(engine) as run, stage.process(engine) as other:
            await asyncio.gather(run.start(program.input), answer(stage, run), answer(stage, other))
            stage.answers = answers((await stage.log()).events)
            await stage.check(await run.snapshot())
        assert sorted(chain.from_iterable(stage.answers.values())) == sorted(accepted)

    play(program, seed, act)


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(program=programs(), seed=SEEDS)
def test_paused_at_any_moment_and_let_go_on(engine: Engine, program: Program, seed: int) -> None:
    async def rest(stage: Stage, run: Run, going: Coroutine[Any, Any, RunResult]) -> RunResult:
        while True:
            task = asyncio.ensure_future(going)
            await asyncio.wait([task], timeout=stage.chance.expovariate(1.0))
            with suppress(NotActive):  # it had come to rest
                run.pause()
            result = await task
            if result.status != "paused":
                return result
            going = run.proceed()

    async def act(stage: Stage) -> None:
        async with stage.process(engine) as run:
            await stage.check(await rest(stage, run, run.start(program.input)))
            while stage.asks:
                await stage.check(await rest(stage, run, stage.resume(run)))

    play(program, seed, act)


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(program=programs(), seed=SEEDS)
def test_cancelled_at_any_moment_what_had_ended_stays_and_nothing_stays_open(
    engine: Engine, program: Program, seed: int
) -> None:
    async def act(stage: Stage) -> None:
        async with stage.process(engine) as run:
            start = asyncio.ensure_future(run.start(program.input))
            await asyncio.wait([start], timeout=stage.chance.expovariate(1.0))
            await run.cancel()
            await start
            result = await run.wait()
        oracle = stage.oracle()
        if result.status != "canceled":  # too late
            await stage.check(result)
            return
        found = places((await stage.log()).snapshot)
        assert {place.status for place in found.values()} <= {"success", "failed", "canceled"}
        ended = {path: place for path, place in found.items() if place.status == "success"}
        known = {path: place for path, place in ended.items() if not is_below(path, oracle.unsure)}
        assert known == {path: oracle.places[path] for path in known}

    play(program, seed, act)
