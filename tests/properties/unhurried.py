"""A store that takes its time: between a call and what it does, and between that and its return, others go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from playhead.stores.port import RunSummary, Store


class Unhurried:
    """Any store, with pauses. ``appended`` is how many events there were after each append."""

    def __init__(self, store: Store, pause: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._pause = pause
        self.appended: list[int] = []

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        await self._pause()
        await self._store.append(run_id, after, frames, summary)
        self.appended.append(after + len(frames))
        await self._pause()

    async def read(self, run_id: str, after: int = 0) -> list[bytes]:
        await self._pause()
        return await self._store.read(run_id, after)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
