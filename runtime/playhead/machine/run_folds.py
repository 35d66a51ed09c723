"""Folding the events of a run as a whole: how it began, went on, was rewound, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from immutables import Map

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.payload import Payload
from playhead.machine.recorded import Folder, error_in, laid_over, path_in, without
from playhead.machine.snapshot import LEAVES, Frame, Record, Snapshot, Status, ancestors


def _created(snapshot: Snapshot, event: Event, **more: Any) -> Snapshot:
    data = event.data
    return snapshot.after(
        event,
        workflow_id=data["workflow"],
        resource_id=data.get("resource"),
        created_at=event.at,
        request=laid_over(snapshot.request, data.get("request")),
        state=laid_over(snapshot.state, data.get("state")),
        **_circumstances(event),
        **more,
    )


_CIRCUMSTANCES: Final = frozenset({"definition", "outline", "trace"})


def _circumstances(event: Event) -> dict[str, Any]:
    """By which definition the run is driven from here on, and in which trace."""
    return {name: event.data[name] for name in _CIRCUMSTANCES & event.data.keys()}


def _started(snapshot: Snapshot, event: Event) -> Snapshot:
    data = event.data
    return _created(
        snapshot,
        event,
        status=Status.RUNNING,
        input=data.get("input"),
        owner=data.get("owner", ""),
        owned_at=event.at,
        per_step=data.get("per_step", False),
        transient=tuple(data.get("transient", ())),
        frames=snapshot.frames.set((), Frame()),
    )


def refitted(snapshot: Snapshot, fit: Mapping[str, Any] | None) -> Snapshot:
    """The run as it stands in a definition that was changed: see `compat.relocated`."""
    if not fit:
        return snapshot
    records, busy, frames = snapshot.records, snapshot.busy, snapshot.frames
    for lost in map(tuple, fit.get("drop", ())):
        records, busy = without(records, lost), without(busy, lost)
        for path in [path for path in frames if path[: len(lost)] == lost]:
            frames = without(frames, path)
    for path, position, arms in fit.get("frames", ()):
        frames = frames.set(tuple(path), Frame(position, path_in(arms)))
    return snapshot._replace(records=records, busy=busy, frames=frames)


def _resumed(snapshot: Snapshot, event: Event) -> Snapshot:
    data = event.data
    snapshot = refitted(snapshot, data.get("fit"))
    records, busy = snapshot.records, snapshot.busy
    for target in map(tuple, data.get("targets", ())):
        records, busy = _answered(records, target, data.get("data"), event.at), busy.set(target, Status.PENDING)
    return snapshot.after(
        event,
        status=Status.RUNNING,
        records=records,
        busy=busy,
        frames=snapshot.frames,
        request=laid_over(snapshot.request, data.get("request")),
        per_step=data.get("per_step", False),
        owner=data.get("owner", snapshot.owner),
        owned_at=event.at if "owner" in data else snapshot.owned_at,
        **_circumstances(event),
    )


def _answered(records: Map[Path, Record], target: Path, data: Payload | None, at: float) -> Map[Path, Record]:
    record = records[target]
    answered = record.but(
        {
            "status": Status.PENDING,
            "resume_data": data,
            "resumed": True,
            "resumed_at": at,
            "labels": (),
            "attempt": 0,
            "tries": 0,
        }
    )
    records = records.set(target, answered)
    for outer in ancestors(target):
        container = records.get(outer)
        if container is not None and container.status is Status.SUSPENDED:
            records = records.set(outer, container._replace(status=Status.RUNNING))
    return records


def _claimed(snapshot: Snapshot, event: Event) -> Snapshot:
    snapshot = refitted(snapshot, event.data.get("fit"))
    return snapshot.after(
        event,
        status=Status.RUNNING,
        records=snapshot.records,
        busy=snapshot.busy,
        frames=snapshot.frames,
        owner=event.data["owner"],
        owned_at=event.at,
        request=laid_over(snapshot.request, event.data.get("request")),
        **_circumstances(event),
    )


def _canceling(snapshot: Snapshot, event: Event) -> Snapshot:
    owner = event.data.get("owner")
    if owner is None:  # a request to whoever drives the run
        return snapshot.after(event, canceling=True)
    return snapshot.after(event, canceling=True, status=Status.RUNNING, owner=owner, owned_at=event.at)


def _ended(status: Status) -> Folder:
    def folder(snapshot: Snapshot, event: Event) -> Snapshot:
        data = event.data
        return snapshot.after(
            event,
            status=status,
            output=snapshot.resolve(data.get("output")),
            error=error_in(snapshot, data),
            error_path=path_in(data.get("error_at")),
            ended_at=event.at,
            busy=Map(),
            canceling=False,
        )

    return folder


def _rested(status: Status) -> Folder:
    return lambda snapshot, event: snapshot.rested(event, status)


def _run_canceled(snapshot: Snapshot, event: Event) -> Snapshot:
    if not snapshot.workflow_id and "workflow" in event.data:
        snapshot = _created(snapshot, event)
    return _ended(Status.CANCELED)(snapshot, event)


def _rewound(snapshot: Snapshot, event: Event) -> Snapshot:
    """Lay the records and frames that time travel worked out over those that stay."""
    data = event.data
    snapshot = refitted(snapshot, data.get("fit"))
    records, busy = snapshot.records, snapshot.busy
    for path in data.get("drop", ()):
        records, busy = without(records, tuple(path)), without(busy, tuple(path))
    for path, fields in data.get("set", ()):
        records = overlaid(records, tuple(path), fields, event.seq, event.at)
        record = records[tuple(path)]
        if record.kind in LEAVES and record.status is Status.PENDING:
            busy = busy.set(record.path, Status.PENDING)
    frames: Map[Path, Frame] = Map(
        {tuple(path): Frame(position, path_in(arms)) for path, position, arms in data["frames"]}
    )
    return snapshot.after(
        event,
        status=Status(data.get("status", Status.RUNNING)),
        input=data.get("input", snapshot.input),
        output=None,
        error=None,
        error_path=None,
        ended_at=None,
        canceling=False,
        records=records,
        busy=busy,
        frames=frames,
        state=Map(data["state"]) if "state" in data else snapshot.state,
        request=laid_over(snapshot.request, data.get("request")),
        per_step=data.get("per_step", False),
        owner=data.get("owner", ""),
        owned_at=event.at,
        generation=snapshot.generation + 1,
        **_circumstances(event),
    )


def overlaid(
    records: Map[Path, Record], path: Path, fields: Mapping[str, Any], seq: int, at: float
) -> Map[Path, Record]:
    """``records`` with some fields of the record at ``path`` replaced; made anew if there is none."""
    known = records.get(path)
    base = known or Record(path, fields["kind"], Status.SUCCESS, seq, started_at=at, ended_at=at)
    changes = dict(fields)
    changes["status"] = Status(changes.get("status", base.status))
    for field, kind in (("open_items", frozenset), ("labels", tuple)):
        if field in changes:
            changes[field] = kind(changes[field])
    return records.set(path, base._replace(**changes))


def _forked(snapshot: Snapshot, event: Event) -> Snapshot:
    parent_run, seq = event.data["parent"]
    return snapshot.after(
        event,
        run_id=event.data["run"],
        parent=(parent_run, seq),
        resource_id=event.data.get("resource", snapshot.resource_id),
        created_at=event.at,
        status=Status.PAUSED,
        generation=snapshot.generation + 1,
        owner="",
        canceling=False,
        output=None,
        error=None,
        error_path=None,
        ended_at=None,
        trace=None,
    )


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
