"""Needs: what a stored run still needs of the notebook before anything can be done with it."""

from __future__ import annotations

from playhead.machine.places import bare
from playhead.machine.snapshot import Snapshot
from playhead.runs.fitting import outline_in
from playhead_kernel.definitions import Definitions

_NAMED = 8  # steps in one line


def needed_cells(snapshot: Snapshot, definitions: Definitions) -> str:
    """Says which steps still need their cell; a workflow that is not defined needs its own."""
    defined = definitions.step_ids()
    missing = [name for name in _steps(snapshot) if name.rpartition("/")[2] not in defined]
    run, workflow = f"Run {snapshot.run_id!r} ({snapshot.shown_status})", f"its workflow {snapshot.workflow_id!r}"
    if not missing:
        return f"{run} needs a cell that was not run yet: that of {workflow}."
    names = ", ".join(missing[:_NAMED]) + (", …" if len(missing) > _NAMED else "")
    steps = "step" if len(missing) == 1 else "steps"
    return f"{run} needs cells that were not run yet: those of its {steps} {names} and of {workflow}."


def needed_driver(run_id: str) -> str:
    """Says how a run goes on that is active, and that nobody drives any more."""
    return f"Nobody drives run {run_id!r} any more: its kernel is gone. %workflow continue {run_id} takes it up."


def _steps(snapshot: Snapshot) -> list[str]:
    """The steps that the run's workflow had; those that were reached, if nothing else is recorded."""
    outline = outline_in(snapshot.outline)
    if outline is not None:
        return ["/".join(place.path) for place in outline.places.values() if place.kind == "step"]
    reached = (bare(record.path) for record in snapshot.ordered() if record.kind == "step")
    return list(dict.fromkeys("/".join(path) for path in reached))
