"""The direct engine: drives in memory, and writes when the run comes to rest. Read this one first.

Events count as soon as they are recorded; the store hears of them when the run rests, or when enough have
gathered. A killed process loses what was not written; use `evented` where that matters.
"""

from __future__ import annotations

from playhead.machine.fold import Moment
from playhead.stores.log import RunLog

#: Events put off at most; bounds what is held in memory only.
FLUSH_EVERY = 512


class Direct:
    """Show events at once, store them later."""

    name = "direct"

    def __init__(self) -> None:
        self._put_off = 0

    async def commit(self, log: RunLog, news: list[Moment]) -> None:
        log.extend(news)
        self._put_off += len(news)
        if self._put_off >= FLUSH_EVERY:
            await self.settle(log)

    async def settle(self, log: RunLog) -> None:
        self._put_off = 0
        await log.flush()
