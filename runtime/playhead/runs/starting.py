"""Starting a run, and taking up one whose process died."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from playhead.definition.request import RequestContext
from playhead.engines.callbacks import Report
from playhead.errors import NotActive, NotAllowedNow, StartAlreadyClaimed, StillRunning
from playhead.machine import events as E
from playhead.machine.snapshot import ACTIVE, Snapshot, Status
from playhead.runs import claims
from playhead.runs.control import Control


async def start(control: Control, input: Any, *, state: Any, request: Any, per_step: bool) -> None:
    """Claim the start; nothing is stored, and the run can still be started, if anything is refused."""
    payload = claims.run_input(control.workflow, input)
    states = claims.run_state(control.workflow, state)
    fields = claims.request_fields(request)
    requests = claims.run_request(control.workflow, fields, control.env.transient)
    async with control.lock:
        snapshot = await control.present()
        if control.log.exists:
            raise _claimed(control, snapshot)
        fit = await control.fitted(snapshot)
        callback = control.workflow.on_start
        if callback is not None:
            await _announce(callback, control, snapshot._replace(input=payload), fields)
        draft = control.draft(snapshot).add(
            E.RUN_STARTED,
            workflow=control.workflow.id,
            input=payload,
            state=states or None,
            request=requests or None,
            resource=control.resource_id,
            **control.ownership(fit),
            per_step=per_step or None,
            transient=sorted(control.env.transient & fields.keys()) or None,
        )
        if not await control.drive(draft, 1 if per_step else None, request=fields):
            raise _claimed(control, control.log.snapshot)


def _claimed(control: Control, snapshot: Snapshot) -> NotAllowedNow:
    if snapshot.status is Status.CANCELED and snapshot.input is None:
        return NotActive(f"Run {control.run_id!r} was cancelled before it was started.")
    from playhead.machine.standing import standing

    return StartAlreadyClaimed(
        f"Run {control.run_id!r} was started already (it {standing(snapshot.shown_status)}); "
        "use another run_id, or resume, restart or time_travel this one."
    )


async def _announce(callback: Callable[..., Any], control: Control, snapshot: Snapshot, fields: dict[str, Any]) -> None:
    """``on_start``; an exception in it refuses the start."""
    shown = snapshot._replace(workflow_id=control.workflow.id, resource_id=control.resource_id)
    runtime = control.env.runtime
    report = Report(control.workflow, shown, request=RequestContext(values=fields), runtime=runtime)
    answer = callback(report)
    if inspect.isawaitable(answer):
        await answer


async def take_up(control: Control, *, request: Any, accept_changes: bool) -> None:
    """Claim a run whose owner is gone; what was in flight is recorded as lost before anything else."""
    fields = claims.request_fields(request)
    async with control.lock:
        snapshot = await control.present()
        if snapshot.status not in ACTIVE:
            from playhead.machine.standing import standing

            raise NotActive(f"Run {control.run_id!r} was not active: it {standing(snapshot.shown_status)}.")
        if await control.is_held(snapshot):
            owner = snapshot.owner.split("|")[:2]
            raise StillRunning(
                f"Run {control.run_id!r} is still being driven (process {' '.join(reversed(owner))}); it can be taken "
                f"up when that process is gone, or silent for {control.env.lease:g} s."
            )
        fit = await control.fitted(snapshot, accept_changes)
        control.must_have_transient(snapshot, fields)
        requests = claims.encoded(control.storable(fields), "request")
        draft = control.draft(snapshot).add(E.RUN_CLAIMED, **control.ownership(fit), request=requests or None)
        claims.lost_in_flight(draft, control.workflow, fit.snapshot)
        await control.claim(draft, 1 if snapshot.per_step else None, request=fields)
