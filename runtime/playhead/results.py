"""Results: what people hold when a run has come to rest, read from a snapshot when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from playhead.codec.errors import load_error, traceback_text
from playhead.codec.values import load
from playhead.definition.workflow import Workflow
from playhead.errors import TripWire
from playhead.machine.events import Path
from playhead.machine.payload import Payload
from playhead.machine.places import bare, body_at, distinct, suspended_leaves
from playhead.machine.snapshot import Record, Snapshot, Status, ancestors, item_path


def moment(seconds: float | None) -> datetime | None:
    """An aware UTC datetime."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def loaded(payload: Payload | None) -> Any:
    """The value, a fresh one at each call; None for no payload."""
    return None if payload is None else load(payload)


def loaded_error(payload: Payload | None) -> BaseException | None:
    """The exception itself; None for no payload."""
    return None if payload is None else load_error(payload)


class StepResult:
    """What one step came to. Values are read when asked for, and are yours to change.

    ``attempts`` is how many times the body was tried for this outcome. ``items`` are a foreach's items.
    Times are aware UTC datetimes.
    """

    def __init__(self, record: Record, snapshot: Snapshot | None = None) -> None:
        self._shown = _shown(record, snapshot)
        self._record = record
        self._snapshot = snapshot

    @property
    def path(self) -> Path:
        return self._record.path

    @property
    def step_id(self) -> str:
        return self._record.step_id

    @property
    def status(self) -> Status:
        return self._record.status

    @cached_property
    def input(self) -> Any:
        return loaded(self._shown.input)

    @cached_property
    def output(self) -> Any:
        return loaded(self._record.output if self._record.output is not None else self._shown.output)

    @cached_property
    def error(self) -> BaseException | None:
        """The exception itself; None while a retry is due."""
        return loaded_error(self._record.error) if self.status is not Status.WAITING else None

    @property
    def traceback(self) -> str | None:
        """The error's traceback as text."""
        return None if self._record.error is None else traceback_text(self._record.error)

    @property
    def tripwire(self) -> TripWire | None:
        return self.error if isinstance(self.error, TripWire) else None

    @property
    def non_retryable(self) -> bool:
        """Whether the error forbade retries."""
        return self._record.non_retryable

    @cached_property
    def suspend_payload(self) -> Any:
        return loaded(self._shown.suspend_payload)

    @cached_property
    def suspend_output(self) -> Any:
        return loaded(self._shown.suspend_output)

    @cached_property
    def resume_data(self) -> Any:
        return loaded(self._shown.resume_data)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._shown.labels

    @property
    def attempts(self) -> int:
        return self._shown.tries

    @property
    def iteration(self) -> int | None:
        return self._shown.iteration

    @property
    def index(self) -> int | None:
        return self._shown.index

    @property
    def started_at(self) -> datetime | None:
        return moment(self._record.started_at)

    @property
    def ended_at(self) -> datetime | None:
        return moment(self._record.ended_at)

    @property
    def suspended_at(self) -> datetime | None:
        return moment(self._shown.suspended_at)

    @property
    def resumed_at(self) -> datetime | None:
        return moment(self._shown.resumed_at)

    @property
    def items(self) -> list[StepResult]:
        """The items of a foreach that were begun, in order; empty for anything else."""
        if self._record.kind != "foreach" or self._snapshot is None:
            return []
        paths = (item_path(self.path, index) for index in range(self._record.total))
        found = (self._snapshot.records.get(path) for path in paths)
        return [StepResult(record, self._snapshot) for record in found if record is not None]

    def __repr__(self) -> str:
        parts = [f"{self.step_id}: {self.status}"]
        if self._record.error is not None and self.status is Status.FAILED:
            parts.append(f"error={self.error!r}")
        elif self.status is Status.SUCCESS:
            parts.append(f"output={_short(self.output)}")
        elif self.status is Status.SUSPENDED:
            parts.append(f"suspend_payload={_short(self.suspend_payload)}")
        return f"<StepResult {' '.join(parts)}>"


def _shown(record: Record, snapshot: Snapshot | None) -> Record:
    """The record to show for a place: a loop shows its last turn, a waiting foreach its first waiting item."""
    if snapshot is None:
        return record
    if record.kind == "loop" and record.turn:
        return snapshot.records.get(item_path(record.path, record.turn), record)
    if record.kind == "foreach" and record.status is Status.SUSPENDED:
        items = (snapshot.records.get(item_path(record.path, index)) for index in sorted(record.open_items))
        waiting = next((item for item in items if item and item.status is Status.SUSPENDED), record)
        return record._replace(
            suspend_payload=waiting.suspend_payload,
            suspend_output=waiting.suspend_output,
            suspended_at=waiting.suspended_at,
        )
    return record


class Steps(Mapping[str, StepResult]):
    """The steps of one workflow that were reached, by id, in declaration order."""

    def __init__(self, workflow: Workflow[Any, Any], snapshot: Snapshot, scope: Path) -> None:
        self._workflow = workflow
        self._snapshot = snapshot
        self._scope = scope
        self._found: dict[str, StepResult] = {}

    def __getitem__(self, id: str) -> StepResult:
        if id not in self._found:
            record = self._snapshot.records.get((*self._scope, id)) if id in self._workflow.by_id else None
            if record is None:
                raise KeyError(id)
            self._found[id] = StepResult(record, self._snapshot)
        return self._found[id]

    def __iter__(self) -> Iterator[str]:
        reached = self._snapshot.records
        return (id for id in self._workflow.by_id if (*self._scope, id) in reached)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{id}: {self[id].status}' for id in self)}}}"


@dataclass(frozen=True)
class Suspension:
    """One thing that waits for an answer. ``schema`` is the JSON schema of the answer, if the step has one."""

    path: Path
    index: int | None
    iteration: int | None
    label: str | None
    labels: tuple[str, ...]
    payload: Any
    schema: dict[str, Any] | None


class RunResult:
    """A run as it stood after event ``seq``; `Run.snapshot` gives the same for any moment.

    ``suspended`` lists what waits for an answer as tuples of ids, each usable as ``resume(step=...)``;
    ``suspensions`` one entry per waiting thing, items of a foreach included.
    """

    def __init__(self, workflow: Workflow[Any, Any], snapshot: Snapshot, scope: Path = ()) -> None:
        self._workflow = workflow
        self._snapshot = snapshot
        self._scope = scope
        self._of: Any = snapshot if not scope else snapshot.records[scope]
        self.steps = Steps(workflow, snapshot, scope)

    @property
    def run_id(self) -> str:
        return self._snapshot.run_id

    @property
    def workflow_id(self) -> str:
        return self._workflow.id

    @property
    def resource_id(self) -> str | None:
        return self._snapshot.resource_id

    @property
    def seq(self) -> int:
        """The event after which the run stood like this."""
        return self._snapshot.seq

    @property
    def parent(self) -> tuple[str, int] | None:
        """The run and the event this run was forked from."""
        return self._snapshot.parent

    @property
    def status(self) -> Status:
        return self._snapshot.shown_status if not self._scope else self._of.status

    @cached_property
    def input(self) -> Any:
        return loaded(self._of.input)

    @cached_property
    def output(self) -> Any:
        return loaded(self._of.output)

    @cached_property
    def error(self) -> BaseException | None:
        """The exception itself; None for a run that ended by a `TripWire`."""
        error = loaded_error(self._of.error)
        return None if isinstance(error, TripWire) else error

    @cached_property
    def tripwire(self) -> TripWire | None:
        error = loaded_error(self._of.error)
        return error if isinstance(error, TripWire) else None

    @property
    def failed_at(self) -> Path | None:
        """The path of the step whose error ended the run."""
        path: Path | None = self._of.error_path
        while path is not None:
            record = self._snapshot.records.get(path)
            if record is None or record.error_path is None:
                break
            path = record.error_path
        return path

    @cached_property
    def state(self) -> Any:
        """The state: the validated model where the workflow has a schema, else a dict."""
        values = {key: load(payload) for key, payload in self._snapshot.state.items()}
        return shaped_state(self._workflow, values)

    @cached_property
    def suspensions(self) -> list[Suspension]:
        if self._snapshot.status not in (Status.SUSPENDED, Status.RUNNING, Status.PAUSED):
            return []
        return [_suspension(self._workflow, self._snapshot, record) for record in self._waiting()]

    @property
    def suspended(self) -> list[Path]:
        return distinct(record.path for record in self._waiting())

    @property
    def suspend_payload(self) -> dict[Path, Any]:
        """What each waiting step asked, by the tuples of ``suspended``."""
        found: dict[Path, Any] = {}
        for record in self._waiting():
            found.setdefault(bare(record.path), loaded(record.suspend_payload))
        return found

    @property
    def resume_labels(self) -> dict[str, Path]:
        """Each label that can be answered by, with the place it belongs to."""
        return {label: record.path for record in self._waiting() for label in record.labels}

    def _waiting(self) -> list[Record]:
        return suspended_leaves(self._workflow, self._snapshot) if not self._scope else []

    def __repr__(self) -> str:
        lines = [f"<RunResult {self.run_id} of {self.workflow_id}: {self.status}>"]
        if self.error is not None:
            lines.append(f"  error: {self.error!r}")
        if self.tripwire is not None:
            lines.append(f"  tripwire: {_short(self.tripwire.reason)}")
        if self.status is Status.SUCCESS:
            lines.append(f"  output: {_short(self.output)}")
        for suspension in self.suspensions:
            lines.append(f"  waiting: {'/'.join(suspension.path)} {_short(suspension.payload)}")
        return "\n".join(lines)


def shaped_state(workflow: Workflow[Any, Any], values: dict[str, Any]) -> Any:
    """The state as the workflow's schema sees it; the plain dict where there is none or it does not fit."""
    from playhead.definition.schema import Invalid

    if workflow.state is None:
        return values
    try:
        return workflow.state.validate(values)
    except Invalid:
        return values


def _suspension(workflow: Workflow[Any, Any], snapshot: Snapshot, record: Record) -> Suspension:
    inside = [record, *filter(None, map(snapshot.records.get, ancestors(record.path)))]
    body = body_at(workflow, record.path)
    schema = getattr(body, "resume", None)
    return Suspension(
        record.path,
        next((one.index for one in inside if one.index is not None), None),
        next((one.iteration for one in inside if one.iteration is not None), None),
        record.labels[0] if record.labels else None,
        record.labels,
        loaded(record.suspend_payload),
        schema.json_schema() if schema is not None else None,
    )


def _short(value: Any, limit: int = 120) -> str:
    """A representation that fits on a line, whatever the value does when asked for one."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001  # a repr may raise anything, and ours must not
        text = f"<{type(value).__name__}: its repr failed with {type(error).__name__}>"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
