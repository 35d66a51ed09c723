"""A store that has room for so many more writes, as a disk that fills up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from playhead import MemoryStore
from playhead.errors import StoreFull
from playhead.stores.port import RunSummary


class BreakingStore(MemoryStore):
    """Refuses every write once ``writes_left`` is used up, until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.writes_left = math.inf

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        if self.writes_left <= 0:
            raise StoreFull("There is no space left (a test says so).")
        self.writes_left -= 1
        await super().append(run_id, after, frames, summary)

    def mend(self) -> None:
        self.writes_left = math.inf
