"""Driving: what a person does to a run, carried out in the engine room."""

from __future__ import annotations

from typing import Any

from playhead.errors import NotActive, WorkflowError
from playhead.machine.places import bare
from playhead.machine.snapshot import ACTIVE, Status
from playhead.runs.run import Run


async def go_on(run: Run, *, steps: int | None = None) -> None:
    """Go on from a pause, or again from the step that failed; ``steps`` leaves, or to the next rest."""
    seen = await run.snapshot()
    if seen.status is Status.SUSPENDED:
        waiting = ", ".join("/".join(path) for path in seen.suspended)
        raise NotActive(f"Run {run.run_id!r} waits for an answer ({waiting}): give it with %workflow resume.")
    if seen.status in (Status.FAILED, Status.TRIPWIRE) and seen.failed_at is not None:
        # What succeeded keeps its results; the failed step runs by its present definition.
        await run.travel(bare(seen.failed_at), per_step=steps is not None, accept_changes=False)
    else:
        await run.go_on(steps=steps)


async def pause(run: Run) -> None:
    """Let nothing more begin."""
    run.pause()


async def cancel(run: Run) -> None:
    """Cancel, unless it has ended already."""
    seen = await run.snapshot()
    if seen.status not in (*ACTIVE, Status.SUSPENDED, Status.PAUSED, Status.PENDING):
        raise NotActive(f"Run {run.run_id!r} has ended already: it is {seen.status}.")
    await run.cancel()


async def fork(run: Run, at: Any, **options: Any) -> Run:
    """A new, paused run that begins with this one's past."""
    if at is None:
        at = (await run.snapshot()).seq
    return await run.fork(at, **options)


async def clicked(run: Run, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """What a player's buttons and forms ask for; what to tell the player."""
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
    return {}
