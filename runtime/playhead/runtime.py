"""The runtime: the one object people hold. It puts a store, an engine and an executor together and runs workflows."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import weakref
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from playhead.codec.registry import register_workflow
from playhead.definition.host import CURRENT
from playhead.definition.ids import check_run_id
from playhead.definition.workflow import Workflow
from playhead.engines import leases
from playhead.engines.effects import Clock, fresh_owner, fresh_run_id
from playhead.engines.port import Environment
from playhead.errors import (
    DefinitionFault,
    NoSuchRun,
    RunInterrupted,
    StillRunning,
    UnknownWorkflow,
    WorkflowError,
)
from playhead.executors.threads import Threads
from playhead.machine.snapshot import ACTIVE
from playhead.runs.drives import Drive, Drives
from playhead.runs.run import Run
from playhead.stores.choice import store_for
from playhead.stores.log import RunLog
from playhead.stores.port import Store
from playhead.tracing import Tracing

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from playhead.runs.listing import RunPage
    from playhead.runs.recovery import Recovery
    from playhead.runs.stored import StoredRun


class Runtime:
    """Runs workflows on a store. Use it as ``async with Runtime(".playhead") as runtime:``.

    A step that has finished is never run again, and its result is never lost. A step in flight when its process dies
    runs again when the run is taken up, so its side effects happen at least once: `Context.idempotency_key` and
    ``Step(at_most_once=True)`` are for those that must not happen twice.

    store:
        A folder for the store on disk, a store, or None: in memory for the direct engine, ``.playhead`` else.
    engine:
        ``evented`` (durable: everything is stored before it counts) or ``direct`` (in memory, stored at rest: a
        process that is killed loses what its runs did since then).
    durability:
        What an event survives once it counts. ``process``: the death of the process, ``kill -9`` too; a power cut may
        lose the last commits, and damages none. ``power``: a power cut too; each commit then waits for the disk.
    workflows:
        Definitions, so that stored runs can be found and taken up again; or use `register`.
    resources:
        Live objects for bodies, as ``ctx.resources``; never stored.
    transient_request:
        Keys of the request context that are never stored, such as tokens.
    executor:
        Where plain ``def`` bodies run: anything that speaks `concurrent.futures.Executor`, and stays yours to shut
        down; None: threads. In other processes (`ProcessPoolExecutor`, Dask's ``client.get_executor()``) only bytes
        of the codec and the function's name cross: see `Step`. One of its workers dies: the step fails with
        `WorkerLost`, which is retried; `playhead.executors.processes.Processes` makes new ones by itself.
    cancel_grace, lease:
        Seconds a body has to end after a cancel; seconds until others may take over a run whose owner is silent,
        because its process is gone or an ``async def`` body blocks the loop. Give every runtime on a store the same.
    tracer_provider:
        What makes OpenTelemetry spans of the runs; None: the provider that is configured globally, if one is.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | Store | None = None,
        *,
        engine: Literal["evented", "direct"] = "evented",
        workflows: Iterable[Workflow[Any, Any]] = (),
        resources: Mapping[str, Any] | None = None,
        transient_request: Iterable[str] = (),
        executor: Executor | None = None,
        cancel_grace: float = 1.0,
        lease: float = 10.0,
        durability: Literal["process", "power"] = "process",
        clock: Clock | None = None,
        tracer_provider: TracerProvider | None = None,
    ) -> None:
        if engine not in ("evented", "direct"):
            raise WorkflowError(f"engine is {engine!r}; it must be 'evented' or 'direct'.")
        if isinstance(workflows, Workflow):
            raise WorkflowError("workflows is one workflow; give a list of them, workflows=[...].")
        self.engine = engine
        self.store = store_for(store, durable=engine == "evented", durability=durability)
        self._own_executor = executor is None
        self.env = Environment(
            store=self.store,
            clock=clock or Clock(),
            executor=executor or Threads(),
            owner=fresh_owner(),
            resources=dict(resources or {}),
            transient=frozenset(transient_request),
            cancel_grace=cancel_grace,
            lease=lease,
            runtime=self,
        )
        self.workflows: dict[str, Workflow[Any, Any]] = {}
        self.register(*workflows)
        self.drives = Drives(self.env, engine)
        self.tracing = Tracing(tracer_provider)
        self._logs: weakref.WeakValueDictionary[str, RunLog] = weakref.WeakValueDictionary()
        self._opened = False
        self._left = False
        self._tokens: list[contextvars.Token[Any]] = []

    # -- lifetime ----------------------------------------------------------------------------------------------

    async def open(self) -> Self:
        """Get ready; `async with` does it. Raises `RunInterrupted` once the runtime was left."""
        self.must_be_here()
        if not self._opened:
            await self.store.open()
            self._opened = True
            leases.LIVING.add(self.env.owner)
        return self

    async def close(self) -> None:
        """Leave: bodies in flight are cancelled, nothing is recorded for them, and others may take the runs up."""
        self._left = True
        await self.drives.stop()
        leases.LIVING.discard(self.env.owner)
        if self._own_executor:
            self.env.executor.shutdown(wait=False, cancel_futures=True)
        if self._opened:
            await self.store.close()
        self._opened = False

    def must_be_here(self) -> None:
        """What was asked of a runtime and is done too late must not go on behind its back."""
        if self._left:
            raise RunInterrupted("This runtime was left: open another, and take up there what it had begun.")

    async def __aenter__(self) -> Self:
        self._left = False
        await self.open()
        self._tokens.append(CURRENT.set(self))
        return self

    async def __aexit__(self, *exc: object) -> None:
        token = self._tokens.pop()
        # A fixture may enter and leave in different contexts; then there is nothing to undo here.
        with contextlib.suppress(ValueError):
            CURRENT.reset(token)
        await self.close()

    def __repr__(self) -> str:
        return f"<Runtime {self.engine} on {self.store.name}>"

    # -- definitions -------------------------------------------------------------------------------------------

    def register(self, *workflows: Workflow[Any, Any]) -> None:
        """Make workflows known, so that their stored runs can be found and taken up; the latest of an id counts."""
        for workflow in workflows:
            if not isinstance(workflow, Workflow):
                raise WorkflowError(f"A runtime registers workflows, not {type(workflow).__name__}.")
            if not workflow.committed:
                raise DefinitionFault(
                    f"Uncommitted step flow changes detected: call .commit() on workflow {workflow.id!r} first."
                    if workflow.entries
                    else f"Execution flow of workflow {workflow.id!r} is not defined: add steps with .then(), "
                    ".branch() ..., then call .commit()."
                )
            if self.workflows.get(workflow.id) is not workflow:
                register_workflow(workflow)
                self.workflows[workflow.id] = workflow

    def workflow(self, workflow_id: str) -> Workflow[Any, Any]:
        """The registered workflow of that id. Raises `UnknownWorkflow`."""
        if workflow_id not in self.workflows:
            known = ", ".join(sorted(self.workflows)) or "none"
            raise UnknownWorkflow(
                f"This runtime knows no workflow {workflow_id!r} (known: {known}): run the cell that defines it, "
                "or pass it as Runtime(workflows=[...])."
            )
        return self.workflows[workflow_id]

    # -- runs --------------------------------------------------------------------------------------------------

    def create_run(
        self, workflow: Workflow[Any, Any], *, run_id: str | None = None, resource_id: str | None = None
    ) -> Run:
        """A run to start, or the stored run of that id to go on with. Does no I/O."""
        self.register(workflow)
        fresh = run_id is None
        id = fresh_run_id() if run_id is None else check_run_id(run_id)
        return Run(self, workflow, id, resource_id, fresh=fresh)

    async def runs(
        self,
        *,
        workflow: str | Workflow[Any, Any] | None = None,
        status: str | Iterable[str] | None = None,
        resource_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        page: int = 1,
        per_page: int = 50,
    ) -> RunPage:
        """The stored runs, newest first. ``since`` and ``until`` (aware) are about when a run was created."""
        from playhead.runs.listing import RunFilter, listed, page_of

        await self.open()
        wanted = RunFilter(
            workflow.id if isinstance(workflow, Workflow) else workflow,
            None if status is None else frozenset([status] if isinstance(status, str) else status),
            resource_id,
            since,
            until,
        )
        return page_of(await listed(self.store), wanted, page, per_page)

    async def get(self, run_id: str, fields: Iterable[str] | None = None, nested: bool = True) -> StoredRun:
        """A stored run. ``fields`` limits what is given (the rest is None); ``nested`` adds inner steps as ``a.b``.

        Raises `NoSuchRun`.
        """
        from playhead.runs.stored import StoredRun

        log = await self.existing(run_id)
        workflow = self.workflows.get(log.snapshot.workflow_id)
        return StoredRun(log.snapshot, workflow, frozenset(fields) if fields is not None else None, nested)

    async def fetch(self, run_id: str) -> Run:
        """A stored run to go on with. Raises `NoSuchRun`, and `UnknownWorkflow` if its workflow is not defined."""
        log = await self.existing(run_id)
        return Run(self, self.workflow(log.snapshot.workflow_id), run_id, None)

    async def delete(self, run_id: str) -> None:
        """Forget a run. Raises `NoSuchRun`; `StillRunning` for an active run, or one that forks refer to."""
        log = await self.existing(run_id)
        if log.snapshot.status in ACTIVE:
            raise StillRunning(f"Run {run_id!r} is active: cancel it, or wait for it to rest, before deleting it.")
        children = [s.run_id for s in await self.store.summaries() if s.parent and s.parent[0] == run_id]
        if children:
            raise StillRunning(f"Run {run_id!r} is the parent of {', '.join(children)}: delete those first.")
        await self.store.delete(run_id)
        self._logs.pop(run_id, None)

    async def abandoned(self) -> list[str]:
        """The ids of active runs that nobody drives any more: their process has died, and `recover` takes them up."""
        from playhead.runs.listing import listed
        from playhead.runs.recovery import is_abandoned

        await self.open()
        active = [summary.run_id for summary in await listed(self.store) if summary.status in ACTIVE]
        return [run_id for run_id in active if await is_abandoned(self, self.log_of(run_id))]

    async def recover(self, *, wait: bool = False) -> Recovery:
        """Take up every active run whose owner is gone. ``wait`` awaits their results too."""
        from playhead.runs.listing import listed
        from playhead.runs.recovery import Recovery

        await self.open()
        runs, left = [], {}
        for summary in await listed(self.store):
            if summary.status not in ACTIVE:
                continue
            try:
                run = await self.fetch(summary.run_id)
                await run.take_up()
                runs.append(run)
            except WorkflowError as error:
                left[summary.run_id] = str(error)
        if wait:
            await asyncio.gather(*(run.wait() for run in runs))
        return Recovery(runs, left)

    # -- for runs ----------------------------------------------------------------------------------------------

    def log_of(self, run_id: str) -> RunLog:
        """The log of a run, shared by everybody in this runtime who holds it."""
        log = self._logs.get(run_id)
        if log is None:
            log = self._logs[run_id] = RunLog(self.store, run_id)
        return log

    async def existing(self, run_id: str) -> RunLog:
        """The log of a stored run, up to date. Raises `NoSuchRun`."""
        check_run_id(run_id)
        await self.open()
        is_driven = self.drives.of(run_id) is not None
        if not is_driven and await self.store.last(run_id) == 0:
            self._logs.pop(run_id, None)
        log = self.log_of(run_id)
        if not is_driven:
            await log.refresh()
        if not log.exists:
            raise NoSuchRun(f"There is no run {run_id!r} in {self.store.name}.")
        return log

    def drive_of(self, run_id: str) -> Drive | None:
        """The drive of the run in this runtime; None if there is none."""
        return self.drives.of(run_id)
