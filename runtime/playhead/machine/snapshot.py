"""The run after a prefix of its log: an immutable, structure-sharing snapshot.

A snapshot holds one `Record` per path that was reached and one `Frame` per workflow that is open. Taking the
next one costs the same however long the run is, so every moment of a run can be kept and looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from immutables import Map

from playhead.machine.events import Event, Path, Source
from playhead.machine.payload import Element, Payload, Series, Table


class Status(StrEnum):
    """What a run, or a step, is doing. ``pending``: not begun, or to be begun again."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    SUCCESS = "success"
    FAILED = "failed"
    TRIPWIRE = "tripwire"
    CANCELED = "canceled"


#: A run in one of these has ended for good (time travel aside).
FINAL = frozenset({Status.SUCCESS, Status.FAILED, Status.TRIPWIRE, Status.CANCELED})
#: A run in one of these is being driven, or was when its process died.
ACTIVE = frozenset({Status.RUNNING, Status.WAITING})
#: Kinds of records that do work of their own; the others only hold them.
LEAVES = frozenset({"step", "map", "sleep"})


class Record(NamedTuple):
    """What is known of one path: a step, map or sleep, a nested workflow, a loop or foreach, one turn or item.

    Times are seconds since 1970, UTC. ``order`` is the event that first began it. ``attempt`` counts retries
    from 0, ``tries`` how often the body was begun for the present outcome. ``again`` is what a loop's condition
    said after this turn. ``next_item``, ``open_items`` and ``done_items`` belong to a foreach, ``turn`` to a loop.
    """

    path: Path
    kind: str
    status: Status
    order: int
    input: Payload | None = None
    started_at: float | None = None
    tries: int = 0
    iteration: int | None = None
    # A record is never searched like a tuple, and "index" is the word people know.
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index on purpose
    output: Payload | None = None
    ended_at: float | None = None
    bailed: bool = False
    error: Payload | None = None
    error_path: Path | None = None
    tripped: bool = False
    non_retryable: bool = False
    suspend_payload: Payload | None = None
    suspend_output: Payload | None = None
    labels: tuple[str, ...] = ()
    resume_data: Payload | None = None
    resumed: bool = False
    restarted: bool = False
    attempt: int = 0
    suspended_at: float | None = None
    resumed_at: float | None = None
    until: float | None = None
    again: bool | None = None
    width: int = 0
    total: int = 0
    turn: int = 0
    next_item: int = 0
    open_items: frozenset[int] = frozenset()
    done_items: int = 0

    @property
    def step_id(self) -> str:
        """The bare id, without the turn or item."""
        return self.path[-1].partition("#")[0]

    @classmethod
    def begun(
        cls,
        path: Path,
        kind: str,
        order: int,
        input: Payload | None,
        at: float,
        iteration: int | None = None,
        index: int | None = None,
    ) -> Record:
        """Of a place that has just begun; like the next two, far quicker than the general way: once for each step.

        To add two tuples takes four fifths of the time that it takes to unpack them into a third.
        """
        begun = (path, kind, _RUNNING, order, input, at, 1, iteration, index)
        return tuple.__new__(cls, begun + _UNTOUCHED)

    def succeeded(self, output: Payload | None, at: float, bailed: bool) -> Record:
        """Of the same place, which ended well; how it came to be run is forgotten."""
        values = list(self)
        values[2], values[9], values[10], values[11] = _SUCCESS, output, at, bailed
        values[18], values[20], values[21], values[25] = (), False, False, None
        return tuple.__new__(Record, values)

    def holding(self, next_item: int, open_items: frozenset[int], done_items: int) -> Record:
        """Of the same foreach, an item of which has begun or ended."""
        items = (next_item, open_items, done_items)
        return tuple.__new__(Record, self[:-3] + items)

    def but(self, changes: Mapping[str, Any]) -> Record:
        """The same with some fields changed; in half the time that ``_replace`` takes."""
        values = list(self)
        for field, value in changes.items():
            values[_RECORD[field]] = value
        return tuple.__new__(Record, values)


# Looked up once: an enum's members are found by way of its metaclass.
_RUNNING, _SUCCESS = Status.RUNNING, Status.SUCCESS
_RECORD = {field: position for position, field in enumerate(Record._fields)}
_UNTOUCHED = tuple(Record._field_defaults[field] for field in Record._fields[9:])


class Frame(NamedTuple):
    """Where an open workflow stands: the entry it is at, and which arms its branch chose there."""

    position: int = -1
    arms: tuple[str, ...] | None = None


class Snapshot(NamedTuple):
    """A run after event ``seq``.

    ``status`` is what the log says; `shown_status` also tells waiting from running. ``busy`` holds the leaves
    that are begun and not over: running, waiting, suspended, or pending (to be begun again). ``definition`` is the
    digest of the outline that the run was last driven by, ``trace`` where its spans are to be found.
    """

    run_id: str
    seq: int = 0
    updated_at: float = 0.0
    records: Map[Path, Record] = Map()
    busy: Map[Path, Status] = Map()
    frames: Map[Path, Frame] = Map()
    workflow_id: str = ""
    status: Status = Status.PENDING
    resource_id: str | None = None
    input: Payload | None = None
    output: Payload | None = None
    error: Payload | None = None
    error_path: Path | None = None
    created_at: float = 0.0
    ended_at: float | None = None
    state: Map[str, Payload] = Map()
    request: Map[str, Payload] = Map()
    transient: tuple[str, ...] = ()
    canceling: bool = False
    per_step: bool = False
    owner: str = ""
    owned_at: float = 0.0
    generation: int = 0
    parent: tuple[str, int] | None = None
    definition: str | None = None
    outline: Payload | None = None
    trace: str | None = None

    @property
    def shown_status(self) -> Status:
        """``waiting`` when all that goes on is a sleep or a retry delay, else the status of the log."""
        if self.status is not Status.RUNNING:
            return self.status
        going = {status for status in self.busy.values() if status is not Status.SUSPENDED}
        return Status.WAITING if going == {Status.WAITING} else Status.RUNNING

    def after(self, event: Event, **changes: Any) -> Snapshot:
        """The run after ``event``, which changed these fields."""
        values = list(self)
        values[1], values[2] = event.seq, event.at
        for field, value in changes.items():
            values[_SNAPSHOT[field]] = value
        return tuple.__new__(Snapshot, values)

    def moved(
        self,
        event: Event,
        records: Map[Path, Record],
        busy: Map[Path, Status],
        frames: Map[Path, Frame],
    ) -> Snapshot:
        """The run after ``event``, which changed no more than its places: far quicker than `after`, twice a step."""
        moved = (self[0], event.seq, event.at, records, busy, frames)
        return tuple.__new__(Snapshot, moved + self[6:])

    def passed(self, event: Event) -> Snapshot:
        """The run after ``event``, which changed nothing else."""
        passed = (self[0], event.seq, event.at)
        return tuple.__new__(Snapshot, passed + self[3:])

    def rested(self, event: Event, status: Status) -> Snapshot:
        """The run after ``event``, by which it came to rest."""
        return tuple.__new__(Snapshot, (self[0], event.seq, event.at, *self[3:7], status, *self[8:]))

    def record(self, path: Path) -> Record | None:
        """What is known of ``path``; None if it was not reached."""
        return self.records.get(path)

    def ordered(self) -> list[Record]:
        """Every record in the order in which they began."""
        return sorted(self.records.values(), key=lambda record: record.order)

    def resolve(self, value: Payload | Source | None) -> Payload | None:
        """The payload that ``value`` is, or points to."""
        if not isinstance(value, Source):
            return value
        return _RESOLVERS[value.kind](self, value)


_SNAPSHOT = {field: position for position, field in enumerate(Snapshot._fields)}


def element(path: Path) -> Path:
    """The path of the loop or foreach that a turn or item belongs to."""
    return (*path[:-1], path[-1].partition("#")[0])


def ancestors(path: Path) -> Iterator[Path]:
    """Every container that holds ``path``, innermost first."""
    if "#" in path[-1]:
        yield element(path)
    for length in range(len(path) - 1, 0, -1):
        outer = path[:length]
        yield outer
        if "#" in outer[-1]:
            yield element(outer)


def item_path(path: Path, index: int) -> Path:
    """The path of item (or turn) ``index`` of the foreach (or loop) at ``path``."""
    return (*path[:-1], f"{path[-1]}#{index}")


def _input(snapshot: Snapshot, source: Source) -> Payload | None:
    record = snapshot.records.get(source.path)
    return record.input if record else None


def _output(snapshot: Snapshot, source: Source) -> Payload | None:
    record = snapshot.records.get(source.path)
    return record.output if record else None


def _table(snapshot: Snapshot, source: Source) -> Payload:
    found = ((name, snapshot.records.get((*source.path, name))) for name in source.names)
    return Table(tuple((name, record.output) for name, record in found if record and record.output is not None))


def _series(snapshot: Snapshot, source: Source) -> Payload:
    record_of, path = snapshot.records.get, source.path
    records = [record_of(item_path(path, index)) for index in range(source.count)]
    return Series(tuple([record.output if record is not None else None for record in records]))


def _item(snapshot: Snapshot, source: Source) -> Payload | None:
    record = snapshot.records.get(source.path)
    return Element(record.input, source.count) if record and record.input is not None else None


_RESOLVERS: dict[str, Callable[[Snapshot, Source], Payload | None]] = {
    "item": _item,
    "run-input": lambda snapshot, source: snapshot.input,
    "input": _input,
    "output": _output,
    "table": _table,
    "series": _series,
}
