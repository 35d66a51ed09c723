"""Cancellation: one flag per run that bodies can poll, await, or wait for in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from typing import Final

#: One for all: it is held for a moment, and few runs are ever cancelled.
_LOCK: Final = threading.Lock()
_NOBODY: Final[frozenset[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]]] = frozenset()


class Cancellation:
    """Set once, never cleared. Safe to use from any thread and any event loop."""

    __slots__ = ("_event", "_is_set", "_waiters")

    def __init__(self) -> None:
        self._is_set = False
        self._event: threading.Event | None = None  # for threads that wait; made for the first one
        self._waiters = _NOBODY

    def is_set(self) -> bool:
        """Whether the run is being cancelled."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Block this thread until the run is cancelled, or ``timeout`` seconds; whether it is cancelled."""
        with _LOCK:
            if self._is_set:
                return True
            event = self._event = self._event or threading.Event()
        return event.wait(timeout)

    def set(self) -> None:
        """Tell everybody."""
        with _LOCK:
            self._is_set = True
            if self._event is not None:
                self._event.set()
            waiters, self._waiters = self._waiters, _NOBODY
        for loop, future in waiters:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_finish, future)

    def __await__(self) -> Generator[None, None, None]:
        with _LOCK:
            if self._is_set:
                return
            loop = asyncio.get_running_loop()
            waiter = (loop, loop.create_future())
            self._waiters |= {waiter}
        try:
            yield from waiter[1].__await__()
        finally:
            with _LOCK:
                self._waiters -= {waiter}


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
