"""Figures: what is measured, against which floor, and how little it must come to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Sample:
    """One round: what was measured and what its floor took, in the same unit, one right after the other."""

    value: float
    floor: float

    @property
    def ratio(self) -> float:
        return self.value / self.floor


#: One round after the other, without end; ``place`` is an empty folder of the measurement's own.
Rounds: TypeAlias = Callable[[Path], AsyncIterator[Sample]]


@dataclass(frozen=True)
class Figure:
    """A line of the speed table. ``judged`` says whether the ratio or the value itself must be ``at_most`` so much."""

    name: str
    unit: str
    at_most: float
    rounds: int
    samples: Rounds
    judged: Literal["ratio", "value"] = "ratio"

    @property
    def target(self) -> str:
        unit = f" {self.unit}" if self.judged == "value" else ""
        return f"{self.judged} <= {self.at_most:g}{unit}"


#: Every figure, in the order in which they are measured.
FIGURES: dict[str, Figure] = {}


def figure(
    name: str, *, unit: str, at_most: float, rounds: int, judged: Literal["ratio", "value"] = "ratio"
) -> Callable[[Rounds], Rounds]:
    """Register an async generator of `Sample` as the measurement of a figure."""

    def register(samples: Rounds) -> Rounds:
        FIGURES[name] = Figure(name, unit, at_most, rounds, samples, judged)
        return samples

    return register
