"""History: the moments of a run worth going back to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.places import bare
from playhead.results import moment

_KINDS: Final = {
    E.RUN_STARTED: "start",
    E.RUN_RESUMED: "resume",
    E.RUN_REWOUND: "time-travel",
    E.RUN_FORKED: "fork",
    E.STEP_SUCCEEDED: "step",
    E.STEP_FAILED: "failure",
    E.STEP_SUSPENDED: "suspension",
    E.RUN_SUCCEEDED: "end",
    E.RUN_FAILED: "end",
    E.RUN_TRIPPED: "end",
    E.RUN_CANCELED: "end",
}
_BEGINNINGS: Final = frozenset({E.STEP_STARTED, E.STEP_WAITING})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment worth going back to: the run right after event ``seq``. ``kind`` says what had just happened."""

    seq: int
    at: datetime
    kind: str
    path: Path
    label: str


def checkpoints(events: Iterable[Event]) -> list[Checkpoint]:
    """Steps, suspensions, failures, answers, journeys and ends, in order."""
    found = []
    for event in events:
        kind = _KINDS.get(event.type)
        at = moment(event.at)
        if kind is not None and at is not None:
            label = " ".join(filter(None, ("/".join(event.path), event.type.partition("-")[2])))
            found.append(Checkpoint(event.seq, at, kind, event.path, label))
    return found


def before(events: Iterable[Event], place: Path) -> int | None:
    """The last event before the step at ``place`` began, for the last time; None if it never did."""
    began = [event.seq for event in events if _begins(event, place)]
    return began[-1] - 1 if began else None


def _begins(event: Event, place: Path) -> bool:
    return event.type in _BEGINNINGS and "kind" in event.data and bare(event.path) == place
