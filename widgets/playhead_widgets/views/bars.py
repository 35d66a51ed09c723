"""Bars: when each place of a run was in which state, as a timeline draws it; `static/timeline.js` does the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from playhead_widgets.views.board import node_of
from playhead_widgets.views.marks import Mark
from playhead_widgets.views.states import PENDING, SKIPPED, TRIPWIRE

#: What a try that did not end was, by the state that came next.
_AFTER: Final = {"waiting": "retried", "suspended": "ran", PENDING: "ran"}
_DONE: Final = frozenset({"success", "failed", TRIPWIRE, "canceled", PENDING, SKIPPED})


@dataclass(slots=True)
class Bar:
    """``path`` was in ``state`` from millisecond ``begin`` to ``end``, None while it goes on."""

    path: str
    state: str
    begin: int
    end: int | None = None

    def until(self, now: int) -> int:
        """Its end, or now."""
        return now if self.end is None else self.end


def bars_of(marks: Iterable[Mark]) -> dict[str, list[Bar]]:
    """The bars of every node, in the order in which the nodes began."""
    rows: dict[str, list[Bar]] = {}
    going: dict[str, Bar] = {}
    containers: set[str] = set()
    for _, path, state, ms, *rest in marks:
        if len(rest) > 1 and rest[1].get("k"):
            containers.add(path)
        bar = going.get(path)
        if path == "" or path in containers or (bar is not None and bar.state == state):
            continue
        if bar is not None:
            _finish(bar, state, ms)
            del going[path]
        if state not in _DONE:
            going[path] = Bar(path, state, ms)
            rows.setdefault(node_of(path), []).append(going[path])
    return rows


def _finish(bar: Bar, next_state: str, ms: int) -> None:
    bar.end = ms
    if bar.state == "running":
        bar.state = _AFTER.get(next_state, next_state)
