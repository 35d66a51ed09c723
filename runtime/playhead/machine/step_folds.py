"""Folding the events of one place: a step, a block, a turn or an item."""

from __future__ import annotations

from typing import Final

from immutables import Map

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.recorded import Folder, error_in, laid_over, path_in, without
from playhead.machine.snapshot import LEAVES, Frame, Record, Snapshot, Status, ancestors, element


def _step_started(snapshot: Snapshot, event: Event) -> Snapshot:
    data, path = event.data, event.path
    known = snapshot.records.get(path)
    record = _begun(snapshot, event) if known is None else _begun_again(snapshot, known, event)
    busy, frames, entry = snapshot.busy, snapshot.frames, data.get("entry")
    if entry is not None:
        frame = frames.get(path[:-1])
        if frame is None or frame.position != entry:
            frames = frames.set(path[:-1], Frame(entry))
    if record.kind in LEAVES:
        busy = busy.set(path, _RUNNING)
    elif record.kind == "workflow" and path not in snapshot.frames:
        frames = frames.set(path, Frame())
    return snapshot.moved(event, _with_begun(snapshot.records, record), busy, frames)


# Looked up once: an enum's members are found by way of its metaclass.
_RUNNING: Final = Status.RUNNING


def _begun(snapshot: Snapshot, event: Event) -> Record:
    data = event.data
    input = snapshot.resolve(data.get("input"))
    iteration, index = data.get("iteration"), data.get("index")
    record = Record.begun(event.path, data["kind"], event.seq, input, event.at, iteration, index)
    return record if "width" not in data else record.but({"width": data["width"], "total": data.get("total", 0)})


def _begun_again(snapshot: Snapshot, known: Record, event: Event) -> Record:
    data = event.data
    return known.but(
        {
            "status": Status.RUNNING,
            "input": snapshot.resolve(data["input"]) if "input" in data else known.input,
            "attempt": data.get("attempt", known.attempt),
            "tries": known.tries + (not known.restarted),
            "started_at": known.started_at if known.started_at is not None else event.at,
            "ended_at": None,
            "until": None,
            "error": None,
            "error_path": None,
            "tripped": False,
            "width": data.get("width", known.width),
            "total": data.get("total", known.total),
        }
    )


def _with_begun(records: Map[Path, Record], record: Record) -> Map[Path, Record]:
    """``records`` with one that begins, and what its foreach or loop knows of that."""
    records = records.set(record.path, record)
    if record.index is not None:
        return _item_began(records, record.path, record.index)
    if record.iteration is not None:
        return _turn_began(records, record.path, record.iteration)
    return records


def _item_began(records: Map[Path, Record], path: Path, index: int) -> Map[Path, Record]:
    container = records[element(path)]
    next_item = container.next_item if index < container.next_item else index + 1
    begun = container.holding(next_item, container.open_items | {index}, container.done_items)
    return records.set(container.path, begun)


def _turn_began(records: Map[Path, Record], path: Path, turn: int) -> Map[Path, Record]:
    container = records.get(element(path))
    return records.set(container.path, container.but({"turn": turn})) if container else records


def _step_succeeded(snapshot: Snapshot, event: Event) -> Snapshot:
    data, path = event.data, event.path
    record = snapshot.records[path]
    done = record.succeeded(snapshot.resolve(data.get("output")), event.at, data.get("bail", False))
    records = snapshot.records.set(path, done)
    if record.index is not None:
        container = records[element(path)]
        # An item that bailed stays open, so that the block can be ended by it.
        open_items = container.open_items if done.bailed else container.open_items - {record.index}
        container = container.holding(container.next_item, open_items, container.done_items + 1)
        records = records.set(container.path, container)
    return _settled(snapshot, event, done, records)


def _step_failed(snapshot: Snapshot, event: Event) -> Snapshot:
    data, path = event.data, event.path
    failed = snapshot.records[path].but(
        {
            "status": Status.FAILED,
            "error": error_in(snapshot, data),
            "error_path": path_in(data.get("error_at")),
            "tripped": data.get("tripped", False),
            "non_retryable": data.get("non_retryable", False),
            "ended_at": event.at,
            "until": None,
            "resumed": False,
            "restarted": False,
            "labels": (),
        }
    )
    return _settled(snapshot, event, failed, snapshot.records.set(path, failed))


def _step_suspended(snapshot: Snapshot, event: Event) -> Snapshot:
    data, path = event.data, event.path
    record = snapshot.records[path]
    held = record.but(
        {
            "status": Status.SUSPENDED,
            "suspend_payload": data.get("payload"),
            "suspend_output": data.get("output"),
            "labels": tuple(data.get("labels", ())),
            "suspended_at": event.at,
            "resumed": False,
            "restarted": False,
        }
    )
    return _settled(snapshot, event, held, snapshot.records.set(path, held))


def _step_waiting(snapshot: Snapshot, event: Event) -> Snapshot:
    """A sleep that goes on until a time, or a failed try that will be made again then."""
    data, path = event.data, event.path
    if "kind" in data:  # a sleep begins by waiting
        snapshot = _step_started(snapshot, event)
    record = snapshot.records[path]
    waiting = record.but(
        {
            "status": Status.WAITING,
            "until": data["until"],
            "error": data.get("error"),
            "attempt": data.get("attempt", record.attempt),
            "restarted": False,
        }
    )
    busy = snapshot.busy.set(path, Status.WAITING)
    return snapshot.moved(event, snapshot.records.set(path, waiting), busy, snapshot.frames)


def _step_canceled(snapshot: Snapshot, event: Event) -> Snapshot:
    data, path = event.data, event.path
    canceled = snapshot.records[path].but(
        {
            "status": Status.CANCELED,
            "output": data.get("output"),
            "error": data.get("error"),
            "ended_at": event.at,
            "until": None,
        }
    )
    return _settled(snapshot, event, canceled, snapshot.records.set(path, canceled))


def _step_lost(snapshot: Snapshot, event: Event) -> Snapshot:
    record = snapshot.records[event.path]
    lost = record.but({"status": Status.PENDING, "restarted": True})
    busy = snapshot.busy.set(event.path, Status.PENDING)
    return snapshot.moved(event, snapshot.records.set(event.path, lost), busy, snapshot.frames)


def _settled(snapshot: Snapshot, event: Event, record: Record, records: Map[Path, Record]) -> Snapshot:
    """The body ended as ``record`` says: it is busy no more, and what it set in state and request counts."""
    data = event.data
    after = snapshot.moved(event, records, _freed(snapshot.busy, record), snapshot.frames)
    if "state" in data:
        after = after.after(event, state=laid_over(snapshot.state, data["state"]))
    if "request" in data or "request_deleted" in data:
        request = laid_over(snapshot.request, data.get("request"))
        for key in data.get("request_deleted", ()):
            request = without(request, key)
        after = after.after(event, request=request)
    return after


def _freed(busy: Map[Path, Status], record: Record) -> Map[Path, Status]:
    """A leaf that ended is busy no more, nor is anything below a container that ended."""
    path = record.path
    if record.kind in LEAVES:
        return busy.set(path, Status.SUSPENDED) if record.status is Status.SUSPENDED else without(busy, path)
    if record.status is not Status.SUSPENDED:
        for below in [other for other in busy if path in (other[: len(path)], *ancestors(other))]:
            busy = without(busy, below)
    return busy


def _branch_decided(snapshot: Snapshot, event: Event) -> Snapshot:
    frame = Frame(event.data["entry"], tuple(event.data["arms"]))
    return snapshot.after(event, frames=snapshot.frames.set(event.path, frame))


def _loop_decided(snapshot: Snapshot, event: Event) -> Snapshot:
    turn = snapshot.records[event.path].but({"again": event.data["again"]})
    return snapshot.after(event, records=snapshot.records.set(event.path, turn))


STEP_FOLDERS: Final[dict[str, Folder]] = {
    E.STEP_STARTED: _step_started,
    E.STEP_SUCCEEDED: _step_succeeded,
    E.STEP_FAILED: _step_failed,
    E.STEP_SUSPENDED: _step_suspended,
    E.STEP_WAITING: _step_waiting,
    E.STEP_CANCELED: _step_canceled,
    E.STEP_LOST: _step_lost,
    E.BRANCH_DECIDED: _branch_decided,
    E.LOOP_DECIDED: _loop_decided,
}
