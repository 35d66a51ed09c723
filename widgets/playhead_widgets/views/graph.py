"""The graph of a workflow: its nested blocks as plain data."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from playhead.definition.callables import Function
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
from playhead_widgets.views.durations import duration
from playhead_widgets.views.escape import clean

Block: TypeAlias = dict[str, Any]

_TITLE = 60  # characters: ids are longer only by accident, and no card is wide enough for more
_TEXT = 90
_UNNAMED = re.compile(r"(mapping|sleep)_\d+")  # ids that the builder made up


def graph_of(workflow: Workflow[Any, Any]) -> Block:
    """The workflow as nested blocks.

    A block is a dict with a ``kind``: ``step``, ``map``, ``sleep``, ``workflow`` (with ``blocks``),
    ``parallel`` and ``branch`` (with ``arms``; a branch's arms carry their ``condition``), ``loop`` and
    ``foreach`` (with a ``body``). All but ``parallel`` and ``branch`` have ``id``, ``path`` (ids joined by
    ``/``; the workflow itself has ``""``), ``title`` and ``description``.
    """
    return _workflow(workflow, "")


def leaf_count(block: Block) -> int:
    """How many steps, maps and sleeps a block holds."""
    inner = children(block)
    return sum(leaf_count(child) for child in inner) if inner else 1


def children(block: Block) -> list[Block]:
    """The blocks directly inside."""
    if "body" in block:
        return [block["body"]]
    found: list[Block] = block.get("arms") or block.get("blocks") or []
    return found


def _workflow(workflow: Workflow[Any, Any], path: str) -> Block:
    blocks = [_entry(entry, path) for entry in workflow.entries]
    return {**_named("workflow", workflow.id, path, workflow.description), "blocks": blocks}


def _entry(entry: Entry, scope: str) -> Block:
    match entry:
        case ParallelEntry():
            return {"kind": "parallel", "arms": [_body(body, scope) for body in entry.bodies]}
        case BranchEntry():
            pairs = zip(entry.bodies, entry.conditions, strict=True)
            arms = [{**_body(body, scope), "condition": clean(test.name, _TEXT)} for body, test in pairs]
            return {"kind": "branch", "arms": arms}
        case MapEntry():
            return {**_named("map", entry.id, _join(scope, entry.id), entry.description)}
        case SleepEntry():
            return {**_named("sleep", entry.id, _join(scope, entry.id), _span(entry))}
        case LoopEntry():
            body = _body(entry.body, scope)
            condition = clean(entry.condition.name, _TEXT)
            return {**_around("loop", body), "until": entry.until, "condition": condition}
        case ForeachEntry():
            width = entry.concurrency
            return {**_around("foreach", _body(entry.body, scope)), "width": _width(width)}
        case _:
            return _body(entry.body, scope)


def _body(body: Any, scope: str) -> Block:
    path = _join(scope, str(getattr(body, "id", "?")))
    if isinstance(body, Workflow):
        return _workflow(body, path)
    if isinstance(body, Step):
        return {**_named("step", body.id, path, body.description), "asks": body.resume is not None}
    return _named("step", str(getattr(body, "__name__", body)), path, None)  # not a step: commit will say so


def _around(kind: str, body: Block) -> Block:
    return {**_named(kind, body["id"], body["path"], body["description"]), "body": body}


def _named(kind: str, id: str, path: str, description: str | None) -> Block:
    text = (description or "").strip().partition("\n")[0]
    title = kind if _UNNAMED.fullmatch(id) else clean(id, _TITLE)
    return {"kind": kind, "id": id, "path": path, "title": title, "description": clean(text, _TEXT)}


def _join(scope: str, id: str) -> str:
    return f"{scope}/{id}" if scope else id


def _width(width: int | Function) -> int | str:
    return clean(width.name, _TEXT) if isinstance(width, Function) else width


def _span(entry: SleepEntry) -> str:
    match entry.duration:
        case datetime() as moment:
            return f"until {moment:%Y-%m-%d %H:%M %Z}".rstrip()
        case Function(name=name):
            return f"until {name}" if entry.until else str(name)
        case timedelta() | float() | int() as span:
            return duration(span)
    return str(entry.duration)
