"""The parts that every section of a report is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from playhead_widgets.views.markup import Markup, Part, h, joined, text
from playhead_widgets.views.states import LOOKS
from playhead_widgets.views.trees import tree_markup

LONG: Final = 20_000  # characters of a text that a person wrote or printed
LONGEST: Final = 50_000  # ... of code, and of a traceback


def chip(state: str) -> Markup:
    """A state, by its sign and its word."""
    sign = LOOKS[state].sign if state in LOOKS else "–"
    return h("span", f"{sign} {state}", class_=f"ph-chip ph-is-{state}")


def clock(seconds: float) -> str:
    """A moment, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def instant(seconds: float) -> str:
    """A moment to the millisecond, in UTC, which whoever shows it has said."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def facts_list(facts: Iterable[tuple[str, str | None]]) -> Part:
    """Names with their texts; those without a text are left out."""
    pairs = [joined(h("dt", name), h("dd", value)) for name, value in facts if value]
    return h("dl", *pairs, class_="ph-facts") if pairs else None


def value(title: str, tree: Any) -> Part:
    """A value under its title; nothing if it was not recorded."""
    return None if tree is None else joined(h("h3", title), tree_markup(tree))


def error_line(error: Mapping[str, Any] | None, where: str = "") -> Part:
    """What went wrong, with its notes, in short."""
    if error is None:
        return None
    notes = [h("p", text(note, LONG)) for note in error.get("notes", ())]
    said = joined(h("span", f"{error['type']}: "), text(error["message"], LONG))
    return joined(h("p", said, class_="ph-error"), *notes, h("p", where, class_="ph-quiet") if where else None)


def traceback_of(error: Mapping[str, Any] | None) -> Part:
    """The whole story, closed."""
    if error is None or not error.get("traceback"):
        return None
    return h("details", h("summary", "Traceback"), h("pre", text(error["traceback"], LONGEST)))
