"""Printing in another process: the text of a body goes back with its reply, and not to the worker's terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final

_STREAMS: Final = ("stdout", "stderr")
_listener: ContextVar[Callable[[str, str], None] | None] = ContextVar("playhead_printing", default=None)
_lock = threading.Lock()
_bodies = 0
"""How many bodies run in this process now: a Dask worker has several threads."""


class _Stream:
    """Stands before a standard stream, and is it for all but what a body prints."""

    def __init__(self, name: str, base: Any) -> None:
        self._name = name
        self.base = base

    def write(self, text: str) -> Any:
        listener = _listener.get()
        if listener is None:
            return self.base.write(text)
        listener(self._name, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)


@contextlib.contextmanager
def printing_to(listener: Callable[[str, str], None]) -> Iterator[None]:
    """While it lasts, what this thread prints goes to ``listener``, as the stream's name and the text."""
    token = _listener.set(listener)
    _stand(1)
    try:
        yield
    finally:
        _stand(-1)
        _listener.reset(token)


def _stand(change: int) -> None:
    """Stand before the streams from the first body on, and until the last."""
    global _bodies
    with _lock:
        before, _bodies = _bodies, _bodies + change
        for name in _STREAMS:
            present = getattr(sys, name)
            if before == 0:
                setattr(sys, name, _Stream(name, present))
            elif _bodies == 0 and isinstance(present, _Stream):
                setattr(sys, name, present.base)
