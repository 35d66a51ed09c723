"""Places: how the paths of a run relate to the entries of its definition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from playhead.definition.entries import BranchEntry, ForeachEntry, LoopEntry, ParallelEntry, StepEntry
from playhead.definition.workflow import Workflow
from playhead.machine.events import Path
from playhead.machine.snapshot import Record, Snapshot, Status

if TYPE_CHECKING:
    from playhead.definition.entries import Body, Entry


# Looked up once: an enum's members are found by way of its metaclass.
_SUSPENDED: Final = Status.SUSPENDED
_NUMBER: Final = re.compile(r"#([0-9]{1,9})\Z")


def bare(path: Path) -> Path:
    """The path without turns and items: the ids from the outermost entry to the leaf."""
    return tuple([part.partition("#")[0] for part in path])  # in two thirds of the time that a generator takes


def number_of(part: str) -> int | None:
    """The turn or item that a part of a path names; None for anything else a stranger's log may say."""
    found = _NUMBER.search(part)
    return int(found[1]) if found else None


def scope_of(path: Path) -> Path:
    """The workflow that ``path`` stands in."""
    return path[:-1]


def entry_at(workflow: Workflow[Any, Any], path: Path) -> tuple[Workflow[Any, Any], int, Entry] | None:
    """The workflow that owns ``path``, the position of its entry there, and the entry; None if it has no such path."""
    owner: Any = workflow
    ids = bare(path)
    for id in ids[:-1]:
        found = owner.by_id.get(id) if isinstance(owner, Workflow) else None
        if found is None:
            return None
        owner = body_of(found[1], id)
    if not isinstance(owner, Workflow) or not ids or ids[-1] not in owner.by_id:
        return None
    position, entry = owner.by_id[ids[-1]]
    return owner, position, entry


def body_of(entry: Entry, id: str) -> Body | None:
    """The step or workflow of that id in the entry."""
    for body in entry.bodies:
        if body.id == id:
            return body
    return None


def body_at(workflow: Workflow[Any, Any], path: Path) -> Body | None:
    """The step or workflow at ``path``; None for maps, sleeps and unknown paths."""
    found = entry_at(workflow, path)
    return body_of(found[2], path[-1].partition("#")[0]) if found else None


def declaration_order(workflow: Workflow[Any, Any], path: Path) -> tuple[tuple[int, int, int], ...]:
    """A key that sorts paths as the definition names them, items and turns by number."""
    return tuple(_rank(workflow, path[: length + 1]) for length in range(len(path)))


def _rank(workflow: Workflow[Any, Any], path: Path) -> tuple[int, int, int]:
    found = entry_at(workflow, path)
    number = number_of(path[-1]) or 0
    if found is None:
        return (-1, 0, number)
    _, position, entry = found
    return (position, entry.ids.index(bare(path)[-1]), number)


def suspended_leaves(workflow: Workflow[Any, Any], snapshot: Snapshot) -> list[Record]:
    """The records that wait for an answer, in declaration order."""
    waiting = [path for path, status in snapshot.busy.items() if status is _SUSPENDED]
    if len(waiting) > 1:
        waiting.sort(key=lambda path: declaration_order(workflow, path))
    return [snapshot.records[path] for path in waiting]


def distinct(paths: Iterable[Path]) -> list[Path]:
    """The bare paths without repeats, in order: a foreach counts once however many items wait."""
    return list(dict.fromkeys(bare(path) for path in paths))


def leaves(workflow: Workflow[Any, Any], scope: Path = ()) -> Iterator[Path]:
    """The bare path of every leaf of the definition, in declaration order."""
    for entry in workflow.entries:
        if isinstance(entry, StepEntry | ParallelEntry | BranchEntry | LoopEntry | ForeachEntry):
            for body in entry.bodies:
                if isinstance(body, Workflow):
                    yield from leaves(body, (*scope, body.id))
                else:
                    yield (*scope, body.id)
        else:
            yield (*scope, entry.id)
