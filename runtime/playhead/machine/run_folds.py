"""Folding the events of a run as a whole: how it began, went on, was rewound, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rpds import HashTrieMap

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.payload import Payload
from playhead.machine.recorded import Changes, Folder, error_in, laid_over, path_in
from playhead.machine.snapshot import LEAVES, Frame, Record, Snapshot, Status, ancestors


def _created(snapshot: Snapshot, event: Event) -> Changes:
    data = event.data
    return {
        "workflow_id": data["workflow"],
        "resource_id": data.get("resource"),
        "created_at": event.at,
        "request": laid_over(snapshot.request, data.get("request")),
        "state": laid_over(snapshot.state, data.get("state")),
        **_circumstances(event),
    }


def _circumstances(event: Event) -> Changes:
    """By which definition the run is driven from here on, and in which trace."""
    data = event.data
    return {name: data[name] for name in ("definition", "outline", "trace") if name in data}


def _started(snapshot: Snapshot, event: Event) -> Changes:
    return _created(snapshot, event) | {
        "status": Status.RUNNING,
        "input": event.data.get("input"),
        "owner": event.data.get("owner", ""),
        "owned_at": event.at,
        "per_step": event.data.get("per_step", False),
        "transient": tuple(event.data.get("transient", ())),
        "frames": snapshot.frames.insert((), Frame()),
    }


def refitted(snapshot: Snapshot, fit: Mapping[str, Any] | None) -> Snapshot:
    """The run as it stands in a definition that was changed: see `compat.relocated`."""
    records, busy, frames = snapshot.records, snapshot.busy, snapshot.frames
    for lost in map(tuple, (fit or {}).get("drop", ())):
        records, busy = records.discard(lost), busy.discard(lost)
        for path in [path for path in frames if path[: len(lost)] == lost]:
            frames = frames.discard(path)
    for path, position, arms in (fit or {}).get("frames", ()):
        frames = frames.insert(tuple(path), Frame(position, path_in(arms)))
    return snapshot._replace(records=records, busy=busy, frames=frames)


def _resumed(snapshot: Snapshot, event: Event) -> Changes:
    data = event.data
    snapshot = refitted(snapshot, data.get("fit"))
    records = snapshot.records
    for target in data.get("targets", ()):
        records = _answered(records, tuple(target), data.get("data"), event.at)
    busy = snapshot.busy
    for target in data.get("targets", ()):
        busy = busy.insert(tuple(target), Status.PENDING)
    return {
        "status": Status.RUNNING,
        "records": records,
        "busy": busy,
        "frames": snapshot.frames,
        "request": laid_over(snapshot.request, data.get("request")),
        "per_step": data.get("per_step", False),
        "owner": data.get("owner", snapshot.owner),
        "owned_at": event.at if "owner" in data else snapshot.owned_at,
        **_circumstances(event),
    }


def _answered(
    records: HashTrieMap[Path, Record], target: Path, data: Payload | None, at: float
) -> HashTrieMap[Path, Record]:
    record = records[target]
    answered = record._replace(
        status=Status.PENDING, resume_data=data, resumed=True, resumed_at=at, labels=(), attempt=0, tries=0
    )
    records = records.insert(target, answered)
    for outer in ancestors(target):
        container = records.get(outer)
        if container is not None and container.status is Status.SUSPENDED:
            records = records.insert(outer, container._replace(status=Status.RUNNING))
    return records


def _claimed(snapshot: Snapshot, event: Event) -> Changes:
    snapshot = refitted(snapshot, event.data.get("fit"))
    return {
        "status": Status.RUNNING,
        "records": snapshot.records,
        "busy": snapshot.busy,
        "frames": snapshot.frames,
        "owner": event.data["owner"],
        "owned_at": event.at,
        "request": laid_over(snapshot.request, event.data.get("request")),
        **_circumstances(event),
    }


def _canceling(snapshot: Snapshot, event: Event) -> Changes:
    owner = event.data.get("owner")
    if owner is None:  # a request to whoever drives the run
        return {"canceling": True}
    return {"canceling": True, "status": Status.RUNNING, "owner": owner, "owned_at": event.at}


def _ended(status: Status) -> Folder:
    def folder(snapshot: Snapshot, event: Event) -> Changes:
        data = event.data
        return {
            "status": status,
            "output": snapshot.resolve(data.get("output")),
            "error": error_in(snapshot, data),
            "error_path": path_in(data.get("error_at")),
            "ended_at": event.at,
            "busy": HashTrieMap(),
            "canceling": False,
        }

    return folder


def _rested(status: Status) -> Folder:
    return lambda snapshot, event: {"status": status}


def _run_canceled(snapshot: Snapshot, event: Event) -> Changes:
    if not snapshot.workflow_id and "workflow" in event.data:
        return _created(snapshot, event) | _ended(Status.CANCELED)(snapshot, event)
    return _ended(Status.CANCELED)(snapshot, event)


def _rewound(snapshot: Snapshot, event: Event) -> Changes:
    """Lay the records and frames that time travel worked out over those that stay."""
    data = event.data
    snapshot = refitted(snapshot, data.get("fit"))
    records, busy = snapshot.records, snapshot.busy
    for path in data.get("drop", ()):
        records, busy = records.discard(tuple(path)), busy.discard(tuple(path))
    for path, fields in data.get("set", ()):
        records = overlaid(records, tuple(path), fields, event.seq, event.at)
        record = records[tuple(path)]
        if record.kind in LEAVES and record.status is Status.PENDING:
            busy = busy.insert(record.path, Status.PENDING)
    frames: HashTrieMap[Path, Frame] = HashTrieMap(
        {tuple(path): Frame(position, path_in(arms)) for path, position, arms in data["frames"]}
    )
    return {
        "status": Status(data.get("status", Status.RUNNING)),
        "input": data.get("input", snapshot.input),
        "output": None,
        "error": None,
        "error_path": None,
        "ended_at": None,
        "canceling": False,
        "records": records,
        "busy": busy,
        "frames": frames,
        "state": HashTrieMap(data["state"]) if "state" in data else snapshot.state,
        "request": laid_over(snapshot.request, data.get("request")),
        "per_step": data.get("per_step", False),
        "owner": data.get("owner", ""),
        "owned_at": event.at,
        "generation": snapshot.generation + 1,
        **_circumstances(event),
    }


def overlaid(
    records: HashTrieMap[Path, Record], path: Path, fields: Mapping[str, Any], seq: int, at: float
) -> HashTrieMap[Path, Record]:
    """``records`` with some fields of the record at ``path`` replaced; made anew if there is none."""
    known = records.get(path)
    base = known or Record(path, fields["kind"], Status.SUCCESS, seq, started_at=at, ended_at=at)
    changes = dict(fields)
    changes["status"] = Status(changes.get("status", base.status))
    for field, kind in (("open_items", frozenset), ("labels", tuple)):
        if field in changes:
            changes[field] = kind(changes[field])
    return records.insert(path, base._replace(**changes))


def _forked(snapshot: Snapshot, event: Event) -> Changes:
    parent_run, seq = event.data["parent"]
    return {
        "run_id": event.data["run"],
        "parent": (parent_run, seq),
        "resource_id": event.data.get("resource", snapshot.resource_id),
        "created_at": event.at,
        "status": Status.PAUSED,
        "generation": snapshot.generation + 1,
        "owner": "",
        "canceling": False,
        "output": None,
        "error": None,
        "error_path": None,
        "ended_at": None,
        "trace": None,
    }


RUN_FOLDERS: Final[dict[str, Folder]] = {
    E.RUN_CREATED: _created,
    E.RUN_STARTED: _started,
    E.RUN_RESUMED: _resumed,
    E.RUN_CLAIMED: _claimed,
    E.RUN_CANCELING: _canceling,
    E.RUN_REWOUND: _rewound,
    E.RUN_FORKED: _forked,
    E.RUN_SUCCEEDED: _ended(Status.SUCCESS),
    E.RUN_FAILED: _ended(Status.FAILED),
    E.RUN_TRIPPED: _ended(Status.TRIPWIRE),
    E.RUN_CANCELED: _run_canceled,
    E.RUN_SUSPENDED: _rested(Status.SUSPENDED),
    E.RUN_PAUSED: _rested(Status.PAUSED),
}
