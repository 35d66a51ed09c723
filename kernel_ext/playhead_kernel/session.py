"""The session: what one notebook knows. Its workflows, its runs, its views, and the engine room they live in."""

from __future__ import annotations

import builtins
import os
import secrets
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from IPython.core.error import UsageError

from playhead.definition.workflow import Workflow
from playhead.errors import StillRunning, UnknownWorkflow
from playhead.machine.snapshot import Snapshot
from playhead.runs.listing import RunInfo
from playhead.runs.run import Run
from playhead_kernel.breakpoints import Breakpoint, Breakpoints, breakpoint_named, targets
from playhead_kernel.cell_steps import CellStep, cell_step
from playhead_kernel.clicking import Clicks
from playhead_kernel.complaints import Complaints
from playhead_kernel.conditions import NAMES
from playhead_kernel.config import Preferences
from playhead_kernel.definitions import Definitions, Flow
from playhead_kernel.engine_room import EngineRoom
from playhead_kernel.following import Followed
from playhead_kernel.handle import RunHandle
from playhead_kernel.naming import joined, places
from playhead_kernel.needs import needed_cells
from playhead_kernel.printing import Pins
from playhead_kernel.refusals import unknown
from playhead_kernel.viewing import RunSource, Views, shown_as

_ID_LENGTH: Final = 60  # characters of a workflow's id that stand in the ids of its runs
_ALL: Final = 1_000_000  # runs on one page: a listing for people is cut elsewhere


class Session:
    """What the notebook of ``shell`` knows. Every method may be called from a cell; it carries out in the room."""

    def __init__(self, shell: Any, preferences: Preferences) -> None:
        self.shell = shell
        self.preferences = preferences
        self.definitions = Definitions(shell.user_ns)
        self.pins = Pins(shell)
        self.breakpoints = Breakpoints()
        self.handles: dict[str, RunHandle] = {}  # the one used last stands last
        self.complaints = Complaints()
        self.complaints.listen()
        self.room = EngineRoom(preferences.store)
        self.clicks = Clicks(self)
        self._presented: tuple[int, str] | None = None

    def __repr__(self) -> str:
        return f"<Session on {self.room.runtime.store.name}: {len(self.handles)} runs used here>"

    # -- runs --------------------------------------------------------------------------------------------------

    def start(
        self,
        workflow: Flow | str,
        input: Any = None,
        *,
        run_id: str | None = None,
        state: Any = None,
        per_step: bool = False,
        breaks: Iterable[Breakpoint] = (),
    ) -> RunHandle:
        """Start a run of a workflow, or of the one that is called so; returns as soon as it is accepted.

        At each of ``breaks`` this run pauses once.
        """
        known = self.definitions
        latest = known.find(workflow) if isinstance(workflow, str) else known.present(workflow)
        handle = self.room.call(self._start(latest, input, run_id, state, per_step, tuple(breaks)))
        return self.use(handle)

    async def _start(
        self, workflow: Flow, input: Any, run_id: str | None, state: Any, per_step: bool, breaks: tuple[Breakpoint, ...]
    ) -> RunHandle:
        runtime = self.room.runtime
        run_id = run_id or await self.fresh_id(workflow)
        self._stay_in_this_cell()
        run = runtime.create_run(workflow, run_id=run_id)
        self.breakpoints.once(run_id, breaks)
        run.stops = self.breakpoints.going(run_id, workflow, Snapshot(run_id))
        before = self.pins.of(run_id)
        self.pins.pin(run_id, self.pins.here())
        try:
            await run.begin(input, state=state, per_step=per_step)
        except BaseException:
            self.pins.pin(run_id, before)
            raise
        return await self.known(run)

    def find(self, name: str | None = None, *, steps: Sequence[str] = ()) -> RunHandle:
        """The run of that id, or in that variable, or the only one that begins like it; None: the run used last.

        ``steps`` are names that may stand there as well, and may have been meant.
        Raises `UsageError` with the nearest, or with the cells to run if the run's workflow is not defined.
        """
        flows = list(self.definitions.all().values())
        if name is None and not self.handles:
            raise self._no_run_yet()
        wanted = self._run_id(name) if name is not None else next(reversed(self.handles))
        return self.use(self.room.call(self._find(wanted, flows, steps)))

    def _no_run_yet(self) -> UsageError:
        stored = self.runs()
        what = f": name a stored one, such as {stored[0].run_id}, or" if stored else ", and none is stored:"
        return UsageError(f"No run was used here yet{what} start one with %workflow run FLOW.")

    async def _find(self, name: str, flows: list[Flow], steps: Sequence[str]) -> RunHandle:
        self.register(flows)
        handle = self.handles.get(name)
        if handle is None:
            run_id = await self._completed(name, steps)
            handle = self.handles.get(run_id) or await self._fetched(run_id)
        await handle.followed.refresh()
        if handle.followed.is_active:
            handle.followed.watch_elsewhere()
        return handle

    async def _fetched(self, run_id: str) -> RunHandle:
        try:
            return await self.known(await self.room.runtime.fetch(run_id))
        except UnknownWorkflow:
            raise UsageError(await self._needed(run_id)) from None

    async def _needed(self, run_id: str) -> str:
        """Which cells are to be run before anything can be done with the run."""
        log = await self.room.runtime.existing(run_id)
        return needed_cells(log.snapshot, self.definitions)

    async def _completed(self, name: str, steps: Sequence[str] = ()) -> str:
        ids = [info.run_id for info in (await self.room.runtime.runs(per_page=_ALL)).items]
        found = [name] if name in ids else [run_id for run_id in ids if run_id.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"Several runs begin with {name!r}: {', '.join(found[:5])}.")
        noun = "run or step" if steps else "run"
        raise unknown(noun, name, [*ids, *steps], "%workflow ls shows what is stored.")

    def runs(self, workflow: str | None = None, status: str | None = None) -> list[RunInfo]:
        """The stored runs, newest first."""
        page = self.room.call(self.room.runtime.runs(workflow=workflow, status=status, per_page=_ALL))
        return page.items

    def recover(self) -> tuple[list[RunHandle], dict[str, str]]:
        """Take up every run whose process died; those taken up, and why others were left."""
        flows = list(self.definitions.all().values())
        return self.room.call(self._recover(flows))

    async def _recover(self, flows: list[Flow]) -> tuple[list[RunHandle], dict[str, str]]:
        self.register(flows)
        self._stay_in_this_cell()
        here = self.pins.here()
        taken: list[RunHandle] = []
        left: dict[str, str] = {}
        recovery = await self.room.runtime.recover()
        elsewhere = {run_id: why for run_id, why in recovery.left.items() if not self.room.runtime.drive_of(run_id)}
        unknown = [run_id for run_id in elsewhere if await self._is_undefined(run_id)]
        left |= elsewhere | {run_id: await self._needed(run_id) for run_id in unknown}
        for run in recovery.runs:
            self.pins.pin(run.run_id, here)
            taken.append(self.use(await self.known(run)))
        return taken, left

    async def _is_undefined(self, run_id: str) -> bool:
        log = await self.room.runtime.existing(run_id)
        return log.snapshot.workflow_id not in self.room.runtime.workflows

    def abandoned(self) -> list[str]:
        """The ids of stored runs that are active, and that nobody drives any more."""
        return self.room.call(self.room.runtime.abandoned())

    def is_abandoned(self, handle: RunHandle) -> bool:
        """Whether the run is one of them."""
        return handle.followed.is_active and handle.run_id in self.abandoned()

    def delete(self, run_id: str) -> None:
        """Forget a run for good, whether or not its workflow is defined. Raises `StillRunning`."""
        self.room.call(self.room.runtime.delete(run_id))
        handle = self.handles.pop(run_id, None)
        if handle is not None:
            self.room.post(handle.followed.leave)

    def use(self, handle: RunHandle) -> RunHandle:
        """From now on it is the run that is meant when none is named."""
        self.handles.pop(handle.run_id, None)
        self.handles[handle.run_id] = handle
        return handle

    def completed(self, name: str) -> str:
        """The id of the run that is called so, or of the only one that begins so. Raises `UsageError`."""
        run_id = self._run_id(name)
        return run_id if run_id in self.handles else self.room.call(self._completed(run_id))

    def used(self, name: str) -> RunHandle | None:
        """The run of that id, or in that variable, if it was used here."""
        return self.handles.get(self._run_id(name))

    def last(self) -> RunHandle | None:
        """The run used last."""
        return self.handles[next(reversed(self.handles))] if self.handles else None

    def _run_id(self, name: str) -> str:
        """What is called so: the run that a variable holds, unless a run has the name for its id."""
        held = self.shell.user_ns.get(name)
        return held.run_id if name not in self.handles and isinstance(held, RunHandle | Run) else name

    # -- definitions -------------------------------------------------------------------------------------------

    def step_of(
        self,
        code: str,
        name: str | None = None,
        *,
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
    ) -> CellStep:
        """Make a step of a cell's code; it becomes the notebook's variable of its name. Raises `UsageError`.

        ``inputs`` and ``outputs`` are None for all of the code's free names, and all that it assigns.
        """
        found = cell_step(self.shell.transform_cell(code), name, inputs, outputs, self.shell.user_ns)
        found.made(self.shell)
        return found

    def variables(self) -> list[str]:
        """The names of the notebook's own variables, without what IPython keeps among them."""
        hidden = self.shell.user_ns_hidden
        named = list(self.shell.user_ns.items())
        return [name for name, value in named if not name.startswith("_") and hidden.get(name) is not value]

    # -- breakpoints -------------------------------------------------------------------------------------------

    def breakpoint(self, text: str, flows: Iterable[Flow]) -> Breakpoint:
        """What ``STEP[:after|:error][ if EXPR]`` says; one of ``flows`` must have the step. Raises `UsageError`."""
        found = breakpoint_named(text, self.shell.ev)
        flows = list(flows)
        if not any(targets(flow, found.place) for flow in flows):
            hint = "" if flows else "No workflow is defined yet: run the cell that defines it."
            raise unknown("step", joined(found.place), (joined(at) for flow in flows for at in places(flow)), hint)
        for name in found.condition.variables if found.condition is not None else ():
            if name not in self.shell.user_ns and not hasattr(builtins, name):
                raise unknown("variable", name, [*NAMES, *self.variables()])
        return found

    def break_at(self, text: str) -> Breakpoint:
        """From now on every run pauses there: ``price``, ``ship#3:after if output > 10``, ``fetch:error``."""
        found = self.breakpoint(text, self.definitions.all().values())
        self.breakpoints.add(found)
        self.apply_breakpoints()
        return found

    def apply_breakpoints(self) -> None:
        """Let the runs that go on know of breakpoints that were added or taken back."""
        self.room.post(self._apply_breakpoints)

    # -- in the room -------------------------------------------------------------------------------------------

    def _apply_breakpoints(self) -> None:
        for run_id, handle in list(self.handles.items()):
            followed = handle.followed
            followed.run.stops = self.breakpoints.stops_of(run_id, followed.workflow, followed.snapshot())

    async def known(self, run: Run) -> RunHandle:
        """The handle of a run; there is one for each."""
        handle = self.handles.get(run.run_id)
        if handle is not None:
            handle.followed.replace(run)
            return handle
        followed = Followed(run, self.room.runtime.log_of(run.run_id))
        await followed.refresh()
        views = Views(followed, self.room.loop, self.preferences.flush_rate, renews=self.in_kernel)
        return RunHandle(self, followed, views)

    def register(self, flows: Iterable[Flow]) -> None:
        """Let the runtime know these definitions, and let runs that rest go on by them."""
        runtime = self.room.runtime
        runtime.register(*flows)
        for handle in list(self.handles.values()):
            followed = handle.followed
            latest = runtime.workflows.get(followed.workflow.id)
            if latest is not None and latest is not followed.workflow and not followed.is_active:
                followed.replace(runtime.create_run(latest, run_id=followed.run_id))
                handle.views.redraw()

    def renew(self, handle: RunHandle) -> None:
        """Let the run go on by the present definition. Raises `UsageError` if its steps do not fit together now."""
        flow = self.definitions.present_by_id(handle.workflow_id)
        if flow is not None:
            self.register([flow])

    async def fresh_id(self, workflow: Workflow[Any, Any]) -> str:
        """An id for a new run that no stored run has: short enough to be typed."""
        runtime, number = self.room.runtime, 0
        await runtime.open()
        while True:
            number += 1
            run_id = f"run-{number}" if self.preferences.deterministic else _named_after(workflow)
            if await runtime.store.summary(run_id) is None:
                return run_id

    def _stay_in_this_cell(self) -> None:
        """Pin this task, and all that is begun in it, to the cell whose command it carries out.

        Kernels to come may not let a thread inherit that from the cell's context.
        """
        parent, pin = self.pins.here(), getattr(self.shell, "set_thread_parent", None)
        if parent is not None and pin is not None:
            pin(parent)

    # -- views -------------------------------------------------------------------------------------------------

    @property
    def in_kernel(self) -> bool:
        """Whether a kernel shows what is displayed, and can show it anew; a terminal cannot."""
        return getattr(self.shell, "kernel", None) is not None

    def present(self, handle: RunHandle, *, again: bool = False) -> None:
        """Show the run here; a line of text does where it is shown already, unless ``again``."""
        self._presented = (self.shell.execution_count, handle.run_id)
        if handle.views and not again:
            ending = ", being canceled" if handle.followed.is_active and handle.followed.snapshot().canceling else ""
            self.say(f"{handle.workflow_id} {handle.run_id}: {handle.status}{ending}")
            return
        display = self.preferences.display if self.in_kernel else "text"
        shown = shown_as(display, RunSource(handle.followed, self.clicks), sets_out=self.in_kernel and not again)
        shown.display()
        self.room.post(lambda: handle.views.add(shown))

    def was_presented(self, handle: RunHandle) -> bool:
        """Whether a command of this very cell has shown the run already; its value need not be shown again."""
        presented, self._presented = self._presented, None
        return presented == (self.shell.execution_count, handle.run_id)

    def hush(self, handle: RunHandle) -> None:
        """The command was asked to show nothing."""
        self._presented = (self.shell.execution_count, handle.run_id)

    def say(self, text: str) -> None:
        """A line of text in the cell that is being run."""
        sys.stdout.write(text + "\n")

    # -- the store ---------------------------------------------------------------------------------------------

    def change_store(self, path: str | os.PathLike[str]) -> None:
        """Use another store from now on. Raises `StillRunning` while runs go on here, and what it raises itself."""
        self.room.call(self._change_store(path))
        self.handles.clear()

    async def _change_store(self, path: str | os.PathLike[str]) -> None:
        drive_of = self.room.runtime.drive_of
        going = [run_id for run_id in list(self.handles) if drive_of(run_id) is not None]
        if going:
            raise StillRunning(f"{', '.join(going)} still goes on: wait for it, or pause or cancel it, first.")
        await self.room.change_store(path)

    def close(self) -> None:
        """Let everything go; runs that go on can be taken up elsewhere, or here after loading again."""
        self.room.close()
        self.complaints.leave()


def _named_after(workflow: Workflow[Any, Any]) -> str:
    return f"{workflow.id[:_ID_LENGTH]}-{secrets.token_hex(3)}"
