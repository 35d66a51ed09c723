"""Entries: the building blocks of a workflow, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from playhead.definition.callables import Function
from playhead.definition.step import Step

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow

    Body: TypeAlias = Step[Any, Any] | Workflow[Any, Any]


class _OfOneBody:
    """Has one body, however often it runs."""

    __slots__ = ("body",)

    def __init__(self, body: Body) -> None:
        self.body = body

    @property
    def bodies(self) -> tuple[Body, ...]:
        return (self.body,)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.body.id,)


class _OfArms:
    """Has several bodies that run at once."""

    __slots__ = ("bodies",)

    def __init__(self, bodies: tuple[Body, ...]) -> None:
        self.bodies = bodies

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(arm.id for arm in self.bodies)


class _OfItsOwn:
    """Has no body: it does itself what is to be done."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    @property
    def bodies(self) -> tuple[Body, ...]:
        return ()

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)


class StepEntry(_OfOneBody):
    """One step, or one nested workflow."""

    __slots__ = ()


class ParallelEntry(_OfArms):
    """Arms that all run, each with the same input."""

    __slots__ = ()


class BranchEntry(_OfArms):
    """Arms that run if their condition holds; every one that does."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: tuple[Function, ...], bodies: tuple[Body, ...]) -> None:
        super().__init__(bodies)
        self.conditions = conditions


class MapEntry(_OfItsOwn):
    """A mapping from the previous output to the next input; ``mapping`` is what the user wrote."""

    __slots__ = ("build", "description", "mapping")

    def __init__(
        self,
        id: str,
        build: Callable[..., Any],
        description: str,
        mapping: Mapping[str, Any] | Callable[..., Any],
    ) -> None:
        super().__init__(id)
        self.build = build
        self.description = description
        self.mapping = mapping


class SleepEntry(_OfItsOwn):
    """A wait: for a duration, or until a moment (``until``); a function decides at run time."""

    __slots__ = ("duration", "until")

    def __init__(self, id: str, duration: float | timedelta | datetime | Function, until: bool) -> None:
        super().__init__(id)
        self.duration = duration
        self.until = until


class LoopEntry(_OfOneBody):
    """A body that runs at least once, and again while (or until) the condition holds."""

    __slots__ = ("condition", "until")

    def __init__(self, body: Body, condition: Function, until: bool) -> None:
        super().__init__(body)
        self.condition = condition
        self.until = until


class ForeachEntry(_OfOneBody):
    """A body that runs for each item of a list, at most ``concurrency`` at a time."""

    __slots__ = ("concurrency",)

    def __init__(self, body: Body, concurrency: int | Function) -> None:
        super().__init__(body)
        self.concurrency = concurrency


Entry: TypeAlias = StepEntry | ParallelEntry | BranchEntry | MapEntry | SleepEntry | LoopEntry | ForeachEntry
