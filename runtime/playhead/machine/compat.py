"""Whether a stored run still fits a workflow that was changed since: what it has reached must stand where it stood.

What was not reached may change freely, and so may the body of a step that is not finished: it runs as it is now.
Where a finished step was changed its result is kept, and a warning says so. Anything else is in the way, and the
run goes on only if somebody accepts it: then it stands where the steps that it has reached stand now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playhead.definition.outline import Outline, Place
from playhead.machine.events import Path
from playhead.machine.places import bare
from playhead.machine.snapshot import FINAL, LEAVES, Record, Snapshot, Status


class Verdict:
    """What was found, one line for each thing. Dicts, because a thing is found once in each turn of a loop."""

    def __init__(self) -> None:
        self.in_the_way: dict[str, None] = {}
        self.warnings: dict[str, None] = {}


def judged(snapshot: Snapshot, old: Outline, new: Outline) -> Verdict:
    """What the changes from ``old`` to ``new`` mean for a run that was driven by ``old``."""
    return _Judge(snapshot, old, new).judge()


class _Judge:
    def __init__(self, snapshot: Snapshot, old: Outline, new: Outline) -> None:
        self.snapshot = snapshot
        self.old = old
        self.new = new
        self.reached = {bare(path) for path in snapshot.records}
        self.verdict = Verdict()

    def judge(self) -> Verdict:
        for path in sorted(self.reached):
            self._place(path)
        for path, frame in self.snapshot.frames.items():
            record = self.snapshot.records.get(path)
            is_over = record is not None and record.status in FINAL
            self._workflow(bare(path), frame.position, is_over)
        for record in self.snapshot.ordered():
            self._record(record)
        return self.verdict

    def _refuse(self, line: str) -> None:
        self.verdict.in_the_way[line] = None

    def _place(self, path: Path) -> None:
        """What was reached must still be there, and be what it was."""
        old, new = self.old.places.get(path), self.new.places.get(path)
        if old is None:
            return  # recorded by somebody who knew more than the definition, as in a rewind's context
        if new is None:
            if path[:-1] not in self.reached or path[:-1] in self.new.places:  # else that is what is gone
                self._refuse(f"{_name(path)} was reached by the run and is gone from the workflow")
        elif (old.kind, old.block) != (new.kind, new.block):
            self._refuse(f"{_name(path)} was {_what(old)} and is {_what(new)} now")

    def _workflow(self, scope: Path, position: int, is_over: bool) -> None:
        """Up to where the run stands, what there is must be what it went through, in that order."""
        old, new = self.old.blocks.get(scope), self.new.blocks.get(scope)
        if old is None or new is None:
            return
        passed = old[: position + 1]
        known = {place.path for block in passed for place in block}
        places = [self.new.places[path] for path in known & self.reached if path in self.new.places]
        until = max((place.position for place in places), default=-1)
        self._order(passed)
        for block in new[: until + 1]:
            for place in block:
                if place.path not in known and not self._is_a_new_arm(place, None if is_over else position):
                    self._refuse(f"{_name(place.path)} stands before what the run has reached, and would not run")

    def _is_a_new_arm(self, place: Place, position: int | None) -> bool:
        """One of a branch counts as not chosen; one of a parallel block that is open still runs."""
        if place.path in self.old.places:
            return False  # it stood elsewhere
        siblings = {other.path for other in self.new.blocks[place.path[:-1]][place.position]} & self.reached
        at = {self.old.places[path].position for path in siblings if path in self.old.places}
        return bool(siblings) and (place.block == "branch" or (place.block == "parallel" and at == {position}))

    def _order(self, passed: Sequence[Sequence[Place]]) -> None:
        latest = -1
        for block in passed:
            found = {self.new.places[p.path].position for p in block if p.path in self.reached & self.new.places.keys()}
            if not found:
                continue
            if len(found) > 1 or min(found) <= latest:
                names = ", ".join(_name(place.path) for place in block if place.path in self.reached)
                self._refuse(f"{names} was reached by the run and stands elsewhere now")
            latest = max(latest, *found)

    def _record(self, record: Record) -> None:
        path = bare(record.path)
        old, new = self.old.places.get(path), self.new.places.get(path)
        if old is None or new is None:
            return
        if record.kind in LEAVES and record.status is Status.SUCCESS and old.source != new.source:
            self._warn(path, "has changed since it finished: its result is kept")
        if old.rule != new.rule and _is_applied(record, new):
            self._warn(path, _KEPT[new.block])

    def _warn(self, path: Path, what: str) -> None:
        self.verdict.warnings[f"{_name(path)} {what}"] = None


_KEPT: Mapping[str, str] = {
    "branch": "was chosen by a condition that has changed since: the choice is kept",
    "loop": "was repeated by a condition that has changed since it ended: its result is kept",
    "foreach": "was begun with another concurrency, which is kept",
}


def _is_applied(record: Record, place: Place) -> bool:
    """Whether the rule of its block has had its effect: a condition was judged for the last time, a width is set."""
    if place.block == "loop":
        return record.kind == "loop" and record.status in FINAL
    return place.block == "branch" or (place.block == "foreach" and record.kind == "foreach")


def _name(path: Path) -> str:
    return "/".join(path)


def _what(place: Place) -> str:
    return f"a {place.kind}" if place.block == "then" else f"a {place.kind} in a {place.block}"


# -- going on all the same -------------------------------------------------------------------------------------


def relocated(snapshot: Snapshot, old: Outline, new: Outline) -> dict[str, Any]:
    """Event data that makes a run stand where the places that it has reached stand now.

    What was begun, is not over, and has no place any more is dropped. Empty if nothing has to move.
    """
    dropped = sorted(path for path in snapshot.records if _is_lost(snapshot, path, new))
    frames = []
    for path, frame in snapshot.frames.items():
        position = _position(snapshot, bare(path), frame.position, old, new)
        if position != frame.position and not any(is_inside(path, lost) for lost in dropped):
            frames.append([list(path), position, list(frame.arms) if frame.arms is not None else None])
    found = {"drop": [list(path) for path in dropped], "frames": frames}
    return {key: value for key, value in found.items() if value}


def _is_lost(snapshot: Snapshot, path: Path, new: Outline) -> bool:
    """Whether the place is not over and cannot go on: it, or something around it, is gone or another kind of thing."""
    if snapshot.records[path].status is Status.SUCCESS:
        return False
    return any(_is_misplaced(snapshot.records[outer], new) for outer in _at_and_around(snapshot, path))


def _at_and_around(snapshot: Snapshot, path: Path) -> Iterator[Path]:
    for length in range(1, len(path) + 1):
        for place in (path[:length], (*path[: length - 1], path[length - 1].partition("#")[0])):
            if place in snapshot.records:
                yield place


def _is_misplaced(record: Record, new: Outline) -> bool:
    place = new.places.get(bare(record.path))
    if place is None:
        return True
    is_turn = record.index is not None or record.iteration is not None
    expected = place.block if place.block in ("loop", "foreach") and not is_turn else place.kind
    return record.kind != expected


def _position(snapshot: Snapshot, scope: Path, position: int, old: Outline, new: Outline) -> int:
    """Where a workflow stands now that stood at that position before."""
    blocks = old.blocks.get(scope, [])
    for block in reversed(blocks[: position + 1]):
        found = [new.places[place.path].position for place in block if place.path in new.places]
        if found:
            return min(found)
    return -1 if blocks else position


def is_inside(path: Path, place: Path) -> bool:
    """Whether ``path`` is ``place``, or inside it."""
    return path[: len(place)] == place
