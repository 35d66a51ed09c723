"""The bell: wakes those who wait for news of a run, on whatever event loop and thread they wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Listener:
    """One who waits. Rung from any thread, it wakes on the event loop it was made on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake it; does nothing if its event loop is closed, for nobody waits there any more."""
        if _running_loop() is self._loop:
            self._rung.set()
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._rung.set)

    async def heard(self, seconds: float) -> bool:
        """Wait for the bell, at most so many seconds; whether it rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True


class Bell:
    """Rung at each change of a run. Listen first and look afterwards, and nothing is missed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Listener]] = {}

    def ring(self, run_id: str) -> None:
        """Wake all who listen for this run."""
        if run_id not in self._listeners:  # The common case, without the lock: nobody listens.
            return
        with self._lock:
            listeners = tuple(self._listeners.get(run_id, ()))
        for listener in listeners:
            listener.ring()

    @contextmanager
    def listen(self, run_id: str) -> Iterator[Listener]:
        """Listen while in the ``with`` block."""
        listener = Listener()
        with self._lock:
            self._listeners.setdefault(run_id, set()).add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                others = self._listeners[run_id]
                others.discard(listener)
                if not others:
                    del self._listeners[run_id]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
