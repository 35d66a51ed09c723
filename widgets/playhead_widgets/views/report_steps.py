"""The steps of a report: everything that is recorded of each place, in the order in which they began."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from playhead.definition.workflow import Workflow
from playhead.machine.events import Event
from playhead.machine.snapshot import Record, Snapshot
from playhead_widgets.views.board import node_of
from playhead_widgets.views.durations import duration
from playhead_widgets.views.inspection import inspection
from playhead_widgets.views.markup import Markup, Part, h, joined, text
from playhead_widgets.views.report_parts import LONG, LONGEST, chip, error_line, facts_list, traceback_of, value
from playhead_widgets.views.states import state_of

STEPS: Final = 1_000  # turns and items with a section of their own


class Code(NamedTuple):
    """The source of one step when it ran last.

    ``note`` says what is to be known about it, as that it has changed since; ``earlier`` is how it was written when
    it ran before, oldest first, where that is not the same.
    """

    text: str
    note: str = ""
    earlier: tuple[str, ...] = ()


class Told(NamedTuple):
    """A run to be told of: its events, how it stood after each of them, and its steps' code by their paths."""

    workflow: Workflow[Any, Any]
    events: Sequence[Event]
    moment: Callable[[int | None], Snapshot]
    codes: Mapping[str, Code]
    place: str = ""


def steps_of(told: Told, snapshot: Snapshot) -> list[Part]:
    """A section per node, in the order in which they began; turns and items are inside that of theirs."""
    nodes: dict[str, list[Record]] = {}
    for record in snapshot.ordered():
        nodes.setdefault(node_of("/".join(record.path)), []).append(record)
    events: dict[tuple[str, ...], list[Event]] = {}
    for event in told.events:
        events.setdefault(event.path, []).append(event)
    left, parts = STEPS, []
    for node, records in nodes.items():
        parts.append(_node(told, snapshot, node, records[: max(left, 1)], events, len(records)))
        left -= len(records)
    return [*parts] if parts else [h("p", "No step was reached.")]


def _node(
    told: Told,
    snapshot: Snapshot,
    node: str,
    records: Sequence[Record],
    events: Mapping[tuple[str, ...], Sequence[Event]],
    total: int,
) -> Markup:
    first = records[0]
    code = told.codes.get(node)
    parts: list[Part] = [] if code is None else [_code(code)]
    inside = [_record(told, snapshot, record, events.get(record.path, ())) for record in records]
    if len(records) == 1:
        parts = [*inside, *parts]
    else:
        own = [(record, part) for record, part in zip(records, inside, strict=True)]
        parts += [part if "#" not in record.path[-1] else _step(record, part) for record, part in own]
    if total > len(records):
        parts.append(h("p", f"… and {total - len(records):,} more", class_="ph-more"))
    return h("details", _summary(first, node), *parts, class_="ph-step", open=state_of(first) == "failed")


def _step(record: Record, part: Part) -> Markup:
    return h("details", _summary(record, "/".join(record.path)), part, class_="ph-step")


def _summary(record: Record, name: str) -> Markup:
    ended = record.ended_at or record.suspended_at
    took = None if ended is None or record.started_at is None else duration(max(0.0, ended - record.started_at))
    kind = None if record.kind == "step" else h("span", f" {record.kind}", class_="ph-quiet")
    return h("summary", name, kind, chip(state_of(record)), h("span", f" {took}", class_="ph-quiet") if took else None)


def _record(told: Told, snapshot: Snapshot, record: Record, events: Sequence[Event]) -> Markup:
    last = events[-1].seq if events else snapshot.seq
    before = told.moment(last - 1) if last > 1 else None
    seen = inspection(told.workflow, told.moment(last), record.path, before, events)
    if "facts" not in seen:  # a journey back has taken it away since
        seen = inspection(told.workflow, snapshot, record.path, None, events)
    return joined(
        facts_list(seen["facts"]),
        error_line(seen["error"]),
        value("Input", seen["input"]),
        value("Output", seen["output"]),
        value("Asked", seen["asked"]),
        value("Answered", seen["answered"]),
        _changes(seen["changes"]),
        _attempts(seen["attempts"]),
        _printed(seen["printed"]),
        traceback_of(seen["error"]),
    )


def _code(code: Code) -> Markup:
    note = h("p", code.note, class_="ph-quiet") if code.note else None
    return joined(h("h3", "Code"), note, _source(code.text), *map(_earlier, code.earlier))


def _source(source: str) -> Markup:
    return h("pre", h("code", text(source, LONGEST)))


def _earlier(source: str) -> Markup:
    return h("details", h("summary", "How it was when it ran before"), _source(source))


def _attempts(attempts: Sequence[Mapping[str, Any]]) -> Part:
    if len(attempts) < 2:
        return None
    rows = [
        h(
            "tr",
            h("th", one["number"], scope="row"),
            h("td", chip(one["state"])),
            h("td", one["took"]),
            h("td", _in_short(one)),
        )
        for one in attempts
    ]
    return joined(h("h3", "Attempts"), h("table", h("tbody", *rows)))


def _in_short(attempt: Mapping[str, Any]) -> str:
    error = attempt["error"]
    return f"{error['type']}: {error['message']}" if error else ""


def _changes(changes: Sequence[Mapping[str, Any]]) -> Part:
    if not changes:
        return None
    rows = [
        h(
            "tr",
            h("th", one["path"], scope="row"),
            h("td", h("del", one.get("before"))),
            h("td", h("ins", one.get("after"))),
        )
        for one in changes
    ]
    return joined(h("h3", "What changed here"), h("table", h("tbody", *rows)))


def _printed(content: str) -> Part:
    return joined(h("h3", "Printed"), h("pre", text(content, LONG))) if content else None
