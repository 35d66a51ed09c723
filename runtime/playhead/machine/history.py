"""History: the moments of a run worth going back to, and what each is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.places import bare
from playhead.machine.snapshot import LEAVES

#: How the label of each kind of checkpoint reads; ``{}`` is the step, what was answered, or how the run ended.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "start": "run started",
        "step": "{} done",
        "failure": "{} failed",
        "retry": "{} will be tried again",
        "suspension": "{} asks",
        "answer": "{} answered",
        "travel": "travelled back",
        "fork": "forked",
        "end": "run ended: {}",
    }
)

#: What happens to a container is no checkpoint: it follows what happens to the leaves in it.
_OF_LEAVES: Final = {E.STEP_SUCCEEDED: "step", E.STEP_FAILED: "failure", E.STEP_SUSPENDED: "suspension"}
_ENDS: Final = {
    E.RUN_SUCCEEDED: "success",
    E.RUN_FAILED: "failed",
    E.RUN_TRIPPED: "tripwire",
    E.RUN_CANCELED: "canceled",
}
_BEGINNINGS: Final = frozenset({E.STEP_STARTED, E.STEP_WAITING})
_NAMED: Final = 3  # answers given at once that a label names


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment worth going back to: the run right after event ``seq``.

    ``kind`` says what had just happened, as a key of `LABELS`; ``label`` says it in words. ``path`` is the step it
    happened to, ``()`` for the run.
    """

    seq: int
    at: datetime
    kind: str
    path: Path
    label: str


class Recogniser:
    """Tells which events of a log are checkpoints, if it sees them all and in order."""

    def __init__(self) -> None:
        self._containers: set[Path] = set()
        self._forked = False

    def kind_of(self, event: Event) -> str:
        """The kind of checkpoint that the event is; empty if it is none."""
        data = event.data
        match event.type:
            case E.RUN_STARTED:
                return "start"
            case E.STEP_STARTED:
                self._began(event.path, data.get("kind", "step"))
            case E.STEP_WAITING:
                return "retry" if data.get("error") else ""
            case E.RUN_RESUMED:
                # Going on from a pause is no moment of its own: what then happens is.
                return "answer" if data.get("targets") else ""
            case E.RUN_FORKED:
                # The run is laid out anew by the event that comes next: that is the moment to look at.
                self._forked = True
            case E.RUN_REWOUND:
                return self._rewound(event)
            case other if other in _ENDS:
                return "end"
            case other if event.path not in self._containers:
                return _OF_LEAVES.get(other, "")
            case _:
                pass
        return ""

    def _began(self, path: Path, kind: str) -> None:
        if kind not in LEAVES:
            self._containers.add(path)

    def _rewound(self, event: Event) -> str:
        for path, fields in event.data.get("set", ()):
            self._began(tuple(path), fields.get("kind", "step"))
        kind, self._forked = "fork" if self._forked else "travel", False
        return kind


def checkpoints(events: Iterable[Event]) -> list[Checkpoint]:
    """The moments of a log worth going back to, oldest first."""
    recogniser = Recogniser()
    return [
        Checkpoint(event.seq, datetime.fromtimestamp(event.at, UTC), kind, event.path, _label(kind, event))
        for event in events
        if (kind := recogniser.kind_of(event))
    ]


def answered(event: Event) -> str:
    """What the answers that came with the event were for, the first of them."""
    return ", ".join("/".join(target) for target in event.data.get("targets", ())[:_NAMED])


def before(events: Iterable[Event], place: Path) -> int | None:
    """The last event before the step at ``place`` began, for the last time; None if it never did."""
    began = [event.seq for event in events if _begins(event, place)]
    return began[-1] - 1 if began else None


def _label(kind: str, event: Event) -> str:
    subject = _ENDS.get(event.type) or answered(event) or "/".join(event.path)
    return LABELS[kind].format(subject)


def _begins(event: Event, place: Path) -> bool:
    return event.type in _BEGINNINGS and "kind" in event.data and bare(event.path) == place
