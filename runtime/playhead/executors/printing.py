"""Printing in another process: the text of a body goes back with its reply, and not to the worker's terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
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


class PrintingTo:
    """While it lasts, what this thread prints goes to ``listener``, as the stream's name and the text.

    A class, because `contextlib.contextmanager` sets attributes of the exceptions that pass through, and a user's
    exception class may refuse that.
    """

    def __init__(self, listener: Callable[[str, str], None]) -> None:
        self._listener = listener

    def __enter__(self) -> None:
        self._token = _listener.set(self._listener)
        _stand(1)

    def __exit__(self, *_: object) -> None:
        _stand(-1)
        _listener.reset(self._token)


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
