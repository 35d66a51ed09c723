"""Threads of our own, made when the first plain ``def`` body runs."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

#: More than the widest blocks people write by hand; idle threads cost little.
MAX_THREADS = 64


class Threads(Executor):
    """A thread pool that does not exist before it is needed."""

    def __init__(self, max_workers: int = MAX_THREADS) -> None:
        self.max_workers = max_workers
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.max_workers, thread_name_prefix="playhead-step")
        return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait, cancel_futures=cancel_futures)
            self._pool = None
