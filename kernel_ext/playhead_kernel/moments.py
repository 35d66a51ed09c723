"""Moments: what is known of a place of a run at the moment something begins or has ended there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from playhead.definition.workflow import Workflow
from playhead.machine.decide import Begin, decide
from playhead.machine.events import Path
from playhead.machine.places import body_of
from playhead.machine.snapshot import Record, Snapshot, Status
from playhead.results import RunResult, loaded, loaded_error

#: How to get each value, by name.
Values: TypeAlias = Mapping[str, Callable[[], Any]]


def reached(snapshot: Snapshot, place: Path) -> Iterator[Path]:
    """The paths at a place that the run has reached: every item and turn, unless the place names one."""
    found: list[Path] = [()]
    for part in place:
        found = [path for scope in found for path in _at(snapshot, (*scope, part))]
    return iter(found)


def _at(snapshot: Snapshot, path: Path) -> Iterator[Path]:
    record = snapshot.records.get(path)
    if record is None:
        return
    numbers = {"foreach": range(record.next_item), "loop": range(1, record.turn + 1)}.get(record.kind)
    if numbers is None:
        yield path
        return
    items = ((*path[:-1], f"{path[-1]}#{number}") for number in numbers)
    yield from (item for item in items if item in snapshot.records)


def is_untouched(workflow: Workflow[Any, Any], scope: Path, snapshot: Snapshot) -> bool:
    """Whether nothing that does work has begun in the workflow that is open at ``scope``."""
    for id, (_, entry) in workflow.by_id.items():
        body = body_of(entry, id)
        for path in _at(snapshot, (*scope, id)):
            if not isinstance(body, Workflow) or not is_untouched(body, path, snapshot):
                return False
    return True


def at_success(record: Record) -> bool:
    """Whether it is done."""
    return record.status is Status.SUCCESS


def at_error(record: Record) -> bool:
    """Whether its last try failed, be it for good or before the next one."""
    return record.error is not None and record.status in (Status.FAILED, Status.WAITING)


def outcome(record: Record) -> tuple[object, ...]:
    """What tells one ending of a place from the next."""
    return record.status, record.ended_at, record.tries


def values_before(workflow: Workflow[Any, Any], path: Path, snapshot: Snapshot) -> Values:
    """What a condition can ask for before the work at ``path`` begins; read when it is asked, for it may be large."""
    record = snapshot.records.get(path)
    command = next((c for c in decide(workflow, snapshot) if isinstance(c, Begin) and c.path == path), None)
    source = command.source if command is not None else None
    return {
        "input": lambda: loaded(snapshot.resolve(source) if source is not None else record and record.input),
        "output": lambda: None,
        "error": lambda: loaded_error(record.error) if record is not None else None,
        "state": lambda: RunResult(workflow, snapshot).state,
        "index": lambda: command and command.index,
        "iteration": lambda: command and command.iteration,
        "attempt": lambda: command.attempt if command is not None else 0,
    }


def values_after(workflow: Workflow[Any, Any], path: Path, snapshot: Snapshot) -> Values:
    """The same once the work at ``path`` has ended."""
    record = snapshot.records[path]
    return {
        "input": lambda: loaded(record.input),
        "output": lambda: loaded(record.output),
        "error": lambda: loaded_error(record.error),
        "state": lambda: RunResult(workflow, snapshot).state,
        "index": lambda: record.index,
        "iteration": lambda: record.iteration,
        # Before it is tried again the record counts the try that comes.
        "attempt": lambda: record.attempt - (record.status is Status.WAITING),
    }
