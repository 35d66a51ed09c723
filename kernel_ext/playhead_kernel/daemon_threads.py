"""Daemon threads: where plain ``def`` bodies run in a notebook.

The standard pool's threads are joined when the interpreter ends, so a body that sleeps would hold up the restart
of the kernel until it is killed. What runs here is simply left: the run is taken up again in the next kernel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

T = TypeVar("T")
_Work: TypeAlias = tuple[Future[Any], Callable[[], Any]]

MAX_THREADS: Final = 64  # more than the widest blocks people write by hand; idle threads cost little


class DaemonThreads(Executor):
    """An executor whose threads never keep a process alive; they are made when they are needed."""

    def __init__(self, max_workers: int = MAX_THREADS) -> None:
        self._max = max_workers
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._waiting = 0  # how many bodies the threads that are there can take at once
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run ``fn`` on one of the threads."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("These threads were shut down.")
            self._work.put((future, lambda: fn(*args, **kwargs)))
            self._waiting -= 1
            if self._waiting < 0 and len(self._threads) < self._max:
                self._begin_thread()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work. A body that runs is left to itself unless ``wait``."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        if cancel_futures:
            self._cancel_waiting()
        for _ in threads:
            self._work.put(None)
        for thread in threads if wait else ():
            thread.join()

    def _begin_thread(self) -> None:
        number = len(self._threads) + 1
        thread = threading.Thread(target=self._carry_out, name=f"playhead-step-{number}", daemon=True)
        self._threads.add(thread)
        self._waiting += 1
        thread.start()

    def _carry_out(self) -> None:
        while (item := self._work.get()) is not None:
            self._do(*item)
            del item  # the result must not live on until the next body comes
        with self._lock:
            self._threads.discard(threading.current_thread())

    def _do(self, future: Future[Any], body: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            self._is_free()
            return
        try:
            result = body()
        except BaseException as error:  # noqa: BLE001 - whatever the body raised belongs to whoever waits for it
            self._is_free()
            future.set_exception(error)
        else:
            self._is_free()
            future.set_result(result)

    def _is_free(self) -> None:
        """Before anybody learns of the result: who submits the next body then finds this thread, and makes none."""
        with self._lock:
            self._waiting += 1

    def _cancel_waiting(self) -> None:
        while not self._work.empty():
            item = self._work.get()
            if item is not None:
                item[0].cancel()
