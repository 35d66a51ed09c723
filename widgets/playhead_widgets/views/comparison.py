"""The comparison of two moments, or two runs, as a page and as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from playhead_widgets.views.escape import clean
from playhead_widgets.views.markup import Markup, Part, h, joined
from playhead_widgets.views.states import LOOKS

_SIGNS: Final = {"added": "+", "removed": "−", "changed": "±", "more": "…"}
_SAME: Final = "There is no difference."


def comparison_markup(found: dict[str, Any], before: str, after: str) -> Markup:
    """What `changes` found between the moments that are called ``before`` and ``after``, as tables."""
    parts: list[Part] = [h("p", h("b", before), " → ", h("b", after))]
    if not _differs(found):
        return joined(*parts, h("p", _SAME))
    head = h("tr", h("th", "place", scope="col"), h("th", before, scope="col"), h("th", after, scope="col"))
    rows = [h("tr", h("th", _place(one), scope="row"), *_states(one)) for one in _places(found)]
    parts += [h("table", h("thead", head), h("tbody", *rows))] if rows else []
    for title, changes in _values(found):
        parts += [h("p", title), h("table", h("tbody", *map(_row, changes)))]
    return joined(*parts)


def comparison_text(found: dict[str, Any], before: str, after: str) -> str:
    """The same in plain text."""
    lines = [f"{clean(before)} → {clean(after)}"]
    if not _differs(found):
        return "\n".join([*lines, _SAME])
    lines += [f"  {_line(one)}" for one in _places(found)]
    for title, changes in _values(found):
        lines += [title, *(f"  {_SIGNS[change['kind']]} {_told(change)}" for change in changes)]
    return "\n".join(lines)


def _differs(found: dict[str, Any]) -> bool:
    run = found["run"]
    return bool(found["records"] or found["state"] or found["input"] or run["before"] != run["after"])


def _places(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The run itself if its status differs, then every place whose state or output does."""
    if found["run"]["before"] != found["run"]["after"]:
        yield {"path": "the run", "count": 1, **found["run"]}
    for record in found["records"]:
        yield {"before": "", "after": "", **record}


def _place(record: dict[str, Any]) -> str:
    if record["count"] == 0:
        return "… and more"
    path = clean(record["path"])
    return path if record["count"] == 1 else f"{path} × {record['count']:,}"


def _line(record: dict[str, Any]) -> str:
    states = f"{_signed(record['before'])} → {_signed(record['after'])}"
    return f"{_place(record)}: {states}" if record["count"] else _place(record)


def _states(record: dict[str, Any]) -> tuple[Markup, Markup]:
    return h("td", _signed(record["before"])), h("td", _signed(record["after"]))


def _signed(state: str) -> str:
    return f"{LOOKS[state].sign} {state}" if state in LOOKS else state


def _values(found: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each value of which parts differ."""
    if found["input"]:
        yield "the run's input", found["input"]
    for record in found["records"]:
        if record.get("output"):
            yield f"output of {clean(record['path'])}", record["output"]
    if found["state"]:
        yield "the run's state", found["state"]


def _row(change: dict[str, Any]) -> Markup:
    return h(
        "tr",
        h("td", _SIGNS[change["kind"]], title=change["kind"]),
        h("th", "and more" if change["kind"] == "more" else change["path"], scope="row"),
        h("td", h("del", change["before"]) if "before" in change else None),
        h("td", h("ins", change["after"]) if "after" in change else None),
    )


def _told(change: dict[str, Any]) -> str:
    if change["kind"] == "more":
        return "and more"
    values = " → ".join(change[side] for side in ("before", "after") if side in change)
    return f"{change['path']}: {values}"
