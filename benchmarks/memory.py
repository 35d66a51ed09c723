"""Memory: the most that a process holds while it drives one very large run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from benchmarks.figures import Sample, figure
from benchmarks.interpreters import told_by


@figure("memory-steps", unit="MB", at_most=200, rounds=3, judged="value")
async def memory_of_steps(place: Path) -> AsyncIterator[Sample]:
    """The peak of a new process that runs 10,000 distinct steps, durable; its floor runs one step."""
    async for sample in _peaks("steps", place):
        yield sample


@figure("memory-items", unit="MB", at_most=200, rounds=3, judged="value")
async def memory_of_items(place: Path) -> AsyncIterator[Sample]:
    """The peak of a new process that runs a foreach of 10,000 items, durable; its floor runs one step."""
    async for sample in _peaks("items", place):
        yield sample


async def _peaks(work: str, place: Path) -> AsyncIterator[Sample]:
    for turn in count():
        yield Sample(_peak(work, place / f"{turn}"), _peak("nothing", place / f"{turn}-floor"))


def _peak(work: str, folder: Path) -> float:
    megabytes: float = told_by("benchmarks.large", work, str(folder))["megabytes"]
    return megabytes
