"""Folding the events of one place: a step, a block, a turn or an item."""

from __future__ import annotations

from typing import Final

from rpds import HashTrieMap

from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.recorded import Changes, Folder, error_in, laid_over, path_in
from playhead.machine.snapshot import LEAVES, Frame, Record, Snapshot, Status, ancestors, element


def _step_started(snapshot: Snapshot, event: Event) -> Changes:
    data, path = event.data, event.path
    known = snapshot.records.get(path)
    record = _begun(snapshot, event) if known is None else _begun_again(snapshot, known, event)
    changes: Changes = {"records": _with_begun(snapshot.records, record)}
    if "entry" in data:
        scope = path[:-1]
        frame = snapshot.frames.get(scope)
        if frame is None or frame.position != data["entry"]:
            changes["frames"] = snapshot.frames.insert(scope, Frame(data["entry"]))
    if record.kind in LEAVES:
        changes["busy"] = snapshot.busy.insert(path, Status.RUNNING)
    elif record.kind == "workflow" and path not in snapshot.frames:
        changes["frames"] = changes.get("frames", snapshot.frames).insert(path, Frame())
    return changes


_GIVEN: Final = ("index", "iteration", "width", "total")


def _begun(snapshot: Snapshot, event: Event) -> Record:
    data = event.data
    input = snapshot.resolve(data.get("input"))
    record = Record(event.path, data["kind"], Status.RUNNING, event.seq, input, event.at, 1)
    if "index" in data or "iteration" in data or "width" in data:
        return record.but({field: data[field] for field in _GIVEN if field in data})
    return record


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


def _with_begun(records: HashTrieMap[Path, Record], record: Record) -> HashTrieMap[Path, Record]:
    """``records`` with one that begins, and what its foreach or loop knows of that."""
    records = records.insert(record.path, record)
    if record.index is not None:
        return _item_began(records, record.path, record.index)
    if record.iteration is not None:
        return _turn_began(records, record.path, record.iteration)
    return records


def _item_began(records: HashTrieMap[Path, Record], path: Path, index: int) -> HashTrieMap[Path, Record]:
    container = records[element(path)]
    opened = container.but(
        {"next_item": max(container.next_item, index + 1), "open_items": container.open_items | {index}}
    )
    return records.insert(container.path, opened)


def _turn_began(records: HashTrieMap[Path, Record], path: Path, turn: int) -> HashTrieMap[Path, Record]:
    container = records.get(element(path))
    return records.insert(container.path, container.but({"turn": turn})) if container else records


def _step_succeeded(snapshot: Snapshot, event: Event) -> Changes:
    data, path = event.data, event.path
    record = snapshot.records[path]
    output = snapshot.resolve(data.get("output"))
    ended = {"status": Status.SUCCESS, "output": output, "ended_at": event.at, "bailed": data.get("bail", False)}
    done = record.but(ended if _is_plain(record) else ended | _PLAIN)
    records = snapshot.records.insert(path, done)
    if record.index is not None:
        container = records[element(path)]
        # An item that bailed stays open, so that the block can be ended by it.
        still_open = container.open_items if done.bailed else container.open_items - {record.index}
        closed = container.but({"open_items": still_open, "done_items": container.done_items + 1})
        records = records.insert(container.path, closed)
    return _settled(snapshot, event, done, records)


# What a place forgets when it ends: how it came to be run.
_PLAIN: Final = {"until": None, "resumed": False, "restarted": False, "labels": ()}


def _is_plain(record: Record) -> bool:
    return record.until is None and not record.resumed and not record.restarted and not record.labels


def _step_failed(snapshot: Snapshot, event: Event) -> Changes:
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
    return _settled(snapshot, event, failed, snapshot.records.insert(path, failed))


def _step_suspended(snapshot: Snapshot, event: Event) -> Changes:
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
    return _settled(snapshot, event, held, snapshot.records.insert(path, held))


def _step_waiting(snapshot: Snapshot, event: Event) -> Changes:
    """A sleep that goes on until a time, or a failed try that will be made again then."""
    data, path = event.data, event.path
    begun = _step_started(snapshot, event) if "kind" in data else {}  # a sleep begins by waiting
    records: HashTrieMap[Path, Record] = begun.get("records", snapshot.records)
    record = records[path]
    waiting = record.but(
        {
            "status": Status.WAITING,
            "until": data["until"],
            "error": data.get("error"),
            "attempt": data.get("attempt", record.attempt),
            "restarted": False,
        }
    )
    return begun | {"records": records.insert(path, waiting), "busy": snapshot.busy.insert(path, Status.WAITING)}


def _step_canceled(snapshot: Snapshot, event: Event) -> Changes:
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
    return _settled(snapshot, event, canceled, snapshot.records.insert(path, canceled))


def _step_lost(snapshot: Snapshot, event: Event) -> Changes:
    record = snapshot.records[event.path]
    lost = record.but({"status": Status.PENDING, "restarted": True})
    return {
        "records": snapshot.records.insert(event.path, lost),
        "busy": snapshot.busy.insert(event.path, Status.PENDING),
    }


def _settled(snapshot: Snapshot, event: Event, record: Record, records: HashTrieMap[Path, Record]) -> Changes:
    """The body ended as ``record`` says: it is busy no more, and what it set in state and request counts."""
    data = event.data
    changes: Changes = {"records": records, "busy": _freed(snapshot.busy, record)}
    if "state" in data:
        changes["state"] = laid_over(snapshot.state, data["state"])
    if "request" in data or "request_deleted" in data:
        request = laid_over(snapshot.request, data.get("request"))
        for key in data.get("request_deleted", ()):
            request = request.discard(key)
        changes["request"] = request
    return changes


def _freed(busy: HashTrieMap[Path, Status], record: Record) -> HashTrieMap[Path, Status]:
    """A leaf that ended is busy no more, nor is anything below a container that ended."""
    path = record.path
    if record.kind in LEAVES:
        return busy.insert(path, Status.SUSPENDED) if record.status is Status.SUSPENDED else busy.discard(path)
    if record.status is not Status.SUSPENDED:
        for below in [other for other in busy if path in (other[: len(path)], *ancestors(other))]:
            busy = busy.discard(below)
    return busy


def _branch_decided(snapshot: Snapshot, event: Event) -> Changes:
    frame = Frame(event.data["entry"], tuple(event.data["arms"]))
    return {"frames": snapshot.frames.insert(event.path, frame)}


def _loop_decided(snapshot: Snapshot, event: Event) -> Changes:
    turn = snapshot.records[event.path].but({"again": event.data["again"]})
    return {"records": snapshot.records.insert(event.path, turn)}


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
