"""Rewind: what time travel and forks lay over a run so that it goes on from an earlier place.

The plan is worked out here, purely, and recorded as one event; the log before it stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playhead.definition.entries import (
    BranchEntry,
    Entry,
    ForeachEntry,
    LoopEntry,
    MapEntry,
    ParallelEntry,
    SleepEntry,
)
from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.errors import HistoryIncomplete, UnknownStep
from playhead.machine.decide import input_of
from playhead.machine.events import Path
from playhead.machine.payload import Payload
from playhead.machine.places import bare, body_of
from playhead.machine.recorded import without
from playhead.machine.run_folds import overlaid
from playhead.machine.snapshot import FINAL, Record, Snapshot, Status, item_path

#: What the caller knows of a step: fields of its record, encoded.
Known = Mapping[str, Mapping[str, Any]]


@dataclass
class Rewind:
    """A plan in the making. ``context`` and ``nested_context`` are what the caller knows of earlier steps."""

    workflow: Workflow[Any, Any]
    snapshot: Snapshot
    target: Path
    input: Payload | None = None
    context: Known = field(default_factory=dict)
    nested_context: Mapping[str, Known] = field(default_factory=dict)
    answers: Mapping[Path, Payload] = field(default_factory=dict)
    _set: dict[Path, dict[str, Any]] = field(default_factory=dict)
    _dropped: set[Path] = field(default_factory=set)
    _frames: dict[Path, tuple[int, tuple[str, ...] | None]] = field(default_factory=dict)
    _kept: set[Path] = field(default_factory=set)

    def plan(self) -> dict[str, Any]:
        """Event data for ``run-rewound``. Raises `UnknownStep` and `HistoryIncomplete`; nothing is written."""
        known = self.context or self.snapshot.records
        if not known and self._position(self.workflow, self.target[0]) > 0:
            raise HistoryIncomplete(
                f"Run {self.snapshot.run_id!r} has no results before {self.target[0]!r}: "
                "give them as context={'step': {'output': ...}}."
            )
        self._enter(self.workflow, (), self.target, self.context)
        self._answer()
        data: dict[str, Any] = {
            "target": list(self.target),
            "drop": [list(path) for path in sorted(self._dropped - set(self._set))],
            "set": [[list(path), _plain(fields)] for path, fields in self._set.items()],
            "frames": [[list(p), at, list(arms) if arms else None] for p, (at, arms) in self._frames.items()],
        }
        first = self.workflow.entries[0].ids
        if self.input is not None and len(self.target) == 1 and self.target[0] in first:
            data["input"] = self.input
        return data

    # -- one workflow ------------------------------------------------------------------------------------------

    def _position(self, workflow: Workflow[Any, Any], id: str) -> int:
        if id not in workflow.by_id:
            raise UnknownStep(f"Workflow {workflow.id!r} has no step {id!r}; it has {', '.join(workflow.by_id)}.")
        return workflow.by_id[id][0]

    def _enter(self, workflow: Workflow[Any, Any], scope: Path, rest: Path, known: Known) -> None:
        """Stand the workflow at ``scope`` at the entry of ``rest[0]``, what is before it done, the rest open."""
        id = rest[0]
        position = self._position(workflow, id)
        entry = workflow.entries[position]
        for before in range(position):
            self._must_be_done(workflow, scope, before, known)
        for after in workflow.entries[position + 1 :]:
            self._drop_entry(scope, after, known)
        arms = self._siblings(scope, entry, id, known)
        self._frames[scope] = (position, arms)
        source = self.snapshot.resolve(input_of(workflow, scope, position))
        self._aim(entry, (*scope, id), rest[1:], source)

    def _must_be_done(self, workflow: Workflow[Any, Any], scope: Path, position: int, known: Known) -> None:
        entry = workflow.entries[position]
        missing = [id for id in entry.ids if not self._is_done((*scope, id), entry, known.get(id))]
        if isinstance(entry, BranchEntry) and len(missing) < len(entry.ids):
            return
        if isinstance(entry, SleepEntry) and missing:
            passing = self.snapshot.resolve(input_of(workflow, scope, position))
            self._put((*scope, entry.id), {"kind": "sleep", "output": passing, "input": passing})
            return
        if missing:
            raise HistoryIncomplete(
                f"Going to {'/'.join(self.target)!r} needs the results of everything before it, and "
                f"{', '.join(map(repr, missing))} has none. Give them as context=, or go further back."
            )

    def _is_done(self, path: Path, entry: Entry, known: Mapping[str, Any] | None) -> bool:
        if known is not None:
            self._put(path, {"kind": kind_of(entry, path[-1]), "error": None, **known})
            return True
        record = self.snapshot.records.get(path)
        return record is not None and record.status is Status.SUCCESS

    def _siblings(self, scope: Path, entry: Entry, id: str, known: Known) -> tuple[str, ...] | None:
        """Arms beside the target keep what they have; those of a branch that have nothing are not taken."""
        if not isinstance(entry, ParallelEntry | BranchEntry):
            return None
        done = [other for other in entry.ids if other != id and self._is_done((*scope, other), entry, known.get(other))]
        for other in entry.ids:
            if other != id and other not in done:
                self._drop((*scope, other))
        if isinstance(entry, ParallelEntry):
            return None
        return tuple(other for other in entry.ids if other == id or other in done)

    def _drop_entry(self, scope: Path, entry: Entry, known: Known) -> None:
        for id in entry.ids:
            if id in known:
                self._put((*scope, id), {"kind": kind_of(entry, id), **known[id]})
            else:
                self._drop((*scope, id))

    # -- the target --------------------------------------------------------------------------------------------

    def _aim(self, entry: Entry, path: Path, rest: Path, source: Payload | None) -> None:
        """Make the place at ``path`` run again, or the place at ``rest`` below it."""
        body = body_of(entry, path[-1])
        if isinstance(entry, LoopEntry):
            self._aim_turn(entry, path, rest)
        elif rest and isinstance(entry, ForeachEntry):
            raise UnknownStep(f"{path[-1]!r} is a foreach: go to it as a whole; if it failed, its finished items stay.")
        elif rest and isinstance(body, Workflow):
            self._aim_inside(body, path, rest, source)
        elif rest:
            raise UnknownStep(f"{path[-1]!r} is no workflow: there is no {'/'.join(rest)!r} in it.")
        elif isinstance(entry, ForeachEntry):
            self._aim_items(path)
        else:
            self._again(path, kind_of(entry, path[-1]))

    def _again(self, path: Path, kind: str) -> None:
        self._drop(path)
        if self.input is not None:
            status = Status.PENDING
            anew = {"status": status, "input": self.input, "started_at": None, **FRESH, **UNCOUNTED}
            self._put(path, {"kind": kind, **anew})

    def _aim_inside(self, workflow: Workflow[Any, Any], path: Path, rest: Path, source: Payload | None) -> None:
        record = self.snapshot.records.get(path)
        known = record.input if record is not None else source
        fields = {"kind": "workflow", "status": Status.RUNNING, "input": known, **FRESH}
        self._put(path, fields)
        known_inside = self.nested_context.get(bare(path)[-1], {})
        self._enter(workflow, path, rest, known_inside)

    def _aim_turn(self, loop: LoopEntry, path: Path, rest: Path) -> None:
        """The last turn of a loop; a loop that never ran begins as usual."""
        record = self.snapshot.records.get(path)
        turn = record.turn if record is not None else 0
        if turn == 0:
            self._again(path, "loop")
            return
        here = item_path(path, turn)
        self._put(path, {"kind": "loop", "status": Status.RUNNING, **FRESH, "turn": turn if rest else turn - 1})
        if rest and isinstance(loop.body, Workflow):
            self._put(here, {"kind": "workflow", "status": Status.RUNNING, **FRESH, "again": None})
            self._enter(loop.body, here, rest, self.nested_context.get(path[-1], {}))
            return
        kind = "step" if isinstance(loop.body, Step) else "workflow"
        self._again(here, kind)
        if self.input is not None:
            self._set[here]["iteration"] = turn
            self._put(path, {"turn": turn})

    def _aim_items(self, path: Path) -> None:
        """A foreach that came to no good end keeps its finished items, unless it gets another list.

        One that had begun none, because it was given no list, looks at its input again.
        """
        record = self.snapshot.records.get(path)
        if record is None or record.status is Status.SUCCESS or self.input is not None or not record.next_item:
            self._again(path, "foreach")
            return
        begun = range(record.next_item)
        unfinished = [index for index in begun if not self._item_is_done(path, index)]
        for index in unfinished:
            self._drop(item_path(path, index))
        self._put(path, {"status": Status.RUNNING, **FRESH, "open_items": unfinished})

    def _item_is_done(self, path: Path, index: int) -> bool:
        item = self.snapshot.records.get(item_path(path, index))
        return item is not None and item.status is Status.SUCCESS and not item.bailed

    # -- answers -----------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """A step that waited for an answer, and will be reached again, gets the one given."""
        for path, data in self.answers.items():
            fields: dict[str, Any] = {"kind": "step", "status": Status.PENDING, "started_at": None, **FRESH}
            if path in self._set:
                fields = self._set[path] | fields
            self._put(path, {**fields, "resumed": True, "resume_data": data})

    # -- writing the plan --------------------------------------------------------------------------------------

    def _put(self, path: Path, fields: dict[str, Any]) -> None:
        self._set[path] = {**self._set.get(path, {}), **fields}
        base = without(self.snapshot.records, path) if path in self._dropped else self.snapshot.records
        self._dropped.discard(path)
        records = overlaid(base, path, self._set[path], self.snapshot.seq + 1, self.snapshot.updated_at)
        self.snapshot = self.snapshot._replace(records=records)

    def _drop(self, path: Path) -> None:
        """Forget the place and everything below it."""
        below = [other for other in self.snapshot.records if is_at_or_below(other, path)]
        for other in below:
            self._dropped.add(other)
            self._set.pop(other, None)
        for other in below:
            self.snapshot = self.snapshot._replace(records=without(self.snapshot.records, other))


#: Fields of a record that speak of an end it no longer has.
FRESH: dict[str, Any] = {
    "output": None,
    "error": None,
    "error_path": None,
    "tripped": False,
    "bailed": False,
    "ended_at": None,
    "until": None,
    "attempt": 0,
    "tries": 0,
    "labels": [],
    "resumed": False,
}


#: What a loop, or a foreach, that begins anew has not counted yet.
UNCOUNTED: dict[str, Any] = {
    "next_item": 0,
    "open_items": [],
    "done_items": 0,
    "width": 0,
    "total": 0,
    "turn": 0,
}


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a record as event data."""
    return {key: str(value) if isinstance(value, Status) else value for key, value in fields.items()}


def is_at_or_below(path: Path, place: Path) -> bool:
    """Whether ``path`` is ``place``, one of its turns or items, or anything inside them."""
    if len(path) < len(place) or path[: len(place) - 1] != place[:-1]:
        return False
    head = path[len(place) - 1]
    return head == place[-1] or ("#" not in place[-1] and head.partition("#")[0] == place[-1])


def kind_of(entry: Entry, id: str) -> str:
    """The kind of record that stands for ``id`` of this entry."""
    match entry:
        case MapEntry():
            return "map"
        case SleepEntry():
            return "sleep"
        case LoopEntry():
            return "loop"
        case ForeachEntry():
            return "foreach"
        case _:
            return "step" if isinstance(body_of(entry, id), Step) else "workflow"


def reopened(snapshot: Snapshot) -> dict[str, Any]:
    """Event data that makes a fork of ``snapshot`` begin again what was in flight at that moment."""
    running = [record for record in _open_records(snapshot) if record.status in (Status.RUNNING, Status.WAITING)]
    again = {"status": str(Status.PENDING), "restarted": False}
    set_: list[Any] = [[list(r.path), again] for r in running if r.kind == "step" or r.kind == "map"]
    if snapshot.status in FINAL or snapshot.status is Status.SUSPENDED:
        set_ = []
    return {
        "target": [],
        "set": set_,
        "frames": [[list(path), frame.position, list(frame.arms) if frame.arms is not None else None]
                   for path, frame in snapshot.frames.items()],
    }  # fmt: skip


def _open_records(snapshot: Snapshot) -> list[Record]:
    return [snapshot.records[path] for path in snapshot.busy if path in snapshot.records]
