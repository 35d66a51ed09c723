"""Answering a suspended step, and going on from a pause."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    asked = Answer(data, step, label, index, claims.request_fields(request), per_step, accept_changes)
    async with control.lock:
        ready = await _ready(control, asked)
        for _ in range(TRIES):
            if await _answered(control, asked, ready):
                return
            snapshot = control.log.snapshot
            if not still_waiting(snapshot, ready.targets):
                raise _taken(control, snapshot)
            ready = ready._replace(snapshot=snapshot, fit=await _fit(control, asked, snapshot))
        raise StillRunning(f"Run {control.run_id!r} is too busy to be answered just now; try again.")


class Answer(NamedTuple):
    """What a caller says, and to whom."""

    data: Any
    step: StepLike | None
    label: str | None
    item: int | None
    request: dict[str, Any]
    per_step: bool
    accept_changes: bool


class Ready(NamedTuple):
    """An answer that may be given to a run as it stands. ``fit`` is None while somebody drives it."""

    snapshot: Snapshot
    fit: Fit | None
    targets: list[Path]
    data: Payload | None
    request: dict[str, Payload]


async def _ready(control: Control, asked: Answer) -> Ready:
    """Check the answer by what is known of the run here: if that is old, the claim will come to nothing.

    But nobody is refused because of what is old.
    """
    known = control.seen_waiting()
    if known is not None:
        try:
            return await _checked(control, asked, known)
        except WorkflowError:
            pass
    await control.stored()
    return await _checked(control, asked, control.log.snapshot)  # not what our driver has decided: it may fail


async def _checked(control: Control, asked: Answer, snapshot: Snapshot) -> Ready:
    fit = await _fit(control, asked, snapshot)
    standing = fit.snapshot if fit else snapshot
    targets = waiting_for(control.workflow, standing, asked.step, asked.label, asked.item)
    data = claims.answer(control.workflow, targets[0], asked.data)
    control.must_have_transient(snapshot, asked.request)
    request = claims.encoded(control.storable(asked.request), "request") if asked.request else {}
    return Ready(snapshot, fit, targets, data, request)


async def _fit(control: Control, asked: Answer, snapshot: Snapshot) -> Fit | None:
    """Somebody who drives the run goes on by the definition that it was begun by."""
    return None if snapshot.status in ACTIVE else await control.fitted(snapshot, asked.accept_changes)


async def _answered(control: Control, asked: Answer, ready: Ready) -> bool:
    """Append the answer; False if somebody else appended first, be it whoever drives the run."""
    content: dict[str, Any] = {"targets": claims.paths(ready.targets), "data": ready.data}
    if ready.request:
        content["request"] = ready.request
    if asked.per_step:
        content["per_step"] = True
    draft = control.draft(ready.snapshot)
    if ready.fit is not None:
        draft.add(E.RUN_RESUMED, **content, **control.ownership(ready.fit))
        return await control.drive(draft, 1 if asked.per_step else None, request=asked.request)
    if not await control.append(draft.add(E.RUN_RESUMED, **content)):
        return False
    control.keep_transient(asked.request)
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
        passing = previous.stopped_at if previous is not None else frozenset[Path]()
        await control.claim(draft, steps, passing=passing)
