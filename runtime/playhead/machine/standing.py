"""Standing: how a run, or a step, stands, in words that go on with "it": ``has succeeded``."""

from __future__ import annotations

from typing import Final

from playhead.machine.snapshot import Status

_WORDS: Final = {
    Status.PENDING: "has not begun",
    Status.RUNNING: "is running",
    Status.WAITING: "is waiting",
    Status.SUSPENDED: "is suspended",
    Status.PAUSED: "is paused",
    Status.SUCCESS: "has succeeded",
    Status.FAILED: "has failed",
    Status.TRIPWIRE: "was ended by a tripwire",
    Status.CANCELED: "was canceled",
}


def standing(status: Status) -> str:
    """What is said of a run, or a step, of that status."""
    return _WORDS[status]
