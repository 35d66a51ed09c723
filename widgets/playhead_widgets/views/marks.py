"""Marks: the log in short, enough to show every moment of a run without its values.

A mark is a list ``[seq, path, state, ms, more]``: after event ``seq``, ``ms`` milliseconds after the first
event, the path is in that state (``pending``: as if it had never been reached; the path ``""`` is the run).
``more`` is left out, or a dict: ``c`` names the kind of checkpoint the event is, ``k`` the kind of container
that began, ``n`` how many items a foreach has, ``a`` the retry, ``l`` what an answer was for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from playhead.definition.workflow import Workflow
from playhead.machine import events
from playhead.machine.events import Event
from playhead.machine.history import Recogniser, answered
from playhead.machine.snapshot import LEAVES, ancestors
from playhead_widgets.views.board import branches_of, node_of
from playhead_widgets.views.graph import Block, graph_of
from playhead_widgets.views.states import PENDING, SKIPPED, TRIPWIRE

Mark: TypeAlias = list[Any]
Change: TypeAlias = tuple[str, str, dict[str, Any]]


class Marks:
    """Turns events into marks, one at a time; what one costs does not depend on how many there were."""

    def __init__(self, graph: Block) -> None:
        self.all: list[Mark] = []
        self.start: float | None = None
        self.seq = 0
        self.at = 0.0
        self._recogniser = Recogniser()
        self.redefine(graph)
        self.kinds: dict[str, str] = {}
        self.skipped: dict[str, tuple[str, int]] = {}

    def redefine(self, graph: Block) -> None:
        """From now on the run goes by this definition."""
        self.arms = {scope: dict(found) for scope, found in branches_of(graph)}

    def add(self, event: Event) -> list[Mark]:
        """The marks of the event; they are kept in ``all`` too."""
        if self.start is None:
            self.start = event.at
        if event.type == events.RUN_FORKED:
            self.start += event.at - self.at  # the time between its parent's moment and a fork was not the run's
        self.seq, self.at = event.seq, event.at
        ms = max(0, round((event.at - self.start) * 1000))
        found = _CHANGES.get(event.type)
        changes = [*_dropped(event), *(found(self, event) if found else ())]
        kind = self._recogniser.kind_of(event)
        if kind:  # the last change is what the event itself is about
            path, state, more = changes[-1]
            changes[-1] = (path, state, {**more, "c": kind})
        marks = [[event.seq, path, state, ms, *([more] if more else ())] for path, state, more in changes]
        self.all += marks
        return marks


def marks_of(workflow: Workflow[Any, Any], events: Iterable[Event]) -> list[Mark]:
    """The marks of a whole log."""
    marks = Marks(graph_of(workflow))
    for event in events:
        marks.add(event)
    return marks.all


def joined(path: Iterable[str]) -> str:
    """A path as one text."""
    return "/".join(path)


def _dropped(event: Event) -> Iterator[Change]:
    """What has no place any more in a definition that was changed since."""
    for path in (event.data.get("fit") or {}).get("drop", ()):
        yield joined(path), PENDING, {}


def _step_started(marks: Marks, event: Event) -> Iterator[Change]:
    path, data = joined(event.path), event.data
    kind = marks.kinds[path] = data.get("kind", "step")
    more: dict[str, Any] = {} if kind in LEAVES else {"k": kind}
    if kind == "foreach":
        more["n"] = data.get("total", 0)
    if data.get("attempt"):
        more["a"] = data["attempt"]
    marks.skipped.pop(path, None)
    yield path, "running", more


def _step_became(state: str) -> Callable[[Marks, Event], Iterable[Change]]:
    return lambda marks, event: [(joined(event.path), TRIPWIRE if event.data.get("tripped") else state, {})]


def _branch_decided(marks: Marks, event: Event) -> Iterator[Change]:
    scope, entry = joined(event.path), event.data["entry"]
    for arm in marks.arms.get(node_of(scope), {}).get(entry, ()):
        path = f"{scope}/{arm}" if scope else arm
        if arm not in event.data["arms"]:
            marks.skipped[path] = (scope, entry)
            yield path, SKIPPED, {}
        elif marks.skipped.pop(path, None):
            yield path, PENDING, {}


def _run_resumed(marks: Marks, event: Event) -> Iterator[Change]:
    targets = [tuple(target) for target in event.data.get("targets", ())]
    for target in targets:
        yield joined(target), PENDING, {}
        for outer in map(joined, ancestors(target)):
            if outer in marks.kinds:
                yield outer, "running", {}
    yield "", "running", {"l": answered(event)} if targets else {}


def _run_rewound(marks: Marks, event: Event) -> Iterator[Change]:
    data = event.data
    for path in map(joined, data.get("drop", ())):
        yield path, PENDING, {}
    for path, fields in ((joined(path), fields) for path, fields in data.get("set", ())):
        known = path in marks.kinds
        marks.kinds.setdefault(path, fields.get("kind", "step"))
        if "status" in fields or not known:
            yield path, str(fields.get("status", "success")), {}
    yield from _unskipped(marks, data)
    yield "", str(data.get("status", "running")), {}


def _unskipped(marks: Marks, data: Any) -> Iterator[Change]:
    """Arms that were not taken, of branches that lie ahead again."""
    frames = {joined(path): (position, arms) for path, position, arms in data.get("frames", ())}
    for path, (scope, entry) in list(marks.skipped.items()):
        position, arms = frames.get(scope, (-1, None))
        if entry > position or (entry == position and arms is None):
            del marks.skipped[path]
            yield path, PENDING, {}


def _run_became(state: str) -> Callable[[Marks, Event], Iterable[Change]]:
    return lambda marks, event: [("", state, {})]


_CHANGES: Final[dict[str, Callable[[Marks, Event], Iterable[Change]]]] = {
    events.RUN_STARTED: _run_became("running"),
    events.RUN_CLAIMED: _run_became("running"),
    events.RUN_SUSPENDED: _run_became("suspended"),
    events.RUN_PAUSED: _run_became("paused"),
    events.RUN_RESUMED: _run_resumed,
    events.RUN_REWOUND: _run_rewound,
    events.RUN_FORKED: _run_became("paused"),
    events.RUN_SUCCEEDED: _run_became("success"),
    events.RUN_FAILED: _run_became("failed"),
    events.RUN_TRIPPED: _run_became(TRIPWIRE),
    events.RUN_CANCELED: _run_became("canceled"),
    events.STEP_STARTED: _step_started,
    events.STEP_SUCCEEDED: _step_became("success"),
    events.STEP_FAILED: _step_became("failed"),
    events.STEP_SUSPENDED: _step_became("suspended"),
    events.STEP_WAITING: _step_became("waiting"),
    events.STEP_CANCELED: _step_became("canceled"),
    events.STEP_LOST: _step_became(PENDING),
    events.BRANCH_DECIDED: _branch_decided,
}
