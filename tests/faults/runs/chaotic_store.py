"""A store behind a bad line: requests and answers come late, twice, or not at all, and news is missed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from typing import Final

from playhead import MemoryStore
from playhead.errors import StoreConflict, StoreError
from playhead.stores.port import RunSummary
from tests.faults.runs.ledger import Ledger

LATE: Final = 0.3  # how likely an answer comes late
TWICE: Final = 0.3  # ... a request is delivered twice
LOST: Final = 0.06  # ... a request, or the answer to one, is lost
FALSE_NEWS: Final = 0.5  # ... somebody who waits for news is woken without any
MISSED: Final = 0.01  # seconds that stand for a wait whose news was missed


class ChaoticStore(MemoryStore):
    """Does to the appends and the news what networks do. ``lost`` counts the appends that nobody got an answer to.

    An append that is delivered twice is refused the second time; which of the two answers comes first, and is the
    one that is heard, is a matter of luck. Any append may come once more much later, when nobody listens.
    """

    def __init__(self, ledger: Ledger, dice: random.Random) -> None:
        super().__init__()
        self.ledger = ledger
        self.dice = dice
        self.lost = 0
        self.asked: list[tuple[str, int, Sequence[bytes], RunSummary | None]] = []

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        if self._happens(LOST):
            self._lose("request")
        if self.asked and self._happens(LATE):
            with contextlib.suppress(StoreConflict):
                await super().append(*self.dice.choice(self.asked))
                raise AssertionError("an old request was taken again")
        self.asked.append((run_id, after, frames, summary))
        await super().append(run_id, after, frames, summary)
        if self._happens(LATE):
            await self._turns()
        if self._happens(LOST):
            self._lose("answer")
        self.ledger.promise(after, frames)
        if self._happens(TWICE):
            await self._again(run_id, after, frames, summary)

    async def _again(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None) -> None:
        try:
            await super().append(run_id, after, frames, summary)
        except StoreConflict:
            if self._happens(0.5):
                raise

    async def wait(self, run_id: str, after: int, timeout: float) -> None:
        await self._turns()
        if not self._happens(FALSE_NEWS):
            await super().wait(run_id, after, MISSED)

    async def _turns(self) -> None:
        """Let others have some turns of the event loop."""
        for _ in range(self.dice.randrange(4)):
            await asyncio.sleep(0)

    def _happens(self, likely: float) -> bool:
        return self.dice.random() < likely

    def _lose(self, what: str) -> None:
        self.lost += 1
        raise StoreError(f"The {what} was lost on the way (a test says so).")
