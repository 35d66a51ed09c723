"""Deeds: what the steps of a program do, as a pure function of all that a step body can see.

Whatever runs the program calls this, so that a difference in anything a body sees is a difference in what it gives.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from playhead.errors import NonRetryableError, TripWire
from tests.properties.descriptions import Leaf, Path, digest, state_key


class Stumbled(Exception):
    """A try that failed; the next may do better."""

    def __init__(self, step_id: str, attempt: int) -> None:
        super().__init__(step_id, attempt)


class Broken(Exception):
    """A step that fails however often it is tried, with an attribute to be kept."""

    def __init__(self, step_id: str, *, mark: int) -> None:
        self.mark = mark
        super().__init__(f"{step_id} is broken")


class Seen(NamedTuple):
    """All that a body sees: its input and place, the question it asked and the answer, what else is recorded."""

    path: Path
    value: Any
    attempt: int
    iteration: int | None
    index: int | None
    resumed: bool
    question: Any
    answer: Any
    initial: Any
    before: Any
    state_before: Any
    own_state: Any


class Gives(NamedTuple):
    value: Any
    notes: dict[str, int]


class Bails(NamedTuple):
    value: Any
    notes: dict[str, int]


class Asks(NamedTuple):
    question: dict[str, int]
    label: str
    notes: dict[str, int]


class Raises(NamedTuple):
    error: Exception
    notes: dict[str, int]


class Hangs(NamedTuple):
    """It does not end before its timeout."""

    notes: dict[str, int]


Outcome: TypeAlias = Gives | Bails | Asks | Raises | Hangs


def perform(leaf: Leaf, seen: Seen) -> Outcome:
    """What ``leaf`` comes to when it sees this; ``notes`` are what it writes to the state before that."""
    deed = leaf.deeds[digest(seen.value) % len(leaf.deeds)]
    mark = digest(tuple(seen))
    notes = {state_key(seen.path): mark} if deed.notes else {}
    asked = seen.question["asked"] if seen.resumed else 0
    if seen.attempt < deed.stumbles:
        return Raises(Stumbled(leaf.id, seen.attempt), notes)
    if asked < deed.asks:
        return Asks({"asked": asked + 1, "mark": mark}, "/".join(seen.path), notes)
    match deed.end:
        case "fails":
            return Raises(Broken(leaf.id, mark=mark), notes)
        case "refuses":
            return Raises(NonRetryableError(f"{leaf.id} refuses {mark}"), notes)
        case "trips":
            return Raises(TripWire(f"{leaf.id} trips", metadata={"mark": mark}), notes)
        case "bails":
            return Bails(mark, notes)
        case "hangs":
            return Hangs(notes)
        case "nothing":
            return Gives(None, notes)
        case "gives":
            return Gives(mark, notes)
