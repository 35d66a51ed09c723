"""A store that has room for so many more writes, as a disk that fills up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from playhead.errors import StoreFull
from playhead.stores.port import RunSummary, Store


class BreakingStore:
    """Another store, that refuses every write once ``writes_left`` is used up, until it is mended."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes_left = math.inf

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        if self.writes_left <= 0:
            raise StoreFull("There is no space left (a test says so).")
        self.writes_left -= 1
        await self._store.append(run_id, after, frames, summary)

    def mend(self) -> None:
        self.writes_left = math.inf

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
