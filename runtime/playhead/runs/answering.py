"""Answering a suspended step, and going on from a pause."""

from __future__ import annotations

from typing import Any

from playhead.errors import NotActive, NothingSuspended, ResumeAlreadyClaimed, StillRunning, WorkflowError
from playhead.machine import events as E
from playhead.machine.addressing import StepLike, still_waiting, waiting_for
from playhead.machine.events import Path
from playhead.machine.payload import Payload
from playhead.machine.snapshot import ACTIVE, Snapshot, Status
from playhead.runs import claims
from playhead.runs.control import Control
from playhead.runs.fitting import Fit

#: How often an answer is tried again while whoever drives the run keeps appending to it.
TRIES = 100


async def answer(
    control: Control,
    data: Any,
    *,
    step: StepLike | None,
    label: str | None,
    index: int | None,
    request: Any,
    per_step: bool,
    accept_changes: bool,
) -> None:
    """Claim the suspension; a refused answer changes nothing."""
    fields = claims.request_fields(request)
    async with control.lock:
        await control.stored()
        snapshot = control.log.snapshot  # not what our driver has decided: that may come to nothing
        # Somebody who drives the run goes on by the definition that it was begun by.
        fit = None if snapshot.status in ACTIVE else await control.fitted(snapshot, accept_changes)
        targets = waiting_for(control.workflow, fit.snapshot if fit else snapshot, step, label, index)
        payload = claims.answer(control.workflow, targets[0], data)
        control.must_have_transient(snapshot, fields)
        requests = claims.encoded(control.storable(fields), "request")
        for _ in range(TRIES):
            if not still_waiting(snapshot, targets):
                raise _taken(control, snapshot)
            if await _answered(control, snapshot, fit, targets, payload, requests, fields, per_step):
                return
            snapshot = control.log.snapshot
        raise StillRunning(f"Run {control.run_id!r} is too busy to be answered just now; try again.")


async def _answered(
    control: Control,
    snapshot: Snapshot,
    fit: Fit | None,
    targets: list[Path],
    data: Payload | None,
    request: dict[str, Payload],
    fields: dict[str, Any],
    per_step: bool,
) -> bool:
    """Append the answer; False if somebody else appended first, be it whoever drives the run."""
    content: dict[str, Any] = {"targets": claims.paths(targets), "data": data, "request": request or None}
    await control.settled()
    mine = snapshot.status not in ACTIVE
    ours = control.ownership(fit or await control.fitted(snapshot)) if mine else {}
    draft = control.draft(snapshot).add(E.RUN_RESUMED, **content, **ours, per_step=per_step or None)
    if mine:
        return await control.drive(draft, 1 if per_step else None, request=fields)
    if not await control.append(draft):
        return False
    control.keep_transient(fields)
    local = control.driver()
    if local is not None:
        await local.catch_up()
    return True


def _taken(control: Control, snapshot: Snapshot) -> WorkflowError:
    if snapshot.status in ACTIVE or snapshot.status is Status.SUSPENDED:
        return ResumeAlreadyClaimed(f"Run {control.run_id!r} was already resumed by another caller.")
    from playhead.machine.standing import standing

    return NothingSuspended(
        f"Run {control.run_id!r} was not suspended any more: it was already resumed by another caller, "
        f"and {standing(snapshot.shown_status)}."
    )


async def go_on(control: Control, steps: int | None, *, accept_changes: bool) -> None:
    """Claim a paused run; ``steps`` leaves, or freely."""
    async with control.lock:
        snapshot = await control.stored()
        if snapshot.status in ACTIVE:
            raise StillRunning(f"Run {control.run_id!r} is going already; pause it first, or wait for it.")
        if snapshot.status is not Status.PAUSED:
            from playhead.machine.standing import standing

            is_not = f"is not paused but {standing(snapshot.shown_status)}"
            raise NotActive(f"Run {control.run_id!r} {is_not}: there is nothing to go on with.")
        ours = control.ownership(await control.fitted(snapshot, accept_changes))
        per_step = True if steps is not None else None
        draft = control.draft(snapshot).add(E.RUN_RESUMED, targets=[], **ours, per_step=per_step)
        previous = control.home.drives.paces.get(control.run_id)
        passing = frozenset(previous.stopped_at) if previous is not None else frozenset[Path]()
        await control.claim(draft, steps, passing=passing)
