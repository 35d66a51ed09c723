"""The handle: a run as people hold it in cells. Its methods may be called anywhere and carry out in the room."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from IPython.core.error import UsageError

from playhead.definition.workflow import Workflow
from playhead.errors import WorkflowError
from playhead.machine import events as E
from playhead.machine.addressing import StepLike, address_of
from playhead.machine.history import Checkpoint
from playhead.machine.snapshot import Status
from playhead.results import RunResult
from playhead.runs.run import Run
from playhead.streaming import Event
from playhead_kernel import driving
from playhead_kernel.breakpoints import Breakpoints, breakpoint_in
from playhead_kernel.engine_room import SLICE, EngineRoom
from playhead_kernel.exporting import checked_path, write_page
from playhead_kernel.following import Followed
from playhead_kernel.naming import address, is_at, joined, path_in
from playhead_kernel.printing import Pins
from playhead_kernel.viewing import Views

if TYPE_CHECKING:
    from playhead.runs.changes import StepChange
    from playhead_widgets import Picture
    from playhead_widgets.exhibits import Comparison, Timeline
    from playhead_widgets.views.report_steps import Code, Told

#: Attributes that the notebook needs and people do not.
_OF_THE_NOTEBOOK: Final = frozenset({"followed", "views"})

T = TypeVar("T")


class Desk(Protocol):
    """What a handle needs of the notebook it belongs to."""

    room: EngineRoom
    pins: Pins
    breakpoints: Breakpoints

    def renew(self, handle: RunHandle) -> None: ...
    def say(self, text: str) -> None: ...
    def known(self, run: Run) -> Coroutine[Any, Any, RunHandle]: ...
    def fresh_id(self, workflow: Workflow[Any, Any]) -> Coroutine[Any, Any, str]: ...
    def present(self, handle: RunHandle, *, again: bool = False) -> None: ...
    def was_presented(self, handle: RunHandle) -> bool: ...


class RunHandle:
    """One run. ``status`` and ``result`` tell what is known now; `wait`, or ``await run``, what it comes to.

    ``run = %workflow run FLOW`` starts one, ``run = %workflow show RUN`` finds one that is stored; `RunHandle` itself
    is never called. Every method raises what the runtime refuses, as a `WorkflowError`.
    """

    def __init__(self, desk: Desk, followed: Followed, views: Views) -> None:
        """Nobody makes one by hand: ``%workflow run`` and ``%workflow show`` give it, and in Python the session."""
        self._desk = desk
        self._home = desk.room.runtime
        self.followed = followed
        self.views = views

    # -- what is known -----------------------------------------------------------------------------------------

    @property
    def run_id(self) -> str:
        """The id it is stored under."""
        return self.followed.run_id

    @property
    def workflow(self) -> Workflow[Any, Any]:
        """The workflow, as the run goes by it now."""
        return self.followed.workflow

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return self.workflow.id

    @property
    def parent(self) -> tuple[str, int] | None:
        """The run, and the event in it, that this run was forked from."""
        return self.followed.snapshot().parent

    @property
    def status(self) -> Status:
        """The status as last seen; never waits."""
        return self.followed.snapshot().shown_status

    @property
    def result(self) -> RunResult:
        """The run as last seen; never waits."""
        return self.followed.result()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in _OF_THE_NOTEBOOK]

    def __repr__(self) -> str:
        return f"<Run {self.run_id} of {self.workflow_id}: {self.status}>"

    # -- waiting -----------------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> RunResult:
        """Wait until the run rests (finished, suspended, paused), at most ``timeout`` seconds.

        What has been reached by then is the result. Ctrl-C stops the waiting and never the run.
        """
        with self._waiting() as future:
            left = timeout
            while not future.done() and (left is None or left > 0):
                _sleep_on(future, SLICE if left is None else min(SLICE, left))
                left = None if left is None else left - SLICE
            return future.result() if future.done() else self.result

    async def rested(self, timeout: float | None = None) -> RunResult:
        """`wait` for async code; the kernel goes on handling clicks meanwhile."""
        with self._waiting() as future:
            left, done = timeout, asyncio.wrap_future(future)
            done.add_done_callback(lambda done: done.cancelled() or done.exception())  # looked at below, if at all
            while not future.done() and (left is None or left > 0):
                # In slices: a kernel acts on Ctrl-C only when its loop wakes up.
                await asyncio.wait([done], timeout=SLICE if left is None else min(SLICE, left))
                left = None if left is None else left - SLICE
            return future.result() if future.done() else self.result

    def __await__(self) -> Generator[Any, None, RunResult]:
        return self.rested().__await__()

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[Future[RunResult]]:
        """While it lasts, the run prints to the cell that waits."""
        self._must_be_here()
        with self._desk.pins.pinned_here(self.run_id):
            future = self._desk.room.submit(self._rest())
            try:
                yield future
            finally:
                future.cancel()

    async def _rest(self) -> RunResult:
        result = await self.followed.rest()
        self.views.settle()
        return result

    # -- going -------------------------------------------------------------------------------------------------

    def step(self, n: int = 1) -> RunResult:
        """Let exactly ``n`` leaves run (steps, maps, sleeps, items, turns) and wait for the pause after them."""
        self.begin_steps(n)
        return self.wait()

    def begin_steps(self, n: int = 1) -> RunHandle:
        """`step` without waiting."""
        return self._go(lambda run: driving.go_on(run, steps=n))

    def proceed(self, *, accept_changes: bool = False) -> RunHandle:
        """Go on to the next rest: from a pause, again from the step that failed, or where a process died.

        ``accept_changes`` lets it go on by a workflow that has changed in what it has reached. Does not wait.
        """
        return self._go(lambda run: driving.go_on(run, accept_changes=accept_changes))

    continue_ = proceed

    def until(self, step: StepLike) -> RunHandle:
        """Go on, and pause before ``step`` (``price``, ``outer/fetch``, the item ``ship#3``); does not wait."""
        name = step if isinstance(step, str) else joined(address_of(step))
        before = self._desk.breakpoints.once(self.run_id, [breakpoint_in(self.workflow, name)])
        try:
            return self.proceed()
        except BaseException:
            self._desk.breakpoints.once(
                self.run_id, before
            )  # it did not go on: what it is told next knows nothing of it
            raise

    def pause(self) -> RunHandle:
        """Let nothing more begin; what is under way ends first."""
        return self._do(driving.pause(self.followed.run))

    def cancel(self) -> RunHandle:
        """Cancel the run; bodies are told, and get a moment to end."""
        return self._do(driving.cancel(self.followed.run))

    def resume(
        self,
        data: Any = None,
        *,
        step: StepLike | None = None,
        label: str | None = None,
        index: int | None = None,
        per_step: bool = False,
        accept_changes: bool = False,
    ) -> RunHandle:
        """Answer a suspended step; nothing to name where only one waits. Does not wait."""
        options: dict[str, Any] = {"step": _place(step), "label": label, "index": index, "per_step": per_step}
        options["accept_changes"] = accept_changes
        return self._go(lambda run: run.answer(data, **options))

    def travel(self, step: StepLike, **options: Any) -> RunHandle:
        """Go on from ``step`` in this same run; the options are those of `Run.travel`. Does not wait."""
        place = _place(step)
        assert place is not None
        return self._go(lambda run: run.travel(place, **options))

    def fork(self, at: int | StepLike | None = None, **options: Any) -> RunHandle:
        """A new, paused run that begins with this one's past up to event, or before step, ``at`` (None: now).

        ``input``, ``state`` and ``run_id`` are those of `Run.fork`.
        """
        self._must_be_here()
        where = at if isinstance(at, int) else _place(at)
        return self._desk.room.call(self._fork(where, options))

    async def _fork(self, at: Any, options: Mapping[str, Any]) -> RunHandle:
        run_id = options.get("run_id") or await self._desk.fresh_id(self.workflow)
        return await self._desk.known(await driving.fork(self.followed.run, at, **{**options, "run_id": run_id}))

    def _go(self, work: Callable[[Run], Coroutine[Any, Any, None]]) -> RunHandle:
        """Set the run going by the present definition of its steps; from now on it prints to this cell."""
        self._desk.pins.pin(self.run_id, self._desk.pins.here() or self._desk.pins.of(self.run_id))
        before = self.followed.snapshot().seq
        self._do(self._gone(work))
        for line in self._accepted(before):
            self._desk.say(f"The workflow has changed: {line}.")
        return self

    async def _gone(self, work: Callable[[Run], Coroutine[Any, Any, None]]) -> None:
        self._desk.renew(self)
        run = self.followed.run
        run.stops = self._desk.breakpoints.going(self.run_id, self.workflow, self.followed.snapshot())
        await work(run)

    def _do(self, work: Coroutine[Any, Any, None]) -> RunHandle:
        try:
            self._must_be_here()
        except WorkflowError:
            work.close()
            raise
        self._desk.room.call(work)
        return self

    def _accepted(self, after: int) -> list[str]:
        """What had changed in the workflow and was put up with, by the events after that one."""
        return [line for event in self.followed.events(after) for line in event.data.get("changes") or ()]

    def _must_be_here(self) -> None:
        room, store = self._desk.room, self._home.store.name
        if room.is_open and self._home is room.runtime:
            return
        way = "" if room.is_open else "load the extension with %load_ext playhead, and "
        if room.is_open and store != room.runtime.store.name:
            way = f"go back with %workflow store {store}, and "
        raise WorkflowError(
            f"The store {store} was closed since run {self.run_id!r} was got from it: {way}get the run again, "
            f"run = %workflow show {self.run_id}"
        )

    # -- looking -----------------------------------------------------------------------------------------------

    def snapshot(self, at: int | None = None) -> RunResult:
        """The run as it stood after event ``at`` (None: now)."""
        return self._desk.room.call(self.followed.run.snapshot(at))

    def history(self) -> list[Checkpoint]:
        """The moments worth going back to."""
        return self._desk.room.call(self.followed.run.history())

    def events(self, after: int = 0) -> list[Event]:
        """The log from the event after ``after`` on."""
        return self._desk.room.call(self.followed.run.events(after))

    def changes(self) -> list[StepChange]:
        """What is written differently now in the run's workflow than when it began by it."""
        return self._desk.room.call(self._changes())

    async def _changes(self) -> list[StepChange]:
        with contextlib.suppress(UsageError):  # what does not fit together is told when the run is to go on
            self._desk.renew(self)
        return await self.followed.run.changes()

    def printed(self, step: str | None = None) -> str:
        """What the run, or one step of it (or one item, ``ship#3``), has printed."""
        wanted = None if step is None else path_in(self.workflow, step)
        texts = (
            str(event.data["text"])
            for event in self.followed.events()
            if event.type == E.STEP_PRINTED and (wanted is None or is_at(event.path, wanted))
        )
        return "".join(texts)

    def picture(self, at: int | None = None) -> Picture:
        """A drawing of the run that needs no kernel, as it stood after event ``at`` (None: now)."""
        from playhead_widgets.picture import picture  # loaded when a first picture is drawn

        return picture(self.workflow, self.followed.snapshot(at))

    def timeline(self, at: int | None = None, *, times: bool = True) -> Timeline:
        """When each step did what, up to event ``at`` (None: now)."""
        from playhead_widgets.exhibits import Timeline  # loaded when a first one is drawn

        return Timeline(self._told({}), at, times=times)

    def difference(self, other: RunHandle, at: int | None = None, other_at: int | None = None) -> Comparison:
        """What is different in the other run after event ``other_at``, from this one after event ``at``."""
        from playhead_widgets.exhibits import Comparison

        sides = [(run, moment) for run, moment in ((self, at), (other, other_at))]
        named = [(run._at(moment), run.followed.snapshot(moment)) for run, moment in sides]
        return Comparison(named[0], named[1])

    def export(self, path: str | os.PathLike[str]) -> FilePath:
        """Write the run as one page that needs nothing but itself. Raises `UsageError` for a place it cannot have."""
        import playhead
        from playhead_widgets.views.report import report

        target = checked_path(path)
        codes = self._desk.room.call(self._codes())
        write_page(target, report(self._told(codes), version=playhead.__version__))
        return target

    async def _codes(self) -> dict[str, Code]:
        from playhead_kernel.codes import codes_of

        followed = self.followed
        return await codes_of(followed.workflow, followed.events(), followed.log.store)

    def _told(self, codes: Mapping[str, Code]) -> Told:
        from playhead_widgets.views.report_steps import Told

        followed = self.followed
        return Told(self.workflow, followed.events(), followed.snapshot, codes, followed.log.store.name)

    def _at(self, at: int | None) -> str:
        return self.run_id if at is None else f"{self.run_id}@{at}"

    def show(self) -> None:
        """Show the player here."""
        self._desk.present(self, again=True)

    def _ipython_display_(self) -> None:
        if not self._desk.was_presented(self):
            self.show()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.picture()._repr_mimebundle_()


def _sleep_on(future: Future[Any], seconds: float) -> None:
    # The result is looked at later; here it only matters whether it has come.
    with contextlib.suppress(Exception):
        future.exception(seconds)


def _place(step: StepLike | None) -> StepLike | None:
    """A text may name a nested step: ``outer/fetch``."""
    return address(step) if isinstance(step, str) and "/" in step else None if step is None else address_of(step)
