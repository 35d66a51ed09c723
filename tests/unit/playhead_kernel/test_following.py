"""Following a run that another process drives."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from playhead.errors import StoreError
from playhead.machine.snapshot import Snapshot, Status
from playhead_kernel.following import Followed


class ClosedStore:
    """The log of an active run in a store that was closed."""

    snapshot = Snapshot("r", seq=3, status=Status.RUNNING)

    def listen(self, listener: Any) -> Any:
        return lambda: None

    async def changed(self, seq: int, *, elsewhere: bool) -> None:
        raise StoreError("The store is not open.")


async def test_a_store_that_was_left_ends_the_watching_without_a_complaint() -> None:
    log: Any = ClosedStore()
    run: Any = SimpleNamespace(run_id="r")
    followed = Followed(run, log)
    followed.watch_elsewhere()
    watching = followed._elsewhere
    assert watching is not None
    await asyncio.wait([watching])
    assert watching.exception() is None
