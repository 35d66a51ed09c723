"""Time travel in the same run, and forks into a new one."""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from typing import Any

from playhead.definition.workflow import Workflow
from playhead.engines.effects import fresh_run_id
from playhead.errors import NoSuchRun, StillRunning, UnknownStep, WorkflowError
from playhead.machine import events as E
from playhead.machine.addressing import StepLike, address_of, must_exist
from playhead.machine.decide import Begin, decide
from playhead.machine.events import Path
from playhead.machine.history import before
from playhead.machine.places import bare
from playhead.machine.rewind import Rewind, reopened
from playhead.machine.snapshot import ACTIVE, Snapshot, Status
from playhead.runs import claims
from playhead.runs.control import Control


async def travel(
    control: Control, step: StepLike, *, request: Any, per_step: bool, accept_changes: bool, **options: Any
) -> None:
    """Claim the run and lay a plan over it; refused before anything is written if the plan cannot work."""
    fields = claims.request_fields(request)
    async with control.lock:
        snapshot = await control.present()
        if snapshot.status in ACTIVE:
            raise StillRunning(f"Run {control.run_id!r} is still running: pause or cancel it before time travel.")
        fit = await control.fitted(snapshot, accept_changes)
        draft = control.draft(snapshot)
        if not control.log.exists:
            states = claims.run_state(control.workflow, options.get("state"))
            draft.add(
                E.RUN_CREATED,
                workflow=control.workflow.id,
                resource=control.resource_id,
                state=states or None,
            )
        control.must_have_transient(snapshot, fields)
        data = planned(control.workflow, fit.snapshot, address_of(step), **options)
        requests = claims.run_request(control.workflow, fields, control.env.transient)
        draft.add(
            E.RUN_REWOUND,
            **data,
            **control.ownership(fit),
            request=requests or None,
            per_step=per_step or None,
        )
        await control.claim(draft, 1 if per_step else None, request=fields)


def planned(
    workflow: Workflow[Any, Any],
    snapshot: Snapshot,
    target: Path,
    *,
    input: Any = None,
    state: Any = None,
    context: Mapping[str, Any] | None = None,
    nested_context: Mapping[str, Mapping[str, Any]] | None = None,
    resume_data: Any = None,
) -> dict[str, Any]:
    """Event data that makes the run go on from ``target``."""
    must_exist(workflow, target)
    plan = Rewind(
        workflow,
        snapshot,
        target,
        input=claims.step_input(workflow, target, input) if input is not None else None,
        context=claims.known_steps(workflow, context),
        nested_context={id: claims.known_steps(_nested(workflow, id), k) for id, k in (nested_context or {}).items()},
        answers=claims.fitting_answers(workflow, snapshot, resume_data),
    )
    data = plan.plan()
    if state is not None:
        data["state"] = claims.run_state(workflow, state)
    return data


def _nested(workflow: Workflow[Any, Any], id: str) -> Workflow[Any, Any]:
    for node in workflow.walk():
        if node.id == id and isinstance(node, Workflow):
            return node
    raise UnknownStep(f"nested_context= names {id!r}, which is no workflow inside {workflow.id!r}.")


async def fork(control: Control, at: int | StepLike, *, input: Any, state: Any, run_id: str | None) -> Control:
    """A new, paused run that begins with this run's events up to ``at`` and remembers where it came from."""
    await control.stored()
    log = control.log
    await log.whole()
    seq = at if isinstance(at, int) else _before(control, address_of(at))
    if not 1 <= seq <= len(log.events):
        raise WorkflowError(f"Run {control.run_id!r} has events 1 to {len(log.events)}; it cannot be forked at {seq}.")
    moment = log.at(seq)
    target = address_of(at) if not isinstance(at, int) else None
    fit = await control.fitted(moment, accept_changes=True)
    data = _forked(control.workflow, fit.snapshot, target, input, state)
    child = Control(
        control.home,
        control.workflow,
        run_id or fresh_run_id(),
        moment.resource_id,
        contextvars.copy_context(),
        fresh=False,
    )
    async with child.lock:
        await child.present()
        if child.log.exists:
            raise StillRunning(f"Run {child.run_id!r} exists already; give the fork another run_id.")
        fit.tell()
        child.log.inherit(log, seq)
        draft = child.draft(child.log.snapshot)
        draft.add(E.RUN_FORKED, run=child.run_id, parent=[control.run_id, seq])
        draft.add(E.RUN_REWOUND, **data, **fit.data, status=str(Status.PAUSED))
        if not await child.append(draft):
            raise child.overtaken()
    return child


def _before(control: Control, address: Path) -> int:
    must_exist(control.workflow, address)
    found = before(control.log.events, address)
    if found is None:
        raise NoSuchRun(f"Run {control.run_id!r} never reached step {'/'.join(address)!r}; it cannot be forked there.")
    return found


def _forked(
    workflow: Workflow[Any, Any], moment: Snapshot, target: Path | None, input: Any, state: Any
) -> dict[str, Any]:
    if target is None and input is not None:
        target = _next_place(workflow, moment)
        if target is None:
            return {**reopened(moment), "input": claims.run_input(workflow, input), **_state(workflow, state)}
    if target is not None:
        return planned(workflow, moment, target, input=input, state=state)
    return {**reopened(moment), **_state(workflow, state)}


def _state(workflow: Workflow[Any, Any], state: Any) -> dict[str, Any]:
    return {} if state is None else {"state": claims.run_state(workflow, state)}


def _next_place(workflow: Workflow[Any, Any], moment: Snapshot) -> Path | None:
    """The one place that would begin next; None if the run has not begun any."""
    if not moment.records:
        return None
    begins = [c.path for c in decide(workflow, moment._replace(status=Status.RUNNING)) if isinstance(c, Begin)]
    if len(begins) != 1:
        many = "Several steps" if begins else "No step"
        raise WorkflowError(f"{many} would begin next at this moment, and an input is for one: say at which to fork.")
    return bare(begins[0])
