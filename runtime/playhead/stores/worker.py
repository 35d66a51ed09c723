"""The worker: a thread of a store's own, for what must not hold up the event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """One thread in each process, begun at its first job; jobs run one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._process = 0  # whose pool it is: a fork copies the pool, but not its thread

    def begin(self, job: Callable[[], T]) -> Future[T]:
        """Have the job done after those before it."""
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
                self._process = os.getpid()
            return self._pool.submit(job)

    async def run(self, job: Callable[[], T]) -> T:
        """The job's result. If the caller is cancelled, a job that has begun still runs to its end."""
        return await asyncio.wrap_future(self.begin(job))

    async def stop(self) -> None:
        """End the thread after the jobs it has; the next job begins another."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._process == os.getpid():
            await asyncio.wrap_future(pool.submit(_nothing))  # The jobs before it are done: no need to block.
            pool.shutdown()


def _nothing() -> None:
    pass
