"""What every contestant does: one work of one size in one folder, timed by itself, told as a line of JSON.

``python -m benchmarks.peers.CONTESTANT WORK SIZE FOLDER``. Needs nothing but the standard library: it is read by
the interpreters of all contestants.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks.machine import peak_memory


class Work(NamedTuple):
    """Something to do, how many parts of it, and what one part is called."""

    name: str
    size: int
    part: str


#: How many runs go on at once in ``many-runs``, and items in ``foreach``.
RUNS_AT_ONCE = 100
ITEMS_AT_ONCE = 10
#: Steps of a run in ``many-runs``.
STEPS_OF_MANY = 3
#: The answer to the question of ``cold-resume``.
ANSWER = 7

GROWTH = (10, 100, 1_000, 5_000)
WORKS = (
    *(Work("chain", steps, "step") for steps in GROWTH),
    Work("fan-out", 100, "arm"),
    Work("foreach", 1_000, "item"),
    Work("suspend-resume", 100, "round trip"),
    Work("many-runs", 300, "run"),
    Work("cold-resume", 1_000, "resume"),
)
#: Leaves a run waiting in the folder, for ``cold-resume`` to find.
PREPARATION = "wait"
#: Parts of the work that is done first, so that what is only loaded once is loaded.
WARMING = 10


class Stopwatch:
    """Seconds that its ``with`` blocks took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        gc.collect()
        begun = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begun


#: Does the work of that size in that folder, and leaves it closed; what counts is done while the watch runs.
Doing: TypeAlias = Callable[[int, Path, Stopwatch], Awaitable[None]]


def compete(doings: Mapping[str, Doing]) -> None:
    """The main program of a contestant."""
    name, size, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if name not in ("cold-resume", PREPARATION):
        _do(doings[name], min(size, WARMING), folder.with_name(f"{folder.name}-warm"))
    watch = _do(doings[name], size, folder)
    told = {
        "seconds": watch.seconds,
        "bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        "peak": peak_memory(),
    }
    print(json.dumps(told), flush=True)
    os._exit(0)  # as when it is killed: a run that waits is left waiting


def _do(doing: Doing, size: int, folder: Path) -> Stopwatch:
    folder.mkdir(exist_ok=True)
    watch = Stopwatch()
    asyncio.run(doing(size, folder, watch))
    return watch


async def at_once(run: Callable[[int], Awaitable[None]], count: int, limit: int = RUNS_AT_ONCE) -> None:
    """``run`` each number below ``count``, so many at once."""
    waiting = iter(range(count))

    async def one_after_the_other() -> None:
        for number in waiting:
            await run(number)

    await asyncio.gather(*(one_after_the_other() for _ in range(limit)))


def sum_after(size: int) -> int:
    """The sum of ``number + 1`` for every number below ``size``."""
    return size * (size + 1) // 2
