"""Breakpoints: before which steps a run pauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from playhead.definition.workflow import Workflow
from playhead.engines.pace import Stops
from playhead.machine.events import Path
from playhead.machine.places import bare, leaves
from playhead.machine.snapshot import Snapshot
from playhead_kernel.refusals import unknown


class Breakpoints:
    """Steps to pause before: in every run of the notebook, and, until it gets there once, in a single run."""

    def __init__(self) -> None:
        self._everywhere: dict[Path, None] = {}
        self._once: dict[str, set[Path]] = {}

    def __iter__(self) -> Iterator[Path]:
        return iter(list(self._everywhere))

    def __len__(self) -> int:
        return len(self._everywhere)

    def add(self, place: Path) -> None:
        """Pause every run before ``place``."""
        self._everywhere[place] = None

    def discard(self, place: Path) -> bool:
        """Pause there no more; False if there was no such breakpoint."""
        return self._everywhere.pop(place, self) is None

    def clear(self) -> None:
        """Forget all of them."""
        self._everywhere.clear()

    def once(self, run_id: str, places: Iterable[Path]) -> None:
        """Let only this run pause before ``places``, in place of those it had before."""
        self._once[run_id] = set(places)

    def stops_of(self, run_id: str) -> Stops | None:
        """What the run is to be asked before each step; None if it need not be, which is quicker."""
        once = self._once.get(run_id)
        if not self._everywhere and not once:
            return None

        def stops(path: Path, snapshot: Snapshot) -> bool:
            place = bare(path)
            return any(is_meant(place, wanted) for wanted in (*self._everywhere, *(once or ())))

        return stops


def is_meant(place: Path, wanted: Path) -> bool:
    """Whether ``wanted`` names the place: a nested step may be named by the last of its ids."""
    return place[-len(wanted) :] == wanted


def place_in(workflow: Workflow[object, object], name: str) -> Path:
    """The place that ``name`` (``price``, ``outer/fetch``) means in the workflow. Raises `UsageError`."""
    wanted = address(name)
    known = list(leaves(workflow))
    if any(is_meant(place, wanted) for place in known):
        return wanted
    raise unknown("step", name, ("/".join(place) for place in known))


def full_place(workflow: Workflow[object, object], name: str) -> Path:
    """The whole path of the first place that ``name`` means. Raises `UsageError`."""
    wanted = place_in(workflow, name)
    return next(place for place in leaves(workflow) if is_meant(place, wanted))


def address(name: str) -> Path:
    """The ids in ``outer/inner``; items and turns (``#3``) are left out."""
    return bare(tuple(part for part in name.split("/") if part))
