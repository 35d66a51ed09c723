"""Marks: the log in short, enough to show every moment of a run without its values.

A mark is ``(seq, path, state, ms, kind, more)``: after event ``seq``, ``ms`` milliseconds after the first event,
the path is in that state (``pending``: as if it had never been reached; the path ``""`` is the run). ``kind`` is
the kind of checkpoint the event is, or empty. ``more`` is a dict: ``k`` names the kind of container that began,
``n`` how many items a foreach has, ``a`` the retry, ``l`` what an answer was for. What is empty at the end of a
mark is left out.

There are two for each step, and they are kept as long as the run is shown. A tuple of plain values is quick to
make, and the collector of garbage does not look at it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from playhead.definition.workflow import Workflow
from playhead.machine import events
from playhead.machine.events import Event
from playhead.machine.history import Recogniser, answered
from playhead.machine.snapshot import LEAVES, ancestors
from playhead_widgets.views.board import branches_of, node_of
from playhead_widgets.views.graph import Block, graph_of
from playhead_widgets.views.states import PENDING, SKIPPED, TRIPWIRE

Mark: TypeAlias = tuple[Any, ...]
Change: TypeAlias = tuple[str, str, dict[str, Any]]


class Marks:
    """Turns events into marks, as they come; what one costs does not depend on how many there were."""

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

    def take(self, news: Iterable[Event]) -> list[Mark]:
        """The marks of events that follow those taken before; they are kept in ``all`` too."""
        begin = len(self.all)
        for event in news:
            seq, at, type, _, data = event
            if self.start is None:
                self.start = at
            if type == events.RUN_FORKED:
                self.start += at - self.at  # the time between its parent's moment and a fork was not the run's
            self.seq, self.at = seq, at
            ms = max(0, round((at - self.start) * 1000))
            found = _CHANGES.get(type)
            changes = found(self, event) if found else []
            if data.get("fit"):
                changes = [*_dropped(data["fit"]), *changes]
            kind = self._recogniser.kind_of(event)
            if len(changes) > 1:
                self.all += [_mark(seq, change, ms) for change in changes[:-1]]
            if changes:  # the last is what the event itself is about
                self.all.append(_mark(seq, changes[-1], ms, kind))
        return self.all[begin:]


#: What an event changes, in order.
Found: TypeAlias = Callable[[Marks, Event], list[Change]]


def _mark(seq: int, change: Change, ms: int, kind: str = "") -> Mark:
    path, state, more = change
    if more:
        return (seq, path, state, ms, kind, more)
    return (seq, path, state, ms, kind) if kind else (seq, path, state, ms)


def marks_of(workflow: Workflow[Any, Any], events: Iterable[Event]) -> list[Mark]:
    """The marks of a whole log."""
    return Marks(graph_of(workflow)).take(events)


def joined(path: Iterable[str]) -> str:
    """A path as one text."""
    return "/".join(path)


def _dropped(fit: Mapping[str, Any]) -> Iterator[Change]:
    """What has no place any more in a definition that was changed since."""
    for path in fit.get("drop", ()):
        yield joined(path), PENDING, {}


def _step_started(marks: Marks, event: Event) -> list[Change]:
    path, data = joined(event.path), event.data
    kind = marks.kinds[path] = data.get("kind", "step")
    more: dict[str, Any] = {} if kind in LEAVES else {"k": kind}
    if kind == "foreach":
        more["n"] = data.get("total", 0)
    if data.get("attempt"):
        more["a"] = data["attempt"]
    marks.skipped.pop(path, None)
    return [(path, "running", more)]


def _step_became(state: str) -> Found:
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


def _listed(found: Callable[[Marks, Event], Iterator[Change]]) -> Found:
    return lambda marks, event: list(found(marks, event))


def _run_became(state: str) -> Found:
    return lambda marks, event: [("", state, {})]


_CHANGES: Final[dict[str, Found]] = {
    events.RUN_STARTED: _run_became("running"),
    events.RUN_CLAIMED: _run_became("running"),
    events.RUN_SUSPENDED: _run_became("suspended"),
    events.RUN_PAUSED: _run_became("paused"),
    events.RUN_RESUMED: _listed(_run_resumed),
    events.RUN_REWOUND: _listed(_run_rewound),
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
    events.BRANCH_DECIDED: _listed(_branch_decided),
}
