"""Playhead on disk, by default or, with ``PLAYHEAD_DURABILITY=power``, with an fsync for each commit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks import cold
from benchmarks.flows import chain, increment, questions
from benchmarks.peers.contest import (
    ANSWER,
    ITEMS_AT_ONCE,
    PREPARATION,
    STEPS_OF_MANY,
    Stopwatch,
    at_once,
    compete,
    sum_after,
)
from playhead import Runtime, Step, Workflow

RUN = "waiting"


def runtime_in(folder: Path) -> Runtime:
    durability: Any = os.environ.get("PLAYHEAD_DURABILITY", "process")
    return Runtime(folder / "store", durability=durability)


async def run_chain(size: int, folder: Path, watch: Stopwatch) -> None:
    flow = chain(size)
    async with runtime_in(folder) as runtime:
        with watch.running():
            result = await flow.run(0, runtime=runtime)
    assert result.output == size


async def fan_out(size: int, folder: Path, watch: Stopwatch) -> None:
    first = Step(increment, id="arm")
    flow = Workflow("fan-out", input=int).parallel(*(first.as_(f"arm-{number}") for number in range(size))).commit()
    async with runtime_in(folder) as runtime:
        with watch.running():
            result = await flow.run(0, runtime=runtime)
    assert sum(result.output.values()) == size


async def foreach(size: int, folder: Path, watch: Stopwatch) -> None:
    flow = Workflow("foreach", input=list[int]).foreach(Step(increment, id="item"), concurrency=ITEMS_AT_ONCE).commit()
    async with runtime_in(folder) as runtime:
        with watch.running():
            result = await flow.run(list(range(size)), runtime=runtime)
    assert sum(result.output) == sum_after(size)


async def suspend_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    async with runtime_in(folder) as runtime:
        run = questions(size).create_run(runtime=runtime)
        await run.start(0)
        with watch.running():
            for _ in range(size):
                result = await run.resume(1)
    assert result.output == size


async def many_runs(size: int, folder: Path, watch: Stopwatch) -> None:
    flow = chain(STEPS_OF_MANY)
    async with runtime_in(folder) as runtime:

        async def run(number: int) -> None:
            assert (await flow.run(number, runtime=runtime)).output == number + STEPS_OF_MANY

        with watch.running():
            await at_once(run, size)


async def wait(size: int, folder: Path, watch: Stopwatch) -> None:
    async with runtime_in(folder) as runtime:
        result = await cold.flow(size).create_run(run_id=RUN, runtime=runtime).start(0)
    assert result.suspended


async def cold_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    flow = cold.flow(size)
    with watch.running():
        async with runtime_in(folder) as runtime:
            result = await flow.create_run(run_id=RUN, runtime=runtime).resume(ANSWER)
    assert result.output == size + ANSWER


if __name__ == "__main__":
    compete(
        {
            "chain": run_chain,
            "fan-out": fan_out,
            "foreach": foreach,
            "suspend-resume": suspend_resume,
            "many-runs": many_runs,
            PREPARATION: wait,
            "cold-resume": cold_resume,
        }
    )
