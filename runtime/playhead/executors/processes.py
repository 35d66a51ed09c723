"""Processes of our own, made when they are needed, and made anew when one of them has died."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any


class Processes(Executor):
    """A process pool that outlives its workers: `ProcessPoolExecutor` takes no more work once one was killed.

    ``max_workers`` is how many processes there are at most; None: one for each processor. They are spawned, so
    that they share nothing with this process: a step's function, and the classes of its values, must be in
    modules that can be imported. An interrupt (Ctrl-C, or a notebook's stop button), which the system sends to all
    processes alike, is left to the process of the run.
    """

    def __init__(self, max_workers: int | None = None) -> None:
        self.max_workers = max_workers
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self._lock:
            if self._pool is None:
                self._pool = self._made()
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False)
                self._pool = self._made()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait, cancel_futures=cancel_futures)

    def _made(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.max_workers, mp_context=spawn, initializer=_pass_over_interrupts)


def _pass_over_interrupts() -> None:
    # Not SIG_IGN, which the programs that a body starts would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
