"""A run: the object people hold.

What is asked of few runs (answers, time travel, streams …) is imported by the first who asks: that takes its time.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from playhead.definition.workflow import Workflow
from playhead.engines.pace import Stops
from playhead.errors import NotActive
from playhead.machine.places import bare
from playhead.machine.snapshot import ACTIVE, Snapshot, Status
from playhead.results import RunResult
from playhead.runs import starting
from playhead.runs.control import Control, Home

if TYPE_CHECKING:
    from playhead.machine.addressing import StepLike
    from playhead.machine.history import Checkpoint
    from playhead.runs.changes import StepChange
    from playhead.streaming import Event, Stream, Watch


class Run:
    """One run of a workflow, stored under ``run_id``. Every object with the same id is the same run.

    ``run = workflow.create_run()`` makes one, ``run = await runtime.fetch(run_id)`` finds one that is stored; `Run`
    itself is never called.
    """

    def __init__(
        self,
        home: Home,
        workflow: Workflow[Any, Any],
        run_id: str,
        resource_id: str | None,
        *,
        fresh: bool = False,
        control: Control | None = None,
    ) -> None:
        """Nobody makes one by hand: `Workflow.create_run` and `Runtime.fetch` do."""
        self.workflow = workflow
        self.run_id = run_id
        self._home = home
        self._context = contextvars.copy_context()
        self._control = control or Control(home, workflow, run_id, resource_id, self._context, fresh=fresh)

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return self.workflow.id

    @property
    def resource_id(self) -> str | None:
        """Whom or what it was begun for, if that was said."""
        return self._control.resource_id or self._control.log.snapshot.resource_id

    @property
    def parent(self) -> tuple[str, int] | None:
        """The run, and the event in it, that this run was forked from."""
        return self._control.log.snapshot.parent

    @property
    def status(self) -> Status:
        """The status as far as this process has seen."""
        return self._control.log.snapshot.shown_status

    @property
    def stops(self) -> Stops | None:
        """Asked as ``stops(path, snapshot)`` before each leaf begins; the run pauses where it answers True."""
        return self._control.stops

    @stops.setter
    def stops(self, stops: Stops | None) -> None:
        self._control.stops = stops
        pace = self._home.drives.paces.get(self.run_id)
        if pace is not None:
            pace.stops = stops

    def __repr__(self) -> str:
        return f"<Run {self.run_id} of {self.workflow_id}: {self.status}>"

    # -- going: each has a twin that returns once the request is in the log, without waiting for a rest ----------

    async def start(
        self, input: Any = None, *, state: Any = None, request: Any = None, per_step: bool = False
    ) -> RunResult:
        """Start the run and wait until it rests: finished, suspended, or paused.

        Raises `InputInvalid`, `StateInvalid` or `RequestInvalid` (the run can then still be started), and
        `StartAlreadyClaimed`.
        """
        await self.begin(input, state=state, request=request, per_step=per_step)
        return await self.wait()

    async def begin(self, input: Any = None, *, state: Any = None, request: Any = None, per_step: bool = False) -> None:
        """`start` without waiting."""
        await starting.start(self._control, input, state=state, request=request, per_step=per_step)

    async def resume(self, data: Any = None, **options: Any) -> RunResult:
        """Answer a suspended step and wait until the run rests again; the options are those of `answer`."""
        await self.answer(data, **options)
        return await self.wait()

    async def answer(
        self,
        data: Any = None,
        *,
        step: StepLike | None = None,
        label: str | None = None,
        index: int | None = None,
        request: Any = None,
        per_step: bool = False,
        accept_changes: bool = False,
    ) -> None:
        """Answer a suspended step, without waiting.

        Name the step by ``step`` (an id, the step itself, or a tuple from the outermost inwards), by ``label``, or
        not at all when only one waits. A foreach with several waiting items gives the same answer to as many as
        run at a time; ``index`` picks one. ``request`` is laid over the stored request context. A refused answer
        changes nothing: `NothingSuspended`, `SeveralSuspended`, `StepNotSuspended`, `UnknownLabel`,
        `UnknownIndex`, `ResumeDataInvalid`, `ResumeAlreadyClaimed`, `DefinitionChanged`.
        """
        from playhead.runs import answering

        await answering.answer(
            self._control,
            data,
            step=step,
            label=label,
            index=index,
            request=request,
            per_step=per_step,
            accept_changes=accept_changes,
        )

    async def step(self) -> RunResult:
        """Let exactly one leaf run (a step, map, sleep, item or turn) of a paused run, then pause again."""
        await self.go_on(steps=1)
        return await self.wait()

    async def proceed(self, *, accept_changes: bool = False) -> RunResult:
        """Go on from a pause to the end, or the next rest. Raises `NotActive`, `StillRunning`, `DefinitionChanged`."""
        await self.go_on(accept_changes=accept_changes)
        return await self.wait()

    async def go_on(self, *, steps: int | None = None, accept_changes: bool = False) -> None:
        """`proceed` without waiting; with ``steps``, at most that many leaves."""
        from playhead.runs import answering

        await answering.go_on(self._control, steps, accept_changes=accept_changes)

    async def restart(self, *, request: Any = None, accept_changes: bool = False) -> RunResult:
        """Take up a run whose process died and wait until it rests. Finished steps keep their results.

        What was in flight runs again, but for steps that may run at most once: those have failed. Raises
        `NotActive` for a run that is not active, `StillRunning` while its owner lives, `DefinitionChanged`.
        """
        await self.take_up(request=request, accept_changes=accept_changes)
        return await self.wait()

    async def take_up(self, *, request: Any = None, accept_changes: bool = False) -> None:
        """`restart` without waiting."""
        await starting.take_up(self._control, request=request, accept_changes=accept_changes)

    async def time_travel(self, step: StepLike, **options: Any) -> RunResult:
        """Go on from ``step`` in this same run and wait until it rests; the options are those of `travel`."""
        await self.travel(step, **options)
        return await self.wait()

    async def travel(
        self,
        step: StepLike,
        *,
        input: Any = None,
        state: Any = None,
        context: Mapping[str, Any] | None = None,
        nested_context: Mapping[str, Mapping[str, Any]] | None = None,
        resume_data: Any = None,
        request: Any = None,
        per_step: bool = False,
        accept_changes: bool = True,
    ) -> None:
        """Go back (or forward) to ``step`` in this same run, and on from there, without waiting.

        ``input`` is the target's own input. ``context`` gives results of earlier steps that are not recorded, or
        replaces those that are; ``nested_context`` the same inside nested workflows, by their id. A foreach that
        failed keeps its finished items. The log keeps what was before. ``accept_changes=False`` refuses a workflow
        in which what the run has reached no longer stands, as `go_on` does. Raises `UnknownStep`, `InputInvalid`,
        `HistoryIncomplete`, `DefinitionChanged` or `StillRunning` before anything is written.
        """
        from playhead.runs import travelling

        await travelling.travel(
            self._control,
            step,
            input=input,
            state=state,
            context=context,
            nested_context=nested_context,
            resume_data=resume_data,
            request=request,
            per_step=per_step,
            accept_changes=accept_changes,
        )

    async def fork(self, at: int | StepLike, *, input: Any = None, state: Any = None, run_id: str | None = None) -> Run:
        """A new, paused run that shares this one's history up to event ``at``, or up to before step ``at``.

        ``input`` is the input of the step that goes next there, ``state`` replaces the state. `proceed` runs it.
        """
        from playhead.runs import travelling

        child = await travelling.fork(self._control, at, input=input, state=state, run_id=run_id)
        return Run(self._home, self.workflow, child.run_id, child.resource_id, control=child)

    def pause(self) -> None:
        """Let nothing more begin; what is under way ends first.

        Raises `NotActive` if this process does not drive the run.
        """
        driver = self._control.driver()
        if driver is None:
            from playhead.machine.standing import standing

            stands = f"{standing(self.status)} and is not driven here"
            raise NotActive(f"Run {self.run_id!r} {stands}: there is nothing to pause.")
        driver.request_pause()

    async def cancel(self) -> None:
        """Cancel the run; returns once the request is in the log. A finished run stays as it is."""
        from playhead.runs import cancelling

        await cancelling.cancel(self._control)

    async def wait(self) -> RunResult:
        """Wait until the run rests, whoever drives it."""
        await self._control.rest()
        return self._result()

    def _result(self, snapshot: Snapshot | None = None) -> RunResult:
        return RunResult(self.workflow, snapshot or self._control.log.snapshot)

    # -- looking -----------------------------------------------------------------------------------------------

    async def snapshot(self, at: int | None = None) -> RunResult:
        """The run as it stood after event ``at`` (None: now)."""
        log = await self._control.read(at)
        return self._result(log.at(at))

    async def events(self, after: int = 0) -> list[Event]:
        """The log from the event after ``after`` on; 0 is all of it. Raises `ValueError` below 0."""
        from playhead.streaming import shown

        log = await self._control.since(after)
        found = (shown(event, log.at(event.seq)) for event in log.since(after))
        return [event for event in found if event is not None]

    async def history(self) -> list[Checkpoint]:
        """The moments worth going back to."""
        from playhead.machine.history import checkpoints

        return checkpoints((await self._control.read(0)).events)

    async def changes(self) -> list[StepChange]:
        """What is written differently in the workflow than when this run began, in the workflow's order."""
        from playhead.runs.changes import changes_since

        log = await self._control.read(0)
        reached = frozenset(bare(path) for path in log.snapshot.records)
        return await changes_since(log.events, self.workflow, self._control.env.store, reached)

    # -- streaming ---------------------------------------------------------------------------------------------

    def stream(self, input: Any = None, **options: Any) -> Stream:
        """`start` as a stream of events; the run starts at once, and goes on if nobody iterates."""
        return self._stream(self.begin(input, **options))

    def resume_stream(self, data: Any = None, **options: Any) -> Stream:
        """`resume` as a stream of events."""
        return self._stream(self.answer(data, **options))

    def time_travel_stream(self, step: StepLike, **options: Any) -> Stream:
        """`time_travel` as a stream of events."""
        return self._stream(self.travel(step, **options))

    def _stream(self, beginning: Coroutine[Any, Any, None]) -> Stream:
        from playhead.streaming import Stream, Watch

        loop = asyncio.get_running_loop()
        watching: asyncio.Future[Watch] = loop.create_future()

        async def go() -> RunResult:
            present = await self._control.present()
            watching.set_result(Watch(self._control.log, present.seq))
            await beginning
            return await self.wait()

        task = loop.create_task(go(), context=self._context.copy())

        async def events() -> AsyncIterator[Event]:
            async with aclosing(self._watched(await watching, task.done)) as found:
                async for event in found:
                    yield event

        return Stream(self.run_id, events, task)

    async def observe(self, after: int = 0) -> AsyncIterator[Event]:
        """The events after ``after``, then new ones as they come from whatever process, until the run rests.

        Raises `ValueError` below 0.
        """
        from playhead.streaming import Watch

        watch = Watch(await self._control.since(after), after)
        async with aclosing(self._watched(watch, lambda: self._control.log.snapshot.status not in ACTIVE)) as found:
            async for event in found:
                yield event

    def _watched(self, watch: Watch, at_rest: Callable[[], bool]) -> AsyncGenerator[Event, None]:
        log = self._control.log

        async def poll() -> None:
            ours = self._home.drives.of(self.run_id)
            if ours is None and log.snapshot.status in ACTIVE:
                await log.changed(log.snapshot.seq, elsewhere=True)
            else:
                await watch.arrival(ours.task if ours is not None else None)

        return watch.events(at_rest, poll)
