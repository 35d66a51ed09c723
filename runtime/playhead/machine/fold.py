"""Fold records: ``fold(snapshot, event) -> snapshot``.

Rules
1. This is the only place that changes a snapshot, and it holds no policy: it never asks what should happen.
2. It never fails on an event that was written by this version or an older one; unknown types leave the
   snapshot as it is, but for ``seq``.
3. It is pure: no clock, no randomness, no I/O. Time comes with the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from playhead.machine.events import Event
from playhead.machine.run_folds import RUN_FOLDERS
from playhead.machine.snapshot import Snapshot
from playhead.machine.step_folds import STEP_FOLDERS

#: Every how many events a snapshot is kept; any moment is then at most this many folds away (microseconds each).
KEEP_EVERY: Final = 64

_FOLDERS = {**RUN_FOLDERS, **STEP_FOLDERS}


def fold(snapshot: Snapshot, event: Event) -> Snapshot:
    """The snapshot after ``event``."""
    folder = _FOLDERS.get(event.type)
    return folder(snapshot, event) if folder else snapshot.passed(event)


class News:
    """Events that follow on one another, and the run before and after them: together, so that none is folded twice.

    ``kept`` are the snapshots after every `KEEP_EVERY`-th event of the run.
    """

    __slots__ = ("after", "before", "events", "kept")

    def __init__(self, before: Snapshot, events: Iterable[Event] = ()) -> None:
        self.before = self.after = before
        self.events: list[Event] = []
        self.kept: tuple[Snapshot, ...] = ()
        for event in events:
            self.add(event)

    def add(self, event: Event) -> Snapshot:
        """The run after one more event."""
        folder = _FOLDERS.get(event.type)  # as `fold` does it, once for each event of every run
        after = self.after = folder(self.after, event) if folder else self.after.passed(event)
        self.events.append(event)
        if event.seq % KEEP_EVERY == 0:
            self.kept += (after,)
        return after
