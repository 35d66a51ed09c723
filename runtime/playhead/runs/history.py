"""History: the moments of a run worth going back to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playhead.machine import events as E
from playhead.machine.events import Event, Path
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
