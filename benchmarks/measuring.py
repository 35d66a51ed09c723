"""Measuring: rounds of floor and subject, their medians, and how noisy the machine was meanwhile."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Sample


@dataclass(frozen=True)
class Row:
    """What a figure came to. ``noise`` is the `spread` of its floor, which does the same in every round."""

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    target: str
    ok: bool
    noise: float
    rounds: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def measure(figure: Figure, rounds: int, tick: Callable[[], None]) -> Row:
    """Take that many rounds, after one that only warms up; ``tick`` is called after each."""
    samples: list[Sample] = []
    gc.collect()
    gc.freeze()  # What was imported for other figures would be looked through at each collection of garbage.
    with tempfile.TemporaryDirectory(prefix=f"playhead-{figure.name}-") as folder:
        async with aclosing(figure.samples(Path(folder))) as source:  # type: ignore[type-var]  # they are generators
            await anext(source)
            tick()
            for _ in range(rounds):
                samples.append(await anext(source))
                tick()
    gc.unfreeze()
    return row_of(figure, samples)


def row_of(figure: Figure, samples: list[Sample]) -> Row:
    """The medians of the rounds; the ratio is the median of the rounds' ratios, not a ratio of medians."""
    value = statistics.median(sample.value for sample in samples)
    ratio = statistics.median(sample.ratio for sample in samples)
    judged = ratio if figure.judged == "ratio" else value
    return Row(
        name=figure.name,
        value=value,
        unit=figure.unit,
        floor=statistics.median(sample.floor for sample in samples),
        ratio=ratio,
        target=figure.target,
        ok=judged <= figure.at_most,
        noise=spread([sample.floor for sample in samples]),
        rounds=len(samples),
    )


def spread(values: list[float]) -> float:
    """Half the distance between the quartiles, as a share of the median; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / middle if middle else 0.0


async def interleaved(
    subject: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]], turn: int
) -> Sample:
    """One round of both; who goes first changes from turn to turn."""
    if turn % 2:
        below = await floor()
        return Sample(await subject(), below)
    value = await subject()
    return Sample(value, await floor())


class Timer:
    """How long the ``with`` block took, as ``seconds``."""

    seconds = 0.0

    def per(self, count: int) -> float:
        """Microseconds for each of ``count`` things done in the block."""
        return self.seconds * 1e6 / count


@contextmanager
def timed(*, collect: bool = True) -> Iterator[Timer]:
    """Time the block, with the garbage of earlier work out of the way; what it makes itself, it pays for."""
    if collect:
        gc.collect()
    timer = Timer()
    begun = time.perf_counter()
    yield timer
    timer.seconds = time.perf_counter() - begun
