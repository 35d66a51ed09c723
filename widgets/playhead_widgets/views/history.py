"""History: the moments of a run worth looking at, and how long everything took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from playhead.definition.workflow import Workflow
from playhead.machine.events import Event
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.graph import Block, graph_of
from playhead_widgets.views.marks import Mark, Marks
from playhead_widgets.views.states import state_of

#: How the label of each kind of checkpoint reads; ``{}`` is the step.
LABELS: Final[dict[str, str]] = {
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

_NO_GRAPH: Final[Block] = {"kind": "workflow", "path": "", "blocks": []}


def checkpoints(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The moments worth scrubbing to: ``seq, at, kind, path, label, status``, oldest first.

    ``at`` is in seconds since 1970, UTC; ``status`` is that of the step, or of the run where ``path`` is
    ``""``.
    """
    marks = Marks(_NO_GRAPH)
    found: list[dict[str, Any]] = []
    for event in events:
        for mark in marks.add(event):
            kind = mark[4].get("c") if len(mark) > 4 else None
            if kind:
                found.append(_checkpoint(kind, mark, event.at))
    return found


def marks_of(workflow: Workflow[Any, Any], events: Iterable[Event]) -> list[Mark]:
    """The whole log in short; see `marks`."""
    marks = Marks(graph_of(workflow))
    for event in events:
        marks.add(event)
    return marks.all


def timeline(snapshot: Snapshot) -> list[dict[str, Any]]:
    """A bar per step, turn and item, in the order in which they began.

    ``start`` and ``end`` are seconds after the first began; ``end`` is None while it goes on.
    """
    records = [record for record in snapshot.ordered() if record.started_at is not None]
    first = min((record.started_at or 0.0 for record in records), default=0.0)
    return [
        {
            "path": "/".join(record.path),
            "kind": record.kind,
            "state": state_of(record),
            "start": (record.started_at or 0.0) - first,
            "end": None if record.ended_at is None else record.ended_at - first,
            "tries": record.tries,
        }
        for record in records
    ]


def _checkpoint(kind: str, mark: Mark, at: float) -> dict[str, Any]:
    seq, path, state, _, more = mark
    subject = state if kind == "end" else more.get("l", path)
    return {
        "seq": seq,
        "at": at,
        "kind": kind,
        "path": path,
        "label": LABELS[kind].format(subject),
        "status": state,
    }
