"""The other process of the figure ``cold-resume``: ``python -m benchmarks.cold resume FOLDER RUN`` or ``read FILE``."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

# Not used here: what Playhead imports when it first needs it, so that no import is measured.
import diskcache  # noqa: F401
import ormsgpack  # noqa: F401
import pydantic

import playhead.runs.answering
import playhead.stores.disk  # noqa: F401
from benchmarks.flows import answer_or_ask, increment
from playhead import Runtime, Step, Workflow

STEPS = 1_000
ANSWER = 7


def flow(length: int = STEPS) -> Workflow[Any, Any]:
    """So many distinct steps, and a question."""
    built: Workflow[Any, Any] = Workflow("long", input=int)
    first = Step(increment, id="step")
    for number in range(length):
        built = built.then(first.as_(f"step-{number}"))
    return built.then(Step(answer_or_ask, id="ask", resume=int)).commit()


async def suspended_run(home: Path) -> str:
    """Leave such a run in a new store, waiting for its answer; give its id."""
    async with Runtime(home) as runtime:
        run = flow().create_run(runtime=runtime)
        result = await run.start(0)
    assert result.suspended == [("ask",)]
    return run.run_id


async def resume(home: str, run_id: str) -> float:
    """Milliseconds from opening the store to the result."""
    definition = flow()
    pydantic.TypeAdapter(int)  # loads the parts of pydantic that are loaded when it is first used
    begun = time.perf_counter()
    async with Runtime(home) as runtime:
        result = await definition.create_run(run_id=run_id, runtime=runtime).resume(ANSWER)
        assert result.output == STEPS + ANSWER
        return (time.perf_counter() - begun) * 1e3


async def read(file: str) -> float:
    """Milliseconds from opening the database to one more row in it."""
    begun = time.perf_counter()
    con = sqlite3.connect(file, isolation_level=None)
    rows = con.execute("SELECT number, value FROM steps ORDER BY number").fetchall()
    con.execute("INSERT INTO steps VALUES (?, ?)", (len(rows), b"x"))
    con.close()
    return (time.perf_counter() - begun) * 1e3


def main() -> None:
    work, *arguments = sys.argv[1:]
    milliseconds = asyncio.run({"resume": resume, "read": read}[work](*arguments))
    print(json.dumps({"milliseconds": milliseconds}))


if __name__ == "__main__":
    main()
