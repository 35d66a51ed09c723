"""Imports: how long a new interpreter takes until Playhead can be used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from benchmarks.figures import Sample, figure
from benchmarks.interpreters import in_new_interpreter
from benchmarks.measuring import interleaved, timed

#: What people write; the names load what they need, which a bare ``import playhead`` puts off.
OURS = "import playhead; from playhead import Context, Runtime, Workflow, step"
FLOOR = "import asyncio, sqlite3, diskcache"


@figure("import", unit="ms", at_most=1.6, rounds=25)
async def importing(place: Path) -> AsyncIterator[Sample]:
    """A new interpreter imports Playhead and the names a notebook begins with; the floor imports what it stands on."""

    async def subject() -> float:
        return _interpreter(OURS)

    async def floor() -> float:
        return _interpreter(FLOOR)

    for turn in count():
        yield await interleaved(subject, floor, turn)


def _interpreter(code: str) -> float:
    """Milliseconds a new interpreter takes for the code, from its start to its end."""
    with timed() as timer:
        in_new_interpreter("-c", code)
    return timer.seconds * 1e3
