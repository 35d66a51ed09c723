"""States: how a status looks and reads, and what many of them amount to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from playhead.machine.snapshot import Record, Status

PENDING: Final = "pending"
SKIPPED: Final = "skipped"
TRIPWIRE: Final = "tripwire"


class Look(NamedTuple):
    """``sign`` stands in plain text; ``glyph`` is an SVG path in a box from -6 to 6."""

    sign: str
    glyph: str


LOOKS: Final[dict[str, Look]] = {
    "pending": Look("○", "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0"),
    "running": Look("▶", "M-2.6-4.4L4.6 0L-2.6 4.4Z"),
    "waiting": Look("◔", "M-4.8 0a4.8 4.8 0 1 0 9.6 0a4.8 4.8 0 1 0-9.6 0M0-2.9V0L2 1.6"),
    "suspended": Look("?", "M-2.3-2.2C-2.3-5.4 2.5-5.4 2.5-2.3C2.5-.3 0-.3 0 1.9M0 4.4V4.5"),
    "paused": Look("‖", "M-2.2-4V4M2.2-4V4"),
    "success": Look("✓", "M-4.4.4L-1.4 3.6L4.6-3.6"),
    "failed": Look("✗", "M-3.6-3.6L3.6 3.6M3.6-3.6L-3.6 3.6"),
    "tripwire": Look("!", "M0-4.6V1.2M0 4.4V4.5"),
    "canceled": Look("■", "M-3.2-3.2H3.2V3.2H-3.2Z"),
    "skipped": Look("–", "M-4 0H4"),
}

#: What a node shows before it begins: the kind of work it is.
KINDS: Final[dict[str, str]] = {
    "step": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "asks": "M-4.4-3.6H4.4V2H.2L-2.2 4.4V2H-4.4Z",
    "map": "M-4.4-2.2H3.2M1-4.4L3.2-2.2L1 0M4.4 2.4H-3.2M-1 .2L-3.2 2.4L-1 4.6",
    "sleep": "M3.9 1.5A4.4 4.4 0 1 1-1.5-3.9A3.5 3.5 0 0 0 3.9 1.5Z",
    "workflow": "M-4.2-4.2H1.4V1.4H-4.2ZM-1.4 4.2H4.2V-1.4",
    "foreach": "M-4.4-1.2L0-3.8L4.4-1.2L0 1.4ZM-4.4 1.8L0 4.4L4.4 1.8",
}

#: The first of these that is among many states is what they amount to together.
_LOUDEST: Final = (
    "failed",
    "tripwire",
    "suspended",
    "running",
    "waiting",
    "paused",
    "canceled",
    "pending",
    "success",
    "skipped",
)


def state_of(record: Record) -> str:
    """The state to show for a record: its status, or ``tripwire`` for a failure that trips the run."""
    return TRIPWIRE if record.tripped and record.status is Status.FAILED else record.status.value


def together(states: Iterable[str]) -> str:
    """What the states of many turns or items amount to; ``pending`` for none."""
    found = set(states)
    return next((state for state in _LOUDEST if state in found), PENDING)
