"""One place that keeps logs, and several runtimes on it at the same time, as several processes have them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from playhead import DiskStore, MemoryStore, Runtime
from playhead.stores.port import Store


class SharedPlace:
    """Where the runtimes of a test meet; ``engine`` is the name of a set-up of the conformance tests."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine: Literal["direct", "evented"] = "direct" if engine == "direct" else "evented"
        self._folder = folder / "shared" if engine == "evented-disk" else None
        self._memory = MemoryStore()

    def runtime(self, **options: Any) -> Runtime:
        """A runtime of its own, to be entered, as another process would make it."""
        return Runtime(store=self.store(), **{"engine": self.engine, **options})

    @property
    def other_engine(self) -> str:
        """The engine that is not the set-up's."""
        return "evented" if self.engine == "direct" else "direct"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        """The store itself, for a test that writes to the log behind the runtimes' backs."""
        store = self.store()
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    def store(self) -> Store:
        """The place as one process sees it, to be opened."""
        return DiskStore(self._folder) if self._folder else self._memory
