"""Pace: how fast a run may go. Freely, one leaf at a time, not at all, or up to a breakpoint."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Final, TypeAlias

from playhead.definition.entries import MapEntry, SleepEntry
from playhead.definition.step import Step
from playhead.machine.decide import Begin, Close, Command, End, JudgeLoop, Wake
from playhead.machine.events import Path
from playhead.machine.snapshot import Snapshot

#: Asked before a leaf begins, and before a container or the run is concluded: whether to stop there.
Stops: TypeAlias = Callable[[Command, Snapshot], bool]


_NOWHERE: Final[frozenset[Path]] = frozenset()  # one for all: most runs go freely


class Pace:
    """Which of the possible commands may be carried out now.

    ``steps`` is how many leaves may still begin; None for any number. ``holds_back`` tells, after `permitted`,
    whether anything was kept from beginning.
    """

    def __init__(self, steps: int | None = None, stops: Stops | None = None, passing: frozenset[Path] = _NOWHERE):
        self.steps = steps
        self.stops = stops
        self.stopped_at = _NOWHERE
        self.holds_back = False
        self._passing = passing
        self._begun = _NOWHERE

    @property
    def is_free(self) -> bool:
        return self.steps is None and self.stops is None

    def pause(self) -> None:
        """Let nothing more begin, not even the rest of a sleep."""
        self.steps = 0
        self._begun = _NOWHERE

    def permitted(
        self, commands: Sequence[Command], inflight: Container[Path], snapshot: Snapshot
    ) -> Sequence[Command]:
        """The commands that may be carried out now."""
        self.holds_back = False
        if self.is_free:
            return commands
        new = [command for command in commands if command.key not in inflight]
        concluding = [c for c in new if self._concludes(c) and not self._stops_at(c, snapshot)]
        fresh = [command for command in new if not self._concludes(command)]
        if self.steps is None:
            return concluding + [command for command in fresh if not self._stops_at(command, snapshot)]
        if concluding or not fresh:
            return concluding
        if self.steps == 0:
            self.holds_back = True
            return ()
        return self._next(fresh[0], snapshot)

    def _concludes(self, command: Command) -> bool:
        """Whether it brings to an end what has begun: also the rest of a sleep, and the retry of a step."""
        return isinstance(command, Close | End | JudgeLoop) or command.path in self._begun

    def _next(self, command: Command, snapshot: Snapshot) -> Sequence[Command]:
        if self._stops_at(command, snapshot):
            return ()
        if self.steps is not None and is_leaf(command):
            self.steps -= 1
            self._begun |= {command.path}
        return (command,)

    def _stops_at(self, command: Command, snapshot: Snapshot) -> bool:
        if self.stops is None or not (is_leaf(command) or isinstance(command, Close | End)):
            return False
        if command.path in self._passing:
            self._passing -= {command.path}  # once: it was stopped before this, not before what follows it
            return False
        if self.stops(command, snapshot):
            self.stopped_at |= {command.path}
            self.holds_back = True
            return True
        return False


def is_leaf(command: Command) -> bool:
    """Whether it is work of its own, as opposed to opening a container or evaluating a condition."""
    if isinstance(command, Begin):
        return isinstance(command.work, Step | MapEntry | SleepEntry)
    return isinstance(command, Wake)
