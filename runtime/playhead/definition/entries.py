"""Entries: the building blocks of a workflow, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from playhead.definition.callables import Function
from playhead.definition.step import Step

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow

    Body: TypeAlias = Step[Any, Any] | Workflow[Any, Any]


class StepEntry(NamedTuple):
    """One step, or one nested workflow."""

    body: Body

    @property
    def bodies(self) -> tuple[Body, ...]:
        return (self.body,)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.body.id,)


class ParallelEntry(NamedTuple):
    """Arms that all run, each with the same input."""

    bodies: tuple[Body, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(arm.id for arm in self.bodies)


class BranchEntry(NamedTuple):
    """Arms that run if their condition holds; every one that does."""

    conditions: tuple[Function, ...]
    bodies: tuple[Body, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(arm.id for arm in self.bodies)


class MapEntry(NamedTuple):
    """A mapping from the previous output to the next input; ``mapping`` is what the user wrote."""

    id: str
    build: Callable[..., Any]
    description: str
    mapping: Mapping[str, Any] | Callable[..., Any]

    @property
    def bodies(self) -> tuple[Body, ...]:
        return ()

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)


class SleepEntry(NamedTuple):
    """A wait: for a duration, or until a moment (``until``); a function decides at run time."""

    id: str
    duration: float | timedelta | datetime | Function
    until: bool

    @property
    def bodies(self) -> tuple[Body, ...]:
        return ()

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)


class LoopEntry(NamedTuple):
    """A body that runs at least once, and again while (or until) the condition holds."""

    body: Body
    condition: Function
    until: bool

    @property
    def bodies(self) -> tuple[Body, ...]:
        return (self.body,)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.body.id,)


class ForeachEntry(NamedTuple):
    """A body that runs for each item of a list, at most ``concurrency`` at a time."""

    body: Body
    concurrency: int | Function

    @property
    def bodies(self) -> tuple[Body, ...]:
        return (self.body,)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.body.id,)


Entry: TypeAlias = StepEntry | ParallelEntry | BranchEntry | MapEntry | SleepEntry | LoopEntry | ForeachEntry
