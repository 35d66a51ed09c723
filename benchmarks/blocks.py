"""Blocks: what one arm or one item costs when many are under way at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.figures import Sample, figure
from benchmarks.floors import add_each, tuned_cache
from benchmarks.flows import increment
from benchmarks.measuring import interleaved, timed
from playhead import Runtime, Step, Workflow

ARMS = 100
ITEMS = 1_000
CONCURRENCY = 10


@figure("fan-out", unit="µs per arm", at_most=1.0, rounds=60)
async def fan_out(place: Path) -> AsyncIterator[Sample]:
    """A parallel block of async arms, durable; the floor commits for each arm the bytes it takes."""
    first = Step(increment, id="arm")
    arms = [first.as_(f"arm-{number}") for number in range(ARMS)]
    flow = Workflow("fan-out", input=int).parallel(*arms).commit()
    expected = {f"arm-{number}": 1 for number in range(ARMS)}
    async for sample in _against_adds(flow, 0, expected, ARMS, place):
        yield sample


@figure("foreach", unit="µs per item", at_most=1.0, rounds=15)
async def foreach(place: Path) -> AsyncIterator[Sample]:
    """A foreach of 1,000 items, ten at a time, durable; the floor commits for each item the bytes it takes."""
    flow = Workflow("foreach", input=list[int]).foreach(Step(increment, id="item"), concurrency=CONCURRENCY).commit()
    given, expected = list(range(ITEMS)), list(range(1, ITEMS + 1))
    async for sample in _against_adds(flow, given, expected, ITEMS, place):
        yield sample


async def _against_adds(
    flow: Workflow[Any, Any], given: object, expected: object, parts: int, place: Path
) -> AsyncIterator[Sample]:
    with tuned_cache(place / "floor") as cache:
        async with Runtime(place / "subject") as runtime:
            size = 0

            async def subject() -> float:
                nonlocal size
                run = flow.create_run(runtime=runtime)
                with timed() as timer:
                    result = await run.start(given)
                assert result.output == expected
                size = size or sum(map(len, await runtime.store.read(run.run_id))) // parts
                return timer.per(parts)

            async def floor() -> float:
                keys = [f"{turn}/{number:012d}" for number in range(parts)]
                with timed() as timer:
                    add_each(cache, keys, size)
                return timer.per(parts)

            for turn in count():
                yield await interleaved(subject, floor, turn)
