"""Many runs in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

from benchmarks.figures import Sample, figure
from benchmarks.floors import add_each, tuned_cache
from benchmarks.flows import chain
from benchmarks.measuring import interleaved, timed
from playhead import Runtime

RUNS = 1_000
AT_ONCE = 100
STEPS = 3
APPENDS = 4  # the start with the first step, two ends with the next step, the last end with the run's


@figure("many-runs", unit="µs per run", at_most=1.2, rounds=15)
async def many_runs(place: Path) -> AsyncIterator[Sample]:
    """1,000 runs of three steps, a hundred at once; the floor commits four times for each, with the same bytes."""
    flow = chain(STEPS)
    with tuned_cache(place / "floor") as cache:
        async with Runtime(place / "subject") as runtime:
            sizing = flow.create_run(runtime=runtime)
            await sizing.start(0)
            size = sum(map(len, await runtime.store.read(sizing.run_id))) // APPENDS

            async def one_after_the_other(waiting: Iterator[int]) -> None:
                for number in waiting:
                    result = await flow.run(number, runtime=runtime)
                    assert result.output == number + STEPS

            async def subject() -> float:
                waiting = iter(range(RUNS))
                with timed() as timer:
                    await asyncio.gather(*(one_after_the_other(waiting) for _ in range(AT_ONCE)))
                return timer.per(RUNS)

            async def floor() -> float:
                keys = [f"{turn}/{number:012d}" for number in range(APPENDS * RUNS)]
                with timed() as timer:
                    add_each(cache, keys, size)
                return timer.per(RUNS)

            for turn in count():
                yield await interleaved(subject, floor, turn)
