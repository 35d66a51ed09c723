"""The other process of the figures of memory: ``python -m benchmarks.large steps|items|nothing FOLDER``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from benchmarks.flows import chain, increment
from benchmarks.machine import peak_memory
from playhead import Runtime, Step, Workflow

SIZE = 10_000
AT_ONCE = 10


async def steps(folder: Path) -> None:
    async with Runtime(folder) as runtime:
        result = await chain(SIZE).run(0, runtime=runtime)
    assert result.output == SIZE


async def items(folder: Path) -> None:
    flow = Workflow("items", input=list[int]).foreach(Step(increment, id="item"), concurrency=AT_ONCE).commit()
    async with Runtime(folder) as runtime:
        result = await flow.run(list(range(SIZE)), runtime=runtime)
    assert result.output == list(range(1, SIZE + 1))


async def nothing(folder: Path) -> None:
    async with Runtime(folder) as runtime:
        result = await chain(1).run(0, runtime=runtime)
    assert result.output == 1


def main() -> None:
    work, folder = sys.argv[1:]
    asyncio.run({"steps": steps, "items": items, "nothing": nothing}[work](Path(folder)))
    print(json.dumps({"megabytes": peak_memory() / 1e6}))


if __name__ == "__main__":
    main()
