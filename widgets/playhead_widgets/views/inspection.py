"""The inspection of one place of a run at one moment.

Its values, its error, what it changed, what it printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from playhead.definition.workflow import Workflow
from playhead.machine.events import STEP_PRINTED, Event
from playhead.machine.places import body_at
from playhead.machine.snapshot import Record, Snapshot
from playhead_widgets.views.attempts import attempts_of
from playhead_widgets.views.board import node_of
from playhead_widgets.views.changes import COMPARED, state_changes, value_changes
from playhead_widgets.views.escape import clean
from playhead_widgets.views.payloads import LARGEST, error_view, loaded, payload_tree, size_of
from playhead_widgets.views.values import tree

PRINTED: Final = 20_000  # characters of printed text; the last ones count


def inspection(
    workflow: Workflow[Any, Any],
    snapshot: Snapshot,
    path: tuple[str, ...],
    before: Snapshot | None = None,
    events: Sequence[Event] = (),
) -> dict[str, Any]:
    """Everything about the path (``()``: the run) as it stands in ``snapshot``.

    ``before`` is the moment just before the path last changed: what is different in the run's state since
    then, the path has changed. ``events`` are searched for what it printed.
    """
    if not path:
        return _run(workflow, snapshot)
    record = snapshot.records.get(path)
    found: dict[str, Any] = {"path": "/".join(path), "node": node_of("/".join(path)), "input": None}
    if record is None:
        return found
    return {
        **found,
        "input": payload_tree(record.input),
        "output": payload_tree(record.output),
        "error": error_view(record.error, traceback=True),
        "asked": payload_tree(record.suspend_payload),
        "answered": payload_tree(record.resume_data),
        "changes": _changes(record, snapshot, before),
        "printed": printed(events, path, snapshot.seq),
        "attempts": attempts_of(events, path, snapshot.seq),
        "facts": _facts(workflow, record),
    }


def printed(events: Iterable[Event], path: tuple[str, ...], until: int) -> str:
    """What the path had printed by event ``until``."""
    mine = (e for e in events if e.type == STEP_PRINTED and e.path == path and e.seq <= until)
    text = "".join(str(event.data.get("text", "")) for event in mine)
    cut = text[-PRINTED:]
    return ("…" if len(text) > PRINTED else "") + clean(cut, PRINTED, lines=True)


def _run(workflow: Workflow[Any, Any], snapshot: Snapshot) -> dict[str, Any]:
    state = _state(snapshot)
    return {
        "path": "",
        "node": "",
        "input": payload_tree(snapshot.input),
        "output": payload_tree(snapshot.output),
        "error": error_view(snapshot.error, traceback=True),
        "state": tree(state) if state else None,
        "facts": [],
    }


def _state(snapshot: Snapshot) -> dict[str, Any]:
    return {key: loaded(payload) for key, payload in sorted(snapshot.state.items())}


def part_of(snapshot: Snapshot, path: tuple[str, ...], part: str) -> Any:
    """The value that the inspection shows as ``part``. Raises `LookupError` if it shows none such."""
    if part == "state" and not path:
        return _state(snapshot)
    owner: Any = snapshot.records.get(path) if path else snapshot
    field = _PARTS.get(part)
    payload = getattr(owner, field, None) if field else None
    if payload is None or size_of(payload) > LARGEST:
        raise LookupError(f"There is nothing to show as {clean(part, 40)}.")
    return loaded(payload)


_PARTS: Final = {
    "input": "input",
    "output": "output",
    "asked": "suspend_payload",
    "answered": "resume_data",
}


def _changes(record: Record, snapshot: Snapshot, before: Snapshot | None) -> list[dict[str, Any]]:
    """Of the run's state; and from the input to the output, where the one was made out of the other."""
    found = state_changes(before, snapshot) if before else []
    found = [{**change, "path": f"state.{change['path']}"} for change in found]
    if record.output is None or not 0 < size_of(record.input) + size_of(record.output) <= COMPARED:
        return found
    try:
        given, made = loaded(record.input), loaded(record.output)
    except Exception:  # noqa: BLE001 - a damaged value is shown as such where it stands, not here
        return found
    return found + value_changes(given, made) if _akin(given, made) else found


def _akin(given: Any, made: Any) -> bool:
    """Dicts that share most of their keys: between others, a list of differences says nothing."""
    if not isinstance(given, dict) or not isinstance(made, dict):
        return False
    return 2 * len(given.keys() & made.keys()) >= len(given) > 0


def _facts(workflow: Workflow[Any, Any], record: Record) -> list[tuple[str, str]]:
    body = body_at(workflow, record.path)
    facts = [
        ("what", clean((getattr(body, "description", None) or "").strip().partition("\n")[0])),
        ("began", _clock(record.started_at)),
        ("ended", _clock(record.ended_at)),
        ("tries", str(record.tries) if record.tries > 1 else ""),
        ("items", f"{record.done_items:,} of {record.total:,}" if record.kind == "foreach" else ""),
        ("at a time", str(record.width) if record.kind == "foreach" else ""),
        ("turns", str(record.turn) if record.kind == "loop" else ""),
        ("until", _clock(record.until)),
        ("labels", ", ".join(map(clean, record.labels))),
        ("ended the run", "yes, by ctx.bail" if record.bailed else ""),
    ]
    return [(name, value) for name, value in facts if value]


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC"
