"""The view of a run: a snapshot as plain data, and the small difference between two of them."""

from __future__ import annotations

from typing import Any, TypeAlias

from playhead.definition.workflow import Workflow
from playhead.machine.snapshot import ACTIVE, LEAVES, Record, Snapshot, Status
from playhead_widgets.views.escape import clean
from playhead_widgets.views.payloads import error_view, payload_tree
from playhead_widgets.views.questions import questions_of
from playhead_widgets.views.states import state_of

View: TypeAlias = dict[str, Any]


def run_view(workflow: Workflow[Any, Any], snapshot: Snapshot) -> View:
    """Everything about a run that a person looks at first.

    ``header`` is explained at `header_of`; ``states`` has an entry per path that was reached (``ship#3``);
    ``questions`` is explained at `questions_of`; ``result`` is the output as a tree.
    """
    return {
        "header": header_of(workflow, snapshot),
        "states": {"/".join(record.path): state_view(record) for record in snapshot.ordered()},
        "questions": questions_of(workflow, snapshot),
        "result": payload_tree(snapshot.output),
    }


def header_of(workflow: Workflow[Any, Any], snapshot: Snapshot) -> View:
    """Names, status, times (seconds since 1970, UTC), the error in short, and the run it was forked from.

    ``ended`` is when it came to rest; None while it goes on. A run that pauses because a step failed has an error
    already, though it may still be saved: ``failed`` is the step.
    """
    status = snapshot.shown_status
    going = snapshot.status in ACTIVE
    origin = _origin(snapshot) or _fresh_failure(snapshot)
    record = snapshot.records.get(origin) if origin else None
    return {
        "workflow": clean(workflow.id),
        "description": clean((workflow.description or "").strip().partition("\n")[0]),
        "run": clean(snapshot.run_id),
        "status": status.value,
        "canceling": snapshot.canceling,
        "seq": snapshot.seq,
        "started": snapshot.created_at,
        "ended": None if going or status is Status.PENDING else snapshot.ended_at or snapshot.updated_at,
        "error": error_view(snapshot.error or (record.error if record else None)),
        "failed": "/".join(origin or ()),
        "parent": list(snapshot.parent) if snapshot.parent else None,
        "resource": clean(snapshot.resource_id) if snapshot.resource_id else None,
    }


def state_view(record: Record) -> View:
    """The state of one path with the numbers that belong to its kind."""
    found: View = {"state": state_of(record), "kind": record.kind}
    if record.kind == "foreach":
        found |= {"done": record.done_items, "total": record.total}
    if record.kind == "loop":
        found["turn"] = record.turn
    if record.tries > 1:
        found["tries"] = record.tries
    if record.labels:
        found["labels"] = [clean(label) for label in record.labels]
    return found


def patch(old: View, new: View) -> View:
    """What has to be told to turn the old view into the new one; empty if nothing.

    Top-level parts are given whole where they differ, but of ``states`` only the paths that do; a path that
    is gone is given as None. `patched` applies it.
    """
    found = {key: value for key, value in new.items() if key != "states" and old.get(key) != value}
    before, after = old.get("states", {}), new.get("states", {})
    states: View = {path: state for path, state in after.items() if before.get(path) != state}
    states |= {path: None for path in before if path not in after}
    return {**found, "states": states} if states else found


def patched(old: View, change: View) -> View:
    """The view after the change."""
    new = {**old, **change}
    if "states" in change:
        states = {**old.get("states", {}), **change["states"]}
        new["states"] = {path: state for path, state in states.items() if state is not None}
    return new


def _origin(snapshot: Snapshot) -> tuple[str, ...] | None:
    """The step whose error ended the run, however deep it stands."""
    path = snapshot.error_path
    while path is not None:
        record = snapshot.records.get(path)
        if record is None or record.error_path is None:
            break
        path = record.error_path
    return path


def _fresh_failure(snapshot: Snapshot) -> tuple[str, ...] | None:
    """The step that failed last, and what follows from it was held back by a pause."""
    if snapshot.status is not Status.PAUSED:
        return None
    failed = [
        record
        for record in snapshot.ordered()
        if record.kind in LEAVES and record.error is not None and record.status in (Status.FAILED, Status.WAITING)
    ]
    return failed[-1].path if failed else None
