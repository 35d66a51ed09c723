"""Fold records: ``fold(snapshot, event) -> snapshot``.

Rules
1. This is the only place that changes a snapshot, and it holds no policy: it never asks what should happen.
2. It never fails on an event that was written by this version or an older one; unknown types leave the
   snapshot as it is, but for ``seq``.
3. It is pure: no clock, no randomness, no I/O. Time comes with the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from playhead.machine.events import Event
from playhead.machine.run_folds import RUN_FOLDERS
from playhead.machine.snapshot import Snapshot
from playhead.machine.step_folds import STEP_FOLDERS

_FOLDERS = {**RUN_FOLDERS, **STEP_FOLDERS}


def fold(snapshot: Snapshot, event: Event) -> Snapshot:
    """The snapshot after ``event``."""
    folder = _FOLDERS.get(event.type)
    return folder(snapshot, event) if folder else snapshot.after(event)


class Moment(NamedTuple):
    """An event, and the run before and after it: handed on together, so that no event is folded twice."""

    before: Snapshot
    event: Event
    after: Snapshot


def moment_of(before: Snapshot, event: Event) -> Moment:
    """What ``event`` makes of the run."""
    return Moment(before, event, fold(before, event))


def moments(snapshot: Snapshot, events: Iterable[Event]) -> list[Moment]:
    """Each of ``events``, which follow ``snapshot``, with the run after it."""
    found = []
    for event in events:
        found.append(moment_of(snapshot, event))
        snapshot = found[-1].after
    return found
