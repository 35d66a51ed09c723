"""Rests: what it costs to stop for an answer and to go on, in this process and in a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from benchmarks import cold
from benchmarks.figures import Sample, figure
from benchmarks.floors import add_each, tuned_cache
from benchmarks.flows import questions
from benchmarks.interpreters import told_by
from benchmarks.measuring import interleaved, timed
from playhead import Runtime

TRIPS = 100
#: Runs of a round: so that each holds its share of what SQLite puts off, moving its log to the main file.
RUNS = 5


@figure("suspend-resume", unit="µs per round trip", at_most=2.5, rounds=15)
async def suspend_resume(place: Path) -> AsyncIterator[Sample]:
    """A step that asks a hundred times; the floor commits twice for each question, together the bytes of one trip."""
    flow = questions(TRIPS)
    with tuned_cache(place / "floor") as cache:
        async with Runtime(place / "subject") as runtime:
            size = 0

            async def subject() -> float:
                nonlocal size
                runs = [flow.create_run(runtime=runtime) for _ in range(RUNS)]
                for run in runs:
                    await run.start(0)
                with timed() as timer:
                    for run in runs:
                        for _ in range(TRIPS):
                            result = await run.resume(1)
                        assert result.output == TRIPS
                size = size or sum(map(len, await runtime.store.read(runs[0].run_id))) // TRIPS // 2
                return timer.per(RUNS * TRIPS)

            async def floor() -> float:
                keys = [f"{turn}/{number:012d}" for number in range(2 * RUNS * TRIPS)]
                with timed() as timer:
                    add_each(cache, keys, size)
                return timer.per(RUNS * TRIPS)

            for turn in count():
                yield await interleaved(subject, floor, turn)


@figure("cold-resume", unit="ms", at_most=10, rounds=11, judged="value")
async def cold_resume(place: Path) -> AsyncIterator[Sample]:
    """A new process finds a run of 1,000 steps suspended, answers it and has its result; imports do not count.

    The floor is a new process that reads the same number of rows with plain sqlite3 and adds one.
    """
    for turn in count():
        home = place / str(turn)
        run_id = await cold.suspended_run(home)
        floor_file = _rows(place / f"{turn}.db")

        async def subject(home: Path = home, run_id: str = run_id) -> float:
            return _in_new_process("resume", str(home), run_id)

        async def floor(file: Path = floor_file) -> float:
            return _in_new_process("read", str(file))

        yield await interleaved(subject, floor, turn)


def _rows(file: Path) -> Path:
    """A database with a row for each step."""
    with sqlite3.connect(file) as con:
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("CREATE TABLE steps (number INTEGER PRIMARY KEY, value BLOB)")
        con.executemany("INSERT INTO steps VALUES (?, ?)", ((number, b"x" * 170) for number in range(cold.STEPS)))
    con.close()
    return file


def _in_new_process(*arguments: str) -> float:
    """Milliseconds, as the process itself measured them after its imports."""
    milliseconds: float = told_by("benchmarks.cold", *arguments)["milliseconds"]
    return milliseconds
