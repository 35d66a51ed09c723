"""Telling: the story of a run, by looking at its results and its records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from playhead import RunResult, StepResult
from playhead.codec.values import load
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.snapshot import Snapshot
from tests.properties.descriptions import Path
from tests.properties.stories import Blame, Place, Story


def blame(error: BaseException | None, at: Path | None) -> Blame | None:
    """What is told of an error; the words of the engine's own errors are tested elsewhere."""
    if error is None:
        return None
    own = type(error).__module__ == "playhead.errors" and type(error).__name__ not in ("TripWire", "NonRetryableError")
    return Blame(type(error).__name__, None if own else str(error), getattr(error, "mark", None), at)


def origin(snapshot: Snapshot, path: Path | None) -> Path | None:
    """The place whose error has come up to ``path``."""
    while path is not None and snapshot.records[path].error_path is not None:
        path = snapshot.records[path].error_path
    return path


def places(snapshot: Snapshot) -> dict[Path, Place]:
    """What is told of every place, however deep; `RunResult.steps` shows the outermost ones only."""
    found = {}
    for record in snapshot.ordered():
        told = StepResult(record, snapshot)
        at = origin(snapshot, record.path)
        place = Place(str(told.status), told.input, told.output, blame(told.error, at))
        if record.kind == "step":
            place = replace(place, attempts=told.attempts, question=told.suspend_payload, answer=told.resume_data)
        found[record.path] = place
    return found


def head(result: RunResult) -> Story:
    """What a result tells of a run that rests, but for its places."""
    return Story(
        str(result.status),
        result.output,
        blame(result.error or result.tripwire, result.failed_at),
        dict(result.state),
        waiting=[(waiting.path, waiting.payload, waiting.labels) for waiting in result.suspensions],
    )


def answers(events: Iterable[Event]) -> dict[Path, list[Any]]:
    """The answers that stand in a log, by the place they were given to."""
    found: dict[Path, list[Any]] = {}
    for event in events:
        data = load(event.data["data"]) if "data" in event.data else None
        for target in event.data["targets"] if event.type == E.RUN_RESUMED else ():
            found.setdefault(tuple(target), []).append(data)
    return found
