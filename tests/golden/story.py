"""A run as plain text: what its log folds to at each event, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from playhead import Run, RunResult, StepResult

WIDTH = 160  # characters of a value that are kept: enough to tell it from others


async def story(run: Run) -> str:
    """Each event with the status of the run after it, then the run as it rests. One fact a line."""
    last = await run.snapshot()
    lines = [f"run {run.run_id} of {run.workflow_id} for {last.resource_id}: {last.status} after {last.seq} events", ""]
    for event in await run.events():
        status = (await run.snapshot(at=event.seq)).status
        data = " ".join(f"{key}={shown(value)}" for key, value in sorted(event.data.items()))
        lines.append(f"{event.seq:3} {status:9} {event.type} {'/'.join(event.path)} {data}".rstrip())
    return "\n".join([*lines, "", *_result(last), ""])


def _result(run: RunResult) -> Iterator[str]:
    yield f"parent {run.parent}"
    yield f"input {shown(run.input)}"
    yield f"output {shown(run.output)}"
    yield f"error {shown(run.error)}"
    yield f"failed at {run.failed_at}"
    yield f"tripwire {shown(run.tripwire)} {shown(vars(run.tripwire)) if run.tripwire else ''}".rstrip()
    yield f"state {shown(run.state)}"
    for each in run.suspensions:
        yield f"asks {'/'.join(each.path)} {list(each.labels)} {shown(each.payload)} schema {shown(each.schema)}"
    for step in run.steps.values():
        yield from _step(step)


def _step(step: StepResult) -> Iterator[str]:
    yield f"step {'/'.join(step.path)}: {step.status}, attempts {step.attempts}, turn {step.iteration}"
    for name in ("input", "output", "error", "suspend_payload", "suspend_output", "resume_data"):
        value = getattr(step, name)
        if value is not None:
            yield f"  {name} {shown(value)}"
    yield f"  from {_time(step.started_at)} to {_time(step.ended_at)}"
    for item in step.items:
        yield from ("  " + line for line in _step(item))


def _time(at: datetime | None) -> str:
    return at.isoformat() if at else "now"


def shown(value: Any) -> str:
    """The value on one line; of an exception also its notes and its cause."""
    if isinstance(value, BaseException):
        notes = getattr(value, "__notes__", [])
        more = f" notes {notes}" if notes else ""
        return f"{value!r}{more}" + (f" from {shown(value.__cause__)}" if value.__cause__ else "")
    if isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key!r}: {shown(part)}" for key, part in value.items()) + "}"
    else:
        text = " ".join(repr(value).split())
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}… ({len(text)} characters)"
