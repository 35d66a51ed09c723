"""Rebase: lay events over what somebody else wrote to the log first.

What happened stays true: steps that began and ended did so. What was concluded from it may not: a run, or a
container, that is at rest because its steps wait is not at rest any more if one of them was answered meanwhile.
And once the run was cancelled nothing new begins: what was only about to is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.snapshot import LEAVES, Snapshot, Status, item_path

#: Events that say how the run stands; to be judged anew.
_VERDICTS: Final = frozenset(
    {E.RUN_SUCCEEDED, E.RUN_FAILED, E.RUN_TRIPPED, E.RUN_SUSPENDED, E.RUN_PAUSED, E.RUN_CANCELED}
)


def rebased(events: Iterable[Event], seen: Snapshot, base: Snapshot) -> list[Event]:
    """``events``, which led to ``seen``, as they go on after ``base``: a log that somebody else wrote to."""
    kept = [event for event in events if not _is_verdict(event, seen)]
    return [event._replace(seq=number) for number, event in enumerate(kept, base.seq + 1)]


def without_beginnings(events: Iterable[Event]) -> list[Event]:
    """``events`` without those of places that begin in them."""
    kept, withdrawn = [], set[Path]()
    for event in events:
        if event.type == E.STEP_STARTED or (event.type == E.STEP_WAITING and "kind" in event.data):
            withdrawn.add(event.path)
        if event.path not in withdrawn:
            kept.append(event)
    return kept


def _is_verdict(event: Event, seen: Snapshot) -> bool:
    if event.type == E.STEP_SUSPENDED:
        return _is_container(event.path, seen)
    if event.type == E.ITEM_FINISHED and event.data["status"] == Status.SUSPENDED:
        return _is_container(item_path(event.path, event.data["index"]), seen)
    return event.type in _VERDICTS


def _is_container(path: Path, seen: Snapshot) -> bool:
    return seen.records[path].kind not in LEAVES
