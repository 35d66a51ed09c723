"""Moments: what it costs to look at a run as it stood at any of its events."""

from __future__ import annotations

import random
import statistics
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from benchmarks.figures import Sample, figure
from benchmarks.floors import tuned_cache
from benchmarks.flows import chain
from benchmarks.measuring import interleaved, timed
from playhead import Runtime

EVENTS = 10_000
LOOKS = 400


@figure("scrub", unit="ms, p95", at_most=2, rounds=15, judged="value")
async def scrub(place: Path) -> AsyncIterator[Sample]:
    """Any snapshot of a run of 10,000 events, in any order; the floor reads a stored row of 1 KB."""
    flow = chain(EVENTS // 2)
    dice = random.Random(EVENTS)
    with tuned_cache(place / "floor") as cache:
        cache.set("row", bytes(1_000))
        async with Runtime(place / "subject") as runtime:
            run = flow.create_run(runtime=runtime)
            last = (await run.start(0)).seq
            assert last >= EVENTS

            async def subject() -> float:
                times = []
                for at in dice.choices(range(1, last + 1), k=LOOKS):
                    with timed(collect=False) as timer:
                        moment = await run.snapshot(at)
                        status = moment.status
                    assert (moment.seq, status) == (at, "success" if at == last else "running")
                    times.append(timer.seconds * 1e3)
                return p95(times)

            async def floor() -> float:
                times = []
                for _ in range(LOOKS):
                    with timed(collect=False) as timer:
                        cache.get("row")
                    times.append(timer.seconds * 1e3)
                return p95(times)

            for turn in count():
                yield await interleaved(subject, floor, turn)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
