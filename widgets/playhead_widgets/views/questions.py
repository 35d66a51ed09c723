"""Questions: what the suspended steps of a run ask, each with the form to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from playhead.definition.schema import Schema
from playhead.definition.workflow import Workflow
from playhead.machine.places import body_at, suspended_leaves
from playhead.machine.snapshot import Record, Snapshot, Status
from playhead_widgets.views.escape import clean
from playhead_widgets.views.forms import form_of
from playhead_widgets.views.payloads import loaded, payload_tree
from playhead_widgets.views.values import tree

SHOWN: Final = 20  # questions at once; a foreach may have a thousand waiting items

#: Keys of a payload under which people write the question itself.
_HEADLINES: Final = ("question", "message", "prompt", "title", "text", "reason", "ask")
_ASKING: Final = (Status.SUSPENDED, Status.RUNNING, Status.PAUSED, Status.WAITING)


def questions_of(workflow: Workflow[Any, Any], snapshot: Snapshot) -> dict[str, Any]:
    """The questions that wait: ``items`` in declaration order, at most `SHOWN`, and ``total``.

    Each has ``path``, ``index``, ``iteration``, ``label``, ``headline`` (the question's text, if it has one),
    ``payload`` (a tree), ``schema`` (of the answer, as JSON schema) and ``form``.
    """
    if snapshot.status not in _ASKING:
        return {"items": [], "total": 0}
    waiting = suspended_leaves(workflow, snapshot)
    return {"items": [question(workflow, record) for record in waiting[:SHOWN]], "total": len(waiting)}


def question(workflow: Workflow[Any, Any], record: Record) -> dict[str, Any]:
    """One question."""
    body = body_at(workflow, record.path)
    schema = getattr(body, "resume", None)
    answer = schema.json_schema() if isinstance(schema, Schema) else None
    headline, payload = asked_by(record)
    return {
        "path": "/".join(record.path),
        "index": record.index,
        "iteration": record.iteration,
        "label": clean(record.labels[0]) if record.labels else None,
        "since": record.suspended_at,
        "description": clean(getattr(body, "description", None) or ""),
        "headline": headline,
        "payload": payload,
        "schema": answer,
        "form": form_of(answer),
    }


def asked_by(record: Record) -> tuple[str, dict[str, Any] | None]:
    """The question's own words, and what else came with them."""
    try:
        value = loaded(record.suspend_payload)
    except Exception:  # noqa: BLE001 - a damaged payload is shown as such; the question can still be answered
        return "", payload_tree(record.suspend_payload)
    if value is None or isinstance(value, str):
        return clean(value or "", 500, lines=True), None
    fields = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
    for key in _HEADLINES:
        text = fields.get(key)
        if isinstance(text, str) and text:
            rest = {name: part for name, part in fields.items() if name != key}
            return clean(text, 500, lines=True), tree(rest) if rest else None
    return "", payload_tree(record.suspend_payload)
