"""Naming: the places of a workflow by the names people type, ``price`` or ``outer/fetch``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from IPython.core.error import UsageError

from playhead.definition.workflow import Workflow
from playhead.machine.events import Path
from playhead.machine.places import bare, body_of
from playhead_kernel.refusals import unknown


def places(workflow: Workflow[Any, Any], scope: Path = ()) -> Iterator[Path]:
    """Every place that has a name: steps, maps, sleeps and nested workflows, each before what is inside it."""
    for entry in workflow.entries:
        for id in entry.ids:
            place = (*scope, id)
            yield place
            body = body_of(entry, id)
            if isinstance(body, Workflow):
                yield from places(body, place)


def place_in(workflow: Workflow[Any, Any], name: str) -> Path:
    """The one place that ``name`` means: a nested one may be named by the last of its ids. Raises `UsageError`."""
    wanted, known = address(name), list(places(workflow))
    found = [place for place in known if is_meant(place, wanted)]
    if wanted in found:
        return wanted
    if not found:
        raise unknown("step", name, map(joined, known))
    if len(found) > 1:
        raise UsageError(f"Several steps are called {name!r}: {', '.join(map(joined, found))}.")
    return found[0]


def path_in(workflow: Workflow[Any, Any], name: str) -> Path:
    """The same with the items and turns that the name states, ``outer/ship#3``."""
    wanted = parts(name)
    return (*place_in(workflow, name)[: -len(wanted)], *wanted)


def step_in(workflow: Workflow[Any, Any], name: str) -> Path:
    """`place_in`, for what takes a step as a whole. Raises `UsageError` for an item, or a turn, of it."""
    place = place_in(workflow, name)
    if "#" in name:
        raise UsageError(f"{name!r} is one item, or one turn: name the step as a whole, {joined(place)}.")
    return place


def is_meant(place: Path, wanted: Path) -> bool:
    """Whether ``wanted`` names the place, in full or by the last of its ids."""
    return place[-len(wanted) :] == wanted


def is_at(path: Path, place: Path) -> bool:
    """Whether a path that was reached is at the place, at any item and turn where the place names none."""
    pairs = zip(path, place, strict=False)
    return len(path) == len(place) and all(wanted in (part, part.partition("#")[0]) for part, wanted in pairs)


def parts(name: str) -> Path:
    """The parts of ``outer/ship#3``."""
    return tuple(part for part in name.split("/") if part)


def address(name: str) -> Path:
    """The ids in ``outer/ship#3``, without items and turns."""
    return bare(parts(name))


def joined(place: Path) -> str:
    """A place as people type it."""
    return "/".join(place)
