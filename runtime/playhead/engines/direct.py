"""The direct engine: drives in memory, and writes when the run comes to rest. Read this one first.

Events count as soon as they are recorded; the store hears of them when the run rests, or when enough have
gathered. A killed process loses what was not written; use `evented` where that matters.
"""

from __future__ import annotations

from playhead.errors import StoreConflict
from playhead.machine.fold import News
from playhead.machine.snapshot import Snapshot
from playhead.stores.log import RunLog

#: Events put off at most; bounds what is held in memory only.
FLUSH_EVERY = 512


class Direct:
    """Show events at once, store them later."""

    name = "direct"

    def __init__(self) -> None:
        self._put_off = 0
        self._last: Snapshot | None = None

    async def commit(self, log: RunLog, news: News) -> None:
        self._put_off += len(news.events)
        if self._put_off > FLUSH_EVERY or not log.is_followed_by(news):
            await self.settle(log)
            self._put_off = len(news.events)
        log.extend(news)
        self._last = news.after if news.events else self._last

    async def settle(self, log: RunLog) -> None:
        """Raises `StoreConflict` too if a reader has laid what was put off over what somebody else wrote."""
        self._put_off = 0
        await log.flush()
        if self._last is not None and log.snapshot is not self._last:
            raise StoreConflict(log.run_id, self._last.seq, log.snapshot.seq)
