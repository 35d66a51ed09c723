"""Latest: a workflow as it is once the cells of its steps were run again.

A cell that is run again makes a new step under the old name, while the workflow still holds the old one. As a plain
function finds another one by its name, so a workflow finds its steps by their ids: the latest definition counts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from playhead.definition.entries import BranchEntry, Entry, ForeachEntry, LoopEntry, ParallelEntry, StepEntry
from playhead.definition.step import Step
from playhead.definition.workflow import Workflow

if TYPE_CHECKING:
    from playhead.definition.entries import Body

Latest: TypeAlias = "Callable[[Body], Body]"


def latest_among(held: Iterable[object], before: Iterable[Body]) -> Latest:
    """What stands for a step or workflow now.

    ``held`` is what the notebook's variables hold now, ``before`` what they were ever seen to hold. Only that can have
    been replaced: a step that was made in a loop, or in the middle of a workflow's definition, stays what it is.
    """
    present = [value for value in held if isinstance(value, Step | Workflow)]
    by_id: dict[tuple[bool, str], Body] = {(isinstance(value, Step), value.id): value for value in present}
    known = list(before)

    def successor(body: Body) -> Body:
        found = by_id.get((isinstance(body, Step), body.id))
        return body if found is None else found

    def latest(body: Body) -> Body:
        if not any(body is value for value in present):
            if any(body is value for value in known):
                body = successor(body)
            elif isinstance(body, Step):
                body = _of_its_original(body, known, successor)
        return with_latest(body, latest) if isinstance(body, Workflow) else body

    return latest


def _of_its_original(clone: Step[Any, Any], known: Iterable[Body], successor: Latest) -> Body:
    """A clone follows the step that it was made of."""
    originals = (body for body in known if isinstance(body, Step) and body.fn is clone.fn)
    original = next(originals, None)
    present = successor(original) if original is not None else None
    return present.as_(clone.id) if isinstance(present, Step) and present is not original else clone


def with_latest(workflow: Workflow[Any, Any], latest: Latest) -> Workflow[Any, Any]:
    """The workflow with what stands for each of its steps now; itself if nothing has changed.

    Raises `DefinitionFault` if the new steps do not fit together.
    """
    entries = tuple(_entry(entry, latest) for entry in workflow.entries)
    if all(map(is_, entries, workflow.entries)):
        return workflow
    clone = copy.copy(workflow)
    clone.__dict__.pop("by_id", None)
    clone.entries = entries
    return clone.commit()


def are_alike(one: Body, other: Body) -> bool:
    """Whether two that stand for the same would do the same: whoever holds the first need not take the second."""
    if isinstance(one, Workflow) and isinstance(other, Workflow):
        pairs = zip(_bodies(one), _bodies(other), strict=True)
        return one is other or all(are_alike(*pair) for pair in pairs)
    if isinstance(one, Step) and isinstance(other, Step):
        return one is other or (one.fn is other.fn and one.id == other.id)
    return False


def _bodies(workflow: Workflow[Any, Any]) -> list[Body]:
    return [body for entry in workflow.entries for body in entry.bodies]


def _entry(entry: Entry, latest: Latest) -> Entry:
    bodies = tuple(latest(body) for body in entry.bodies)
    if all(map(is_, bodies, entry.bodies)):
        return entry
    match entry:
        case ParallelEntry() | BranchEntry():
            arms = copy.copy(entry)
            arms.bodies = bodies
            return arms
        case StepEntry() | LoopEntry() | ForeachEntry():
            single = copy.copy(entry)
            single.body = bodies[0]
            return single
        case _:
            return entry
