"""The report: one run as a page that needs nothing but itself. No script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from playhead.machine.events import Event, Source
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.answers import Answer, answers_of
from playhead_widgets.views.bars import bars_of
from playhead_widgets.views.board import board_of
from playhead_widgets.views.durations import duration
from playhead_widgets.views.escape import clean
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.inspection import inspection
from playhead_widgets.views.marks import marks_of
from playhead_widgets.views.markup import Markup, Part, h, text
from playhead_widgets.views.palette import picture_style
from playhead_widgets.views.report_parts import LONG, chip, clock, error_line, facts_list, instant, traceback_of, value
from playhead_widgets.views.report_steps import Told, steps_of
from playhead_widgets.views.run import header_of
from playhead_widgets.views.svg import svg_of
from playhead_widgets.views.timeline import end_of, timeline_svg
from playhead_widgets.views.trees import tree_markup
from playhead_widgets.views.values import short

EVENTS: Final = 5_000  # lines of the log
WIDTH: Final = 1_000.0  # pixels of the drawings

_DATA: Final = 160

#: Nothing may be fetched, nothing may run: also for whoever opens the page from a server.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def report(told: Told, *, version: str) -> str:
    """The page as a whole. ``version`` is that of Playhead."""
    snapshot = told.moment(None)
    title = clean(f"{told.workflow.id} {snapshot.run_id}")
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        h("meta", name="viewport", content="width=device-width"),
        h("meta", name="generator", content=f"Playhead {version}"),
        h("title", title),
        Markup(f"<style>{picture_style('bars.css', 'report.css')}</style>"),
    )
    body = h("body", *_sections(told, snapshot), h("footer", f"Playhead {version}"))
    return f"<!doctype html>\n{h('html', head, body, lang='en')}\n"


def _sections(told: Told, snapshot: Snapshot) -> Iterable[Part]:
    yield _header(told, snapshot)
    yield _section("Graph", _graph(told, snapshot))
    yield _section("Timeline", _timeline(told))
    yield _section("Input and output", *_whole(told, snapshot))
    answers = list(answers_of(told.events, told.moment))
    if answers:
        yield _section("Questions and answers", _answers(answers))
    yield _section("Steps", *steps_of(told, snapshot))
    yield _section("Log", _log(told))


def _section(title: str, *parts: Part) -> Markup:
    return h("section", h("h2", title), *parts)


# -- the run as a whole ----------------------------------------------------------------------------------------


def _header(told: Told, snapshot: Snapshot) -> Markup:
    header = header_of(told.workflow, snapshot)
    took = None if header["ended"] is None else duration(max(0.0, header["ended"] - header["started"]))
    parent = header["parent"]
    facts = [
        ("run", header["run"]),
        ("resource", header["resource"]),
        ("forked from", f"{parent[0]} after event {parent[1]}" if parent else None),
        ("started", clock(header["started"])),
        ("ended", None if header["ended"] is None else clock(header["ended"])),
        ("took", took),
        ("events", f"{snapshot.seq:,}"),
        ("store", told.place),
    ]
    return h(
        "header",
        h("h1", header["workflow"], chip(header["status"])),
        h("p", header["description"], class_="ph-quiet"),
        facts_list(facts),
        error_line(header["error"], f"failed at {header['failed']}" if header["failed"] else ""),
    )


def _graph(told: Told, snapshot: Snapshot) -> Markup:
    graph = graph_of(told.workflow)
    return h("div", Markup(svg_of(graph, board_of(graph, snapshot), width=WIDTH, live=True)), class_="ph-panel")


def _timeline(told: Told) -> Markup:
    marks = marks_of(told.workflow, told.events)
    rows = bars_of(marks)
    end = end_of(rows, marks[-1][3] if marks else 0)
    return h("div", Markup(timeline_svg(rows, end, width=WIDTH, live=True)), class_="ph-panel")


def _whole(told: Told, snapshot: Snapshot) -> list[Part]:
    seen = inspection(told.workflow, snapshot, ())
    parts = [value("Input", seen["input"]), value("Output", seen["output"]), value("State", seen["state"])]
    return [h("div", *parts, traceback_of(seen["error"]), class_="ph-panel")]


def _answers(answers: Sequence[Answer]) -> Markup:
    head = h("tr", *(h("th", name, scope="col") for name in ("when", "step", "question", "answer", "by whom")))
    return h("div", h("table", h("thead", head), h("tbody", *map(_answer, answers))), class_="ph-panel")


def _answer(answer: Answer) -> Markup:
    asked = None if answer.asked is None else tree_markup(answer.asked, open=1)
    labels = h("div", f"for {', '.join(answer.labels)}", class_="ph-quiet") if answer.labels else None
    return h(
        "tr",
        h("td", clock(answer.at), class_="ph-whole"),
        h("th", answer.path, scope="row"),
        h("td", text(answer.headline, LONG), asked, labels),
        h("td", tree_markup(answer.answered, open=1)),
        h("td", answer.who or "unknown"),
    )


def _log(told: Told) -> Markup:
    head = h("tr", *(h("th", name, scope="col") for name in ("event", "when (UTC)", "what", "step", "data")))
    rows = [_event(event, told) for event in told.events[:EVENTS]]
    rest = len(told.events) - EVENTS
    more = h("p", f"… and {rest:,} more", class_="ph-more") if rest > 0 else None
    table = h("div", h("table", h("thead", head), h("tbody", *rows)), class_="ph-table")
    return h("details", h("summary", f"{len(told.events):,} events"), table, more, class_="ph-step ph-log")


def _event(event: Event, told: Told) -> Markup:
    path = "/".join(event.path)
    data = ", ".join(f"{key}={_short(value)}" for key, value in event.data.items() if value is not None)
    whole = (event.seq, instant(event.at), event.type)
    return h("tr", *(h("td", cell, class_="ph-whole") for cell in whole), h("td", path), h("td", clean(data, _DATA)))


def _short(value: Any) -> str:
    """Payloads and references are shown where they belong; here it is enough that there is one."""
    shown = isinstance(value, str | int | float | bool | list | tuple) and not isinstance(value, Source)
    return short(value) if shown else "…"
