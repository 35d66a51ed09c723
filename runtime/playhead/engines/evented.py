"""The evented engine: every event is in the store before anything is done because of it.

So any process can take the run over at any event, and what was acknowledged is never lost.
"""

from __future__ import annotations

from collections.abc import Awaitable

from playhead.machine.fold import News
from playhead.stores.log import RunLog


class Evented:
    """Store events, then show them."""

    name = "evented"

    def commit(self, log: RunLog, news: News) -> Awaitable[None]:
        return log.append(news)

    async def settle(self, log: RunLog) -> None:
        """Nothing is ever put off."""
