"""Stores that note their promises in the ledger, and one of them kills its process at a chosen append."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playhead import DiskStore
from playhead.stores.port import RunSummary
from tests.faults.runs.ledger import Ledger

WHERE = ("before", "inside", "after")


def die() -> None:
    """Be gone as by ``kill -9``."""
    os.kill(os.getpid(), signal.SIGKILL)


class WitnessedStore(DiskStore):
    """A disk store whose every promise is noted in a ledger."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        super().__init__(path)
        self.ledger = ledger

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        await super().append(run_id, after, frames, summary)
        self.ledger.promise(after, frames)


@dataclass(frozen=True)
class Place:
    """Where a process is to die: at the ``append``-th one, from 1; ``depth`` steps of SQLite's machine into it."""

    append: int
    where: str
    depth: int = 20


class DeadlyStore(WitnessedStore):
    """Kills its process at one place; ``appends`` counts how many it has seen."""

    def __init__(self, path: Path, ledger: Ledger, place: Place | None) -> None:
        super().__init__(path, ledger)
        self.place = place
        self.appends = 0

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        self.appends += 1
        place = self.place
        if place is None or place.append != self.appends:
            await super().append(run_id, after, frames, summary)
            return
        if place.where == "before":
            die()
        if place.where == "inside":
            self._arm(place.depth)
        await DiskStore.append(self, run_id, after, frames, summary)
        die()

    def _arm(self, depth: int) -> None:
        """Let SQLite call our death in the midst of the statements of the append."""
        steps = iter(range(depth))

        def step() -> int:
            if next(steps, None) is None:
                die()
            return 0

        self._access._ready()._con.set_progress_handler(step, 1)
