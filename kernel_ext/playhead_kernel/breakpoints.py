"""Breakpoints: where runs pause. Before a step, after it, or when it fails; if a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from IPython.core.error import UsageError

from playhead.definition.entries import ForeachEntry, LoopEntry
from playhead.definition.workflow import Workflow
from playhead.engines.pace import Stops, is_leaf
from playhead.machine.decide import Command
from playhead.machine.events import Path
from playhead.machine.places import bare, body_at, entry_at
from playhead.machine.snapshot import Snapshot, Status
from playhead_kernel.conditions import Condition
from playhead_kernel.moments import at_error, at_success, is_untouched, outcome, reached, values_after, values_before
from playhead_kernel.naming import is_at, is_meant, joined, parts, path_in, places
from playhead_kernel.refusals import unknown

BEFORE: Final = "before"
AFTER: Final = "after"
ERROR: Final = "error"
WHENS: Final = (BEFORE, AFTER, ERROR)


@dataclass(frozen=True, eq=False)
class Breakpoint:
    """``place`` is a step's path, or the end of one; ``ship#3`` means that item, or turn, alone.

    ``when`` is ``before`` the step begins; ``after`` it is done, before anything else begins; or at an ``error``,
    each time a try has failed, before it is tried again or the run fails of it.
    """

    place: Path
    when: str = BEFORE
    condition: Condition | None = None

    def __str__(self) -> str:
        suffix = "" if self.when == BEFORE else f":{self.when}"
        return f"{joined(self.place)}{suffix}{f' {self.condition!r}' if self.condition else ''}"

    def is_for(self, place: Path, when: str) -> bool:
        """Whether it is the one that is called so, whatever its condition."""
        return (self.place, self.when) == (place, when)


def breakpoint_named(text: str, evaluate: Callable[[str], Any]) -> Breakpoint:
    """What ``STEP``, ``STEP:after`` or ``STEP:error if EXPR`` says. Raises `UsageError`."""
    name, has_condition, expression = text.partition(" if ")
    step, _, when = name.strip().partition(":")
    place = parts(step)
    if not place:
        raise UsageError(f"Name the step to pause at: STEP, STEP:after or STEP:error; not {text!r}.")
    if when and when not in WHENS:
        raise unknown("kind of breakpoint", when, WHENS)
    if has_condition and not expression.strip():
        raise UsageError(f"Say what must hold: {name.strip()} if EXPR")
    condition = Condition(expression.strip(), evaluate) if expression.strip() else None
    if condition is not None and when in ("", BEFORE) and condition.asks_for("output"):
        raise UsageError(f"Before a step begins it has no output: break at {step}:{AFTER} if {condition.text}")
    return Breakpoint(place, when or BEFORE, condition)


def breakpoint_in(workflow: Workflow[Any, Any], step: str) -> Breakpoint:
    """Before the one step, item or turn of the workflow that is called so. Raises `UsageError`."""
    place = path_in(workflow, step)
    if not targets(workflow, place):
        raise unknown("step", step, map(joined, places(workflow)))
    return Breakpoint(place)


class Breakpoints:
    """Those of every run of the notebook, and those that let a single run pause once."""

    def __init__(self) -> None:
        self._everywhere: list[Breakpoint] = []
        self._once: dict[str, list[Breakpoint]] = {}
        # How the run stood when each breakpoint began to count for it: only what ends later can be stopped after.
        self._since: dict[str, dict[Breakpoint, Snapshot]] = {}
        self._hit: set[Breakpoint] = set()

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter(list(self._everywhere))

    def __len__(self) -> int:
        return len(self._everywhere)

    def add(self, breakpoint: Breakpoint) -> None:
        """Pause every run there, in place of a breakpoint of the same place and kind."""
        self.discard(breakpoint.place, breakpoint.when)
        self._everywhere.append(breakpoint)

    def discard(self, place: Path, when: str = BEFORE) -> bool:
        """Pause there no more; False if there was no such breakpoint."""
        left = [known for known in self._everywhere if not known.is_for(place, when)]
        found = len(left) < len(self._everywhere)
        self._everywhere = left
        return found

    def clear(self) -> None:
        """Forget all of them."""
        self._everywhere.clear()

    def once(self, run_id: str, breakpoints: Iterable[Breakpoint]) -> list[Breakpoint]:
        """Let this run alone pause at each of these, once, in place of those it had before; gives these back."""
        before = self._once.get(run_id, [])
        self._once[run_id] = list(breakpoints)
        return before

    def going(self, run_id: str, workflow: Workflow[Any, Any], snapshot: Snapshot) -> Stops | None:
        """The run is set going from ``snapshot``: what it is to be asked before each step."""
        self._once[run_id] = [known for known in self._once.get(run_id, ()) if known not in self._hit]
        self._since.pop(run_id, None)
        return self.stops_of(run_id, workflow, snapshot)

    def stops_of(self, run_id: str, workflow: Workflow[Any, Any], snapshot: Snapshot) -> Stops | None:
        """The same for a run that goes on; None if it need not be asked, which is quicker."""
        once = self._once.get(run_id, [])
        since = self._since.setdefault(run_id, {})
        watches = [
            _Watch(breakpoint, workflow, place, since.setdefault(breakpoint, snapshot))
            for breakpoint in (*self._everywhere, *once)
            for place in targets(workflow, breakpoint.place)
        ]
        if not watches:
            return None

        def stops(command: Command, snapshot: Snapshot) -> bool:
            hit = {watch.breakpoint for watch in watches if watch.halts(command, snapshot)}
            self._hit |= hit.intersection(once)
            return bool(hit)

        return stops


def targets(workflow: Workflow[Any, Any], wanted: Path) -> list[Path]:
    """Every place of the workflow that a breakpoint's place means, in full; an item that it names stays named."""
    ids = bare(wanted)
    found = ((*place[: -len(ids)], *wanted) for place in places(workflow) if is_meant(place, ids))
    return [place for place in found if all(_may_be(workflow, place[:end]) for end in range(1, len(place) + 1))]


def _may_be(workflow: Workflow[Any, Any], path: Path) -> bool:
    """Whether there can be that item, or that turn, if the last part of the path names one."""
    _, is_item, number = path[-1].partition("#")
    found = entry_at(workflow, path)
    return not is_item or (number.isdecimal() and found is not None and isinstance(found[2], ForeachEntry | LoopEntry))


class _Watch:
    """One breakpoint at one place of one run."""

    def __init__(self, breakpoint: Breakpoint, workflow: Workflow[Any, Any], place: Path, since: Snapshot) -> None:
        self.breakpoint = breakpoint
        self._workflow = workflow
        self._place = place
        self._since = since
        self._body = body_at(workflow, place)

    def halts(self, command: Command, snapshot: Snapshot) -> bool:
        """Whether the command must not be carried out now."""
        condition, workflow, path = self.breakpoint.condition, self._workflow, command.path
        # A run of which nothing is left to begin is over, and stops only for what went wrong.
        if self.breakpoint.when != ERROR and not is_leaf(command):
            return False
        if self.breakpoint.when == BEFORE:
            if not self._is_about_to_begin(path, snapshot):
                return False
            return condition is None or condition.holds(values_before(workflow, path, snapshot))
        return any(
            condition is None or condition.holds(values_after(workflow, ended, snapshot))
            for ended in self._ended(snapshot)
        )

    def _is_about_to_begin(self, path: Path, snapshot: Snapshot) -> bool:
        """A workflow is about to begin while nothing in it has begun; a step that is tried again has begun."""
        record = snapshot.records.get(path)
        if record is not None and record.status is Status.WAITING:
            return False
        length = len(self._place)
        if not is_at(path[:length], self._place):
            return False
        return len(path) == length or (
            isinstance(self._body, Workflow) and is_untouched(self._body, path[:length], snapshot)
        )

    def _ended(self, snapshot: Snapshot) -> Iterator[Path]:
        """Where the place has ended in the way that is waited for, since the run was set going."""
        has_ended = at_success if self.breakpoint.when == AFTER else at_error
        for path in reached(snapshot, self._place):
            record, before = snapshot.records[path], self._since.records.get(path)
            if has_ended(record) and (before is None or outcome(before) != outcome(record)):
                yield path
