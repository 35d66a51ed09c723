"""What callers give, checked and encoded, and the events that claims are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from playhead.codec.errors import dump_error
from playhead.codec.values import dump
from playhead.definition.entries import LoopEntry
from playhead.definition.schema import Invalid, Schema
from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.errors import (
    InputInvalid,
    Issue,
    RequestInvalid,
    ResumeDataInvalid,
    StateInvalid,
    StepInterrupted,
    UnknownStep,
    ValidationFailed,
)
from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.fold import News
from playhead.machine.payload import Encoded, Payload
from playhead.machine.places import body_at, entry_at, suspended_leaves
from playhead.machine.snapshot import Snapshot, Status
from playhead.results import StepResult


class Draft:
    """Events to be appended together, numbered on from a snapshot."""

    def __init__(self, snapshot: Snapshot, now: float) -> None:
        self.news = News(snapshot)
        self._now = now

    def add(self, type: str, path: Path = (), **data: Any) -> Draft:
        content = {key: value for key, value in data.items() if value is not None}
        self.news.add(Event(self.news.after.seq + 1, self._now, type, path, content))
        return self


# -- what callers give, checked and encoded --------------------------------------------------------------------


def checked(schema: Schema | None, value: Any, error: Callable[..., ValidationFailed], validate: bool = True) -> Any:
    """The value as its schema wants it. Raises ``error`` with the issues."""
    if schema is None or not validate:
        return value
    try:
        return schema.validate(value)
    except Invalid as invalid:
        raise error(invalid.issues) from invalid.__cause__


def run_input(workflow: Workflow[Any, Any], value: Any) -> Encoded:
    """The input of a run; what is left out is taken from the schema's defaults. Raises `InputInvalid`."""
    given = nothing_as_fields(workflow.input) if value is None else value
    return dump(checked(workflow.input, given, InputInvalid, workflow.validate), "input")


def nothing_as_fields(schema: Schema | None) -> dict[str, Any] | None:
    """What None stands for where the schema wants fields: no field at all, so that each default applies."""
    if schema is None or not _issues(schema, None):
        return None
    by_field = all(issue.path for issue in _issues(schema, {}))
    return {} if by_field else None


def _issues(schema: Schema, value: Any) -> tuple[Issue, ...]:
    try:
        schema.validate(value)
    except Invalid as invalid:
        return invalid.issues
    return ()


def step_input(workflow: Workflow[Any, Any], target: Path, value: Any) -> Encoded:
    """The input of the step at ``target``. Raises `InputInvalid`."""
    body = body_at(workflow, target)
    found = entry_at(workflow, target)
    whole = found is not None and not isinstance(found[2], LoopEntry) and not body_takes(found[2], body)
    schema = None if body is None or whole else body.input
    return dump(checked(schema, value, InputInvalid, workflow.validate), "input")


def body_takes(entry: Any, body: Any) -> bool:
    """Whether the entry's input is its body's; a foreach takes a list of them."""
    return not hasattr(entry, "concurrency") and body is not None


def run_state(workflow: Workflow[Any, Any], value: Any) -> dict[str, Payload]:
    """The initial state by key, defaults of the schema applied. Raises `StateInvalid`."""
    if not (value is None or isinstance(value, Mapping) or hasattr(value, "__dict__")):
        raise StateInvalid([Issue((), f"must be a dict or have fields, and is {type(value).__name__}", value)])
    if workflow.state is None or not workflow.validate:
        return encoded(fields_of(value or {}), "state")
    if value is None:
        try:
            return encoded(fields_of(workflow.state.validate({})), "state")
        except Invalid:
            return {}  # the schema needs values that steps will set
    given = fields_of(value)
    state = fields_of(checked(workflow.state, given, StateInvalid))
    return encoded({**{key: given[key] for key in given if key not in state}, **state}, "state")


def fields_of(value: Any) -> dict[str, Any]:
    """A model's, a dataclass's or a mapping's top-level fields."""
    if isinstance(value, Mapping):
        return dict(value)
    return {key: item for key, item in vars(value).items() if not key.startswith("_")}


def run_request(workflow: Workflow[Any, Any], request: Any, transient: frozenset[str]) -> dict[str, Payload]:
    """The request context by key, without those never stored. Raises `RequestInvalid`."""
    given = request_fields(request)
    checked(workflow.request, given, RequestInvalid, workflow.validate)
    return encoded({key: value for key, value in given.items() if key not in transient}, "request")


def request_fields(request: Any) -> dict[str, Any]:
    """What a caller gave as ``request=``, as a dict."""
    return {} if request is None else dict(request)


def encoded(values: Mapping[str, Any], where: str) -> dict[str, Payload]:
    """Each value encoded; a refusal names it as ``where.key``."""
    return {key: dump(value, f"{where}.{key}") for key, value in values.items()}


def answer(workflow: Workflow[Any, Any], target: Path, data: Any) -> Encoded | None:
    """The answer to the step at ``target``; None if there is none. Raises `ResumeDataInvalid`."""
    body = body_at(workflow, target)
    schema = body.resume if isinstance(body, Step) else None
    given = nothing_as_fields(schema) if data is None else data
    value = checked(schema, given, ResumeDataInvalid, workflow.validate)
    return None if value is None else dump(value, "resume data")


def known_steps(workflow: Workflow[Any, Any], context: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """What a caller says of earlier steps: ``{"status", "output", "input"}`` or a `StepResult`, encoded."""
    return {id: _known_step(workflow, id, known) for id, known in (context or {}).items()}


def _known_step(workflow: Workflow[Any, Any], id: str, known: Any) -> dict[str, Any]:
    if id not in workflow.by_id:
        raise UnknownStep(f"context= names {id!r}, which workflow {workflow.id!r} does not have.")
    if isinstance(known, StepResult):
        known = {"status": str(known.status), "output": known.output, "input": known.input}
    if not isinstance(known, Mapping):
        known = {"output": known}
    fields: dict[str, Any] = {"status": Status(known.get("status", "success"))}
    for key in ("output", "input"):
        if key in known:
            fields[key] = dump(known[key], f"context.{id}.{key}")
    return fields


# -- claims ----------------------------------------------------------------------------------------------------


def lost_in_flight(draft: Draft, workflow: Workflow[Any, Any], snapshot: Snapshot) -> None:
    """Say of each step that was in flight that it is lost; one that may run at most once has failed."""
    for path, status in sorted(snapshot.busy.items(), key=lambda item: snapshot.records[item[0]].order):
        if status is not Status.RUNNING:
            continue
        body = body_at(workflow, path)
        if isinstance(body, Step) and body.at_most_once:
            error = StepInterrupted(
                f"Step {'/'.join(path)!r} may run at most once and was in flight when its process died. Go on with "
                f"time_travel({body.id!r}), or give its result as context={{{body.id!r}: ...}}."
            )
            draft.add(E.STEP_FAILED, path, error=dump_error(error))
        else:
            draft.add(E.STEP_LOST, path)


def fitting_answers(workflow: Workflow[Any, Any], snapshot: Snapshot, data: Any) -> dict[Path, Payload]:
    """The answer for each step that waits and whose schema it fits; none without an answer."""
    found: dict[Path, Payload] = {}
    for record in suspended_leaves(workflow, snapshot) if data is not None else ():
        try:
            payload = answer(workflow, record.path, data)
        except ResumeDataInvalid:
            continue
        if payload is not None:
            found[record.path] = payload
    return found


def paths(targets: Iterable[Path]) -> list[list[str]]:
    """Paths as event data."""
    return [list(target) for target in targets]
