"""Driving: what a person does to a run, carried out in the engine room."""

from __future__ import annotations

from typing import Any

from playhead.errors import NotActive, StillRunning, WorkflowError
from playhead.machine.places import bare
from playhead.machine.snapshot import ACTIVE, Status
from playhead.machine.standing import standing
from playhead.runs.run import Run


async def go_on(run: Run, *, steps: int | None = None, accept_changes: bool = False) -> None:
    """Go on from a pause, from the step that failed, or where a process died; ``steps`` leaves, or to the next rest.

    ``accept_changes`` lets it go on by a workflow that has changed in what the run has reached.
    """
    seen = await run.snapshot()
    if seen.status is Status.SUSPENDED:
        waiting = ", ".join("/".join(path) for path in seen.suspended)
        raise NotActive(f"Run {run.run_id!r} waits for an answer ({waiting}): give it with %workflow resume.")
    if seen.status in ACTIVE and steps is None:
        await _take_up(run, accept_changes)
    elif seen.status in (Status.FAILED, Status.TRIPWIRE) and seen.failed_at is not None:
        # What succeeded keeps its results; the failed step runs by its present definition.
        await run.travel(bare(seen.failed_at), per_step=steps is not None, accept_changes=accept_changes)
    else:
        await run.go_on(steps=steps, accept_changes=accept_changes)


async def _take_up(run: Run, accept_changes: bool) -> None:
    try:
        await run.take_up(accept_changes=accept_changes)
    except StillRunning:
        raise StillRunning(f"Run {run.run_id!r} is going already; pause it first, or wait for it.") from None


async def pause(run: Run) -> None:
    """Let nothing more begin."""
    run.pause()


async def cancel(run: Run) -> None:
    """Cancel, unless it has ended already."""
    seen = await run.snapshot()
    if seen.status not in (*ACTIVE, Status.SUSPENDED, Status.PAUSED, Status.PENDING):
        raise NotActive(f"Run {run.run_id!r} has ended already: it {standing(seen.status)}.")
    await run.cancel()


async def fork(run: Run, at: Any, **options: Any) -> Run:
    """A new, paused run that begins with this one's past."""
    if at is None:
        at = (await run.snapshot()).seq
    return await run.fork(at, **options)


async def clicked(run: Run, name: str, payload: dict[str, Any]) -> None:
    """What a player's buttons and forms ask for."""
    match name:
        case "continue":
            await go_on(run)
        case "step":
            await go_on(run, steps=1)
        case "pause":
            await pause(run)
        case "cancel":
            await cancel(run)
        case "resume":
            await run.answer(payload["data"], step=bare(payload["path"]), index=payload.get("index"))
        case _:
            raise WorkflowError(f"A player cannot ask for {name!r}.")
