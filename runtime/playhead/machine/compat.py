"""Whether a stored run still fits its workflow: what it has reached must still stand where it stood."""

from __future__ import annotations

from typing import Any

from playhead.definition.workflow import Workflow
from playhead.machine.places import bare, entry_at
from playhead.machine.rewind import kind_of
from playhead.machine.snapshot import Snapshot, Status


def misfits(workflow: Workflow[Any, Any], snapshot: Snapshot) -> list[str]:
    """What stands in the way of going on, one line each; empty if the run fits."""
    return [*_records(workflow, snapshot), *_frames(workflow, snapshot)]


def _records(workflow: Workflow[Any, Any], snapshot: Snapshot) -> list[str]:
    faults: dict[str, None] = {}
    for record in snapshot.ordered():
        name = "/".join(bare(record.path))
        found = entry_at(workflow, record.path)
        if found is None:
            faults[f"{name} was reached by the run and is gone from the workflow"] = None
        elif record.index is None and record.iteration is None:
            kind = kind_of(found[2], bare(record.path)[-1])
            if kind != record.kind and record.kind != "step":
                faults[f"{name} was a {record.kind} and is a {kind} now"] = None
    return list(faults)


def _frames(workflow: Workflow[Any, Any], snapshot: Snapshot) -> list[str]:
    """Steps that were finished must still come before, or at, the place where the run stands."""
    faults: dict[str, None] = {}
    for path, record in snapshot.records.items():
        frame = snapshot.frames.get(path[:-1])
        found = entry_at(workflow, path)
        if frame is None or found is None or record.status is not Status.SUCCESS:
            continue
        if found[1] > frame.position:
            faults[f"{'/'.join(bare(path))} was finished by the run and now comes later in the workflow"] = None
    return sorted(faults)
