"""Checks at commit: every fault of a workflow at once, each naming its step."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from playhead.definition.callables import Function
from playhead.definition.entries import (
    BranchEntry,
    Entry,
    ForeachEntry,
    LoopEntry,
    MapEntry,
    ParallelEntry,
    SleepEntry,
    StepEntry,
)
from playhead.definition.schema import Schema, type_name
from playhead.definition.step import Step
from playhead.errors import DefinitionFault

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow


def faults_of(workflow: Workflow[Any, Any]) -> list[str]:
    """Every fault found, one line each; empty if the workflow can be committed."""
    if not workflow.entries:
        return ["Execution flow of workflow is not defined: add steps with .then(), .branch(), .foreach() ..."]
    found = [*_options(workflow), *_nodes(workflow), *_ids(workflow), *_blocks(workflow), *_edges(workflow)]
    return [*found, *_schemas(workflow)]


def _options(workflow: Workflow[Any, Any]) -> Iterator[str]:
    for option in ("retries", "retry_delay"):
        value = getattr(workflow, option)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            yield f"{option} is {value!r}; it must be a number of at least 0"
    known = {"success", "failed", "tripwire", "canceled"}
    for status in sorted((workflow.keep or frozenset()) - known):
        yield f"keep names {status!r}; the final statuses are {', '.join(sorted(known))}"


def _nodes(workflow: Workflow[Any, Any]) -> Iterator[str]:
    for entry in workflow.entries:
        for body in entry.bodies:
            if not isinstance(body, Step) and not body.committed:
                yield f"the nested workflow {body.id!r} is not committed: call its .commit() first"


def _ids(workflow: Workflow[Any, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for entry in workflow.entries:
        for name in entry.ids:
            if name in seen:
                yield f"the id {name!r} stands twice: give one of them another, as in {name}.as_('{name}-2')"
            seen.add(name)


def _blocks(workflow: Workflow[Any, Any]) -> Iterator[str]:
    for entry in workflow.entries:
        if isinstance(entry, ParallelEntry | BranchEntry) and not entry.bodies:
            yield "a parallel or branch block has no arms"
        if isinstance(entry, ForeachEntry):
            yield from _width(entry)
        if isinstance(entry, SleepEntry):
            yield from _sleep(entry)


def _width(entry: ForeachEntry) -> Iterator[str]:
    width: Any = entry.concurrency
    if isinstance(width, Function):
        return
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        yield f"foreach {entry.body.id!r}: concurrency is {width!r}; it must be a whole number of at least 1"


def _sleep(entry: SleepEntry) -> Iterator[str]:
    duration = entry.duration
    if entry.until:
        if isinstance(duration, datetime) and duration.tzinfo is None:
            yield f"sleep_until {entry.id!r}: {duration} has no time zone; give an aware datetime"
        elif isinstance(duration, int | float | str | timedelta):
            yield f"sleep_until {entry.id!r}: give an aware datetime or a function, not {duration!r}"
    elif isinstance(duration, datetime | str | bool):
        yield f"sleep {entry.id!r}: give seconds, a timedelta or a function, not {duration!r}"
    elif isinstance(duration, int | float | timedelta) and seconds_of(duration) < 0:
        yield f"sleep {entry.id!r}: {duration!r} is negative"


def seconds_of(duration: float | timedelta) -> float:
    """A duration in seconds."""
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)


def _schemas(workflow: Workflow[Any, Any]) -> Iterator[str]:
    """Annotations that no value can be checked against; found here rather than in the middle of a run."""
    owners: dict[Workflow[Any, Any] | Step[Any, Any], None] = {workflow: None}
    owners |= {body: None for entry in workflow.entries for body in entry.bodies if isinstance(body, Step)}
    for owner in owners:
        for which in ("input", "state", "request", "resume", "suspend"):
            schema: Schema | None = getattr(owner, which, None)
            try:
                _ = schema and schema.adapter
            except DefinitionFault as fault:
                whose = "the workflow" if owner is workflow else f"step {owner.id!r}"
                yield f"{which} of {whose}: {fault}"


# -- edges -----------------------------------------------------------------------------------------------------


def _edges(workflow: Workflow[Any, Any]) -> Iterator[str]:
    """Outputs that can never fit the input they flow into. What may fit is left to the run."""
    given: Any = workflow.input.annotation if workflow.input else None
    giver = "the workflow's input"
    for entry in workflow.entries:
        for body in entry.bodies:
            wanted = _annotation(body, "input")
            offered = _item_type(given) if isinstance(entry, ForeachEntry) else given
            if not may_fit(offered, wanted):
                yield f"{giver} is {type_name(offered)}, but {body.id!r} takes {type_name(wanted)}"
        if isinstance(entry, ForeachEntry) and kind_of(given) not in (None, "list"):
            yield f"{giver} is {type_name(given)}, but foreach {entry.body.id!r} needs a list"
        given, giver = _given_by(entry, given, giver)


def _given_by(entry: Entry, given: Any, giver: str) -> tuple[Any, str]:
    """What an entry hands on, and what to call it."""
    if isinstance(entry, StepEntry | LoopEntry):
        return _annotation(entry.body, "output"), f"the output of {entry.body.id!r}"
    if isinstance(entry, SleepEntry):
        return given, giver
    if isinstance(entry, ForeachEntry):
        return list, f"the output of foreach {entry.body.id!r}"
    if isinstance(entry, MapEntry):
        return None, f"the output of {entry.id!r}"
    return dict, f"the output of the block {'+'.join(entry.ids)}"


def _annotation(body: Any, which: str) -> Any:
    schema: Schema | None = getattr(body, which, None)
    return schema.annotation if isinstance(schema, Schema) else None


def _item_type(annotation: Any) -> Any:
    arguments = typing.get_args(annotation)
    return arguments[0] if kind_of(annotation) == "list" and len(arguments) == 1 else None


_NUMBERS = frozenset({"bool", "int", "float"})
#: For each kind of output, the kinds of input that pydantic's lax rules can never make of it.
_NEVER = {
    "bool": frozenset({"str", "bytes", "list", "dict"}),
    "int": frozenset({"str", "bytes", "list", "dict"}),
    "float": frozenset({"str", "bytes", "list", "dict"}),
    "str": frozenset({"list", "dict"}),
    "bytes": frozenset({"list", "dict"}),
    "list": _NUMBERS | {"str", "bytes", "dict"},
    "dict": _NUMBERS | {"str", "bytes", "list"},
}


def may_fit(given: Any, wanted: Any) -> bool:
    """Whether a value of type ``given`` could ever be taken for ``wanted``. In doubt, yes."""
    kind = kind_of(given)
    return kind is None or kind_of(wanted) not in _NEVER[kind]


def kind_of(annotation: Any) -> str | None:
    """A coarse kind that can be reasoned about; None for unions, Any and everything else."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, typing.Annotated, typing.Literal):
        return None
    cls = origin or annotation
    if not isinstance(cls, type):
        return None
    if cls in (bool, int, float, str, bytes, list, dict):
        return cls.__name__
    return "dict" if _is_record(cls) else None


def _is_record(cls: type) -> bool:
    if getattr(getattr(cls, "__pydantic_decorators__", None), "model_validators", None):
        return False  # its own validators may take anything
    if getattr(cls, "__pydantic_root_model__", False):
        return False
    return hasattr(cls, "model_fields") or dataclasses.is_dataclass(cls) or typing.is_typeddict(cls)
