"""Complaints: what the runtime logs, kept for the doctor instead of spoiling a cell.

Without a handler Python would print each warning, and the traceback of each failed step, into whichever cell is
open; the view shows a failure where it happened.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Final

_KEPT: Final = 10


class Complaints(logging.Handler):
    """The last few warnings of the runtime. Handlers that people add to the ``playhead`` logger get them too."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._recent: deque[str] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self._recent.append(f"{record.levelname.lower()}: {record.getMessage().splitlines()[0]}")

    def recent(self) -> list[str]:
        """Oldest first."""
        return list(self._recent)

    def listen(self) -> None:
        """Begin to keep what is logged."""
        logging.getLogger("playhead").addHandler(self)

    def leave(self) -> None:
        """Let others have it."""
        logging.getLogger("playhead").removeHandler(self)
