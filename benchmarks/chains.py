"""Chains: what one step costs, in memory and on disk, in short runs and in long ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.figures import Sample, figure
from benchmarks.floors import add_each, tuned_cache
from benchmarks.flows import chain, increment
from benchmarks.measuring import interleaved, timed
from playhead import Context, Runtime, Step, Workflow

STEPS = 100
LONG = 5_000


# -- in memory -------------------------------------------------------------------------------------------------


@figure("memory-chain", unit="µs per step", at_most=4, rounds=60)
async def memory_chain(place: Path) -> AsyncIterator[Sample]:
    """The direct engine; its floor awaits one asyncio task after the other."""
    flow = chain(STEPS)

    async def subject() -> float:
        async with Runtime(engine="direct") as runtime:
            with timed() as timer:
                result = await flow.run(0, runtime=runtime)
        assert result.output == STEPS
        return timer.per(STEPS)

    async def floor() -> float:
        number = 0
        with timed() as timer:
            for _ in range(STEPS):
                number = await asyncio.create_task(increment(number))
        assert number == STEPS
        return timer.per(STEPS)

    for turn in count():
        yield await interleaved(subject, floor, turn)


# -- on disk ---------------------------------------------------------------------------------------------------


#: Runs of a round: so that each holds its share of what SQLite puts off, moving its log to the main file.
RUNS = 10


@figure("durable-chain", unit="µs per step", at_most=1.6, rounds=20)
async def durable_chain(place: Path) -> AsyncIterator[Sample]:
    """Each step committed; the floor commits the same number of bytes for each step."""
    flow = chain(STEPS)
    size = await _bytes_per_step(flow, place / "sizing")
    with tuned_cache(place / "floor") as cache:
        async with Runtime(place / "subject") as runtime:

            async def subject() -> float:
                with timed() as timer:
                    for _ in range(RUNS):
                        result = await flow.run(0, runtime=runtime)
                assert result.output == STEPS
                return timer.per(RUNS * STEPS)

            async def floor() -> float:
                keys = [f"{turn}/{number:012d}" for number in range(RUNS * STEPS)]
                with timed() as timer:
                    add_each(cache, keys, size)
                return timer.per(RUNS * STEPS)

            for turn in count():
                yield await interleaved(subject, floor, turn)


async def _bytes_per_step(flow: Workflow[Any, Any], place: Path) -> int:
    """The bytes a run hands to its store for each step, framing included."""
    async with Runtime(place) as runtime:
        run = flow.create_run(runtime=runtime)
        await run.start(0)
        return sum(map(len, await runtime.store.read(run.run_id))) // STEPS


@figure("durable-growth", unit="µs per step", at_most=1.2, rounds=7)
async def durable_growth(place: Path) -> AsyncIterator[Sample]:
    """A run of 5,000 steps; its floor are runs of 100 steps, as many as take about as long."""
    long, short = chain(LONG, "long"), chain(STEPS, "short")
    async with Runtime(place / "subject") as runtime:

        async def subject() -> float:
            with timed() as timer:
                result = await long.run(0, runtime=runtime)
            assert result.output == LONG
            return timer.per(LONG)

        async def floor() -> float:
            runs = LONG // STEPS
            with timed() as timer:
                for _ in range(runs):
                    await short.run(0, runtime=runtime)
            return timer.per(LONG)

        for turn in count():
            yield await interleaved(subject, floor, turn)


# -- state -----------------------------------------------------------------------------------------------------

CARRYING = 1_000  # steps
STATE = 10_000  # bytes of state that no step changes
PER_STEP = 600  # bytes that a step may cost in the store, state apart


@figure("state-carried", unit="bytes on disk", at_most=1.5, rounds=1)
async def state_carried(place: Path) -> AsyncIterator[Sample]:
    """What the store has grown by when it is closed; the floor is the state once and a plain record per step."""
    flow = _carrying()
    state = {"text": random.Random(STATE).randbytes(STATE // 2).hex()}
    for turn in count():
        home = place / str(turn)
        async with Runtime(home):
            pass
        empty = _size(home)
        async with Runtime(home) as runtime:
            result = await flow.run(0, state=state, runtime=runtime)
        assert result.output == CARRYING
        assert result.state == state
        yield Sample(_size(home) - empty, STATE + CARRYING * PER_STEP)


def _carrying() -> Workflow[Any, Any]:
    async def look(number: int, ctx: Context[Any]) -> int:
        return number + (len(ctx.state["text"]) == STATE)

    flow: Workflow[Any, Any] = Workflow("carrying", input=int)
    first = Step(look, id="look")
    for number in range(CARRYING):
        flow = flow.then(first.as_(f"look-{number}"))
    return flow.commit()


def _size(folder: Path) -> int:
    """The bytes of all files below the folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
