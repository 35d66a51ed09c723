"""Addressing: which waiting places an answer is for, and which place a name means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playhead.definition.node import Node
from playhead.definition.workflow import Workflow
from playhead.errors import (
    NothingSuspended,
    ResumeAlreadyClaimed,
    SeveralSuspended,
    StepNotSuspended,
    UnknownIndex,
    UnknownLabel,
    UnknownStep,
)
from playhead.machine.events import Path
from playhead.machine.places import bare, distinct, entry_at, suspended_leaves
from playhead.machine.snapshot import ACTIVE, Record, Snapshot, Status, ancestors

#: A step: its id, the step or workflow itself, or several of them from the outermost inwards.
StepLike = str | Node | Sequence[str | Node]


def address_of(step: StepLike) -> Path:
    """The ids that ``step`` names. A string is always one id; a nested address is a tuple."""
    if isinstance(step, str):
        return (step,)
    if isinstance(step, Sequence):
        return tuple(part if isinstance(part, str) else part.id for part in step)
    return (step.id,)


def must_exist(workflow: Workflow[Any, Any], address: Path) -> None:
    """Raises `UnknownStep` if the workflow has no such place."""
    if not address or entry_at(workflow, address) is None:
        hint = " (a nested step is addressed by a tuple: step=('outer', 'inner'))" if "." in "".join(address) else ""
        raise UnknownStep(
            f"Workflow {workflow.id!r} has no step {'/'.join(address)!r}{hint}; "
            f"its steps are {', '.join(workflow.by_id)}."
        )


def waiting_for(
    workflow: Workflow[Any, Any],
    snapshot: Snapshot,
    step: StepLike | None = None,
    label: str | None = None,
    index: int | None = None,
) -> list[Path]:
    """The paths that an answer is for. Raises what says why there is none, or more than one."""
    records = suspended_leaves(workflow, snapshot)
    if step is not None:
        must_exist(workflow, address_of(step))
    if not records:
        raise _nothing(snapshot)
    if label is not None:
        return _by_label(snapshot, records, label, index)
    if step is not None:
        records = _below(records, address_of(step), snapshot)
    if len(records) == 1 and index is None:
        return [records[0].path]
    _must_be_one_place(records)
    if index is not None:
        return [_with_index(snapshot, records, index).path]
    return [record.path for record in records[: _width(snapshot, records[0].path)]]


def _must_be_one_place(records: Sequence[Record]) -> None:
    places = distinct(record.path for record in records)
    if len(places) > 1:
        raise SeveralSuspended(
            f"Multiple steps are suspended: {_names(places)}. Say which to resume with step=... or label=...",
            places,
        )


def _nothing(snapshot: Snapshot) -> Exception:
    if _is_answered(snapshot):
        return _claimed(snapshot)
    from playhead.machine.standing import standing

    return NothingSuspended(
        f"Run {snapshot.run_id!r} was not suspended: it {standing(snapshot.shown_status)} and waits for no answer."
    )


def _is_answered(snapshot: Snapshot, address: Path = (), index: int | None = None) -> bool:
    """Whether somebody's answer is being worked on at this place."""
    if snapshot.status not in ACTIVE:
        return False
    busy = (snapshot.records.get(path) for path in snapshot.busy)
    return any(
        record is not None
        and record.resumed
        and bare(record.path)[: len(address)] == address
        and (index is None or index == _item_of(snapshot, record))
        for record in busy
    )


def _claimed(snapshot: Snapshot) -> ResumeAlreadyClaimed:
    return ResumeAlreadyClaimed(f"Run {snapshot.run_id!r} was already resumed by another caller; wait for it to rest.")


def _by_label(snapshot: Snapshot, records: list[Record], label: str, index: int | None) -> list[Path]:
    found = [record for record in records if label in record.labels]
    if not found:
        known = sorted({name for record in records for name in record.labels})
        raise UnknownLabel(f"Resume label {label!r} not found. Available labels: {', '.join(known) or 'none'}.")
    if index is not None:
        place = bare(found[0].path)
        return [_with_index(snapshot, [r for r in records if bare(r.path) == place], index).path]
    if len(found) > 1:
        places = [record.path for record in found]
        raise SeveralSuspended(f"Several suspended steps carry the label {label!r}: {_names(places)}.", places)
    return [found[0].path]


def _below(records: list[Record], address: Path, snapshot: Snapshot) -> list[Record]:
    found = [record for record in records if bare(record.path)[: len(address)] == address]
    if not found:
        if _is_answered(snapshot, address):
            raise _claimed(snapshot)
        places = distinct(record.path for record in records)
        raise StepNotSuspended(
            f"Step {'/'.join(address)!r} of run {snapshot.run_id!r} was not suspended. Suspended: {_names(places)}."
        )
    return found


def _width(snapshot: Snapshot, path: Path) -> int:
    """How many waiting items one answer is for: as many as run at a time, lowest first."""
    containers = (snapshot.records.get(outer) for outer in ancestors(path))
    return next((record.width for record in containers if record is not None and record.kind == "foreach"), 1)


def _with_index(snapshot: Snapshot, records: list[Record], index: int) -> Record:
    """The record of one place that stands in item ``index`` of the foreach next around it."""
    found = [record for record in records if _item_of(snapshot, record) == index]
    if len(found) > 1:
        places = [record.path for record in found]
        raise SeveralSuspended(f"Item {index} waits in several places: {_names(places)}. Resume by label.", places)
    if found:
        return found[0]
    if _is_answered(snapshot, bare(records[0].path), index):
        raise _claimed(snapshot)
    known = sorted({item for record in records if (item := _item_of(snapshot, record)) is not None})
    raise UnknownIndex(
        f"No suspended item has index {index}; waiting: {', '.join(map(str, known)) or 'no foreach items'}. "
        "Indexes count from 0."
    )


def _item_of(snapshot: Snapshot, record: Record) -> int | None:
    """The item of the foreach next around it that a record is, or stands in; a loop's turn is no item."""
    around = (record, *(snapshot.records.get(path) for path in ancestors(record.path)))
    return next((one.index for one in around if one is not None and one.index is not None), None)


def _names(places: Sequence[Path]) -> str:
    return ", ".join("/".join(place) for place in places)


def still_waiting(snapshot: Snapshot, targets: Sequence[Path]) -> bool:
    """Whether every one of them still waits for an answer."""
    records = (snapshot.records.get(target) for target in targets)
    return all(record is not None and record.status is Status.SUSPENDED for record in records)
