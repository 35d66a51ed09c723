"""Clicking: what people do in views, carried out as if it had been said in a cell."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from IPython.core.error import UsageError

from playhead.definition.workflow import Workflow
from playhead.machine.snapshot import Snapshot
from playhead.runs.run import Run
from playhead_kernel import driving
from playhead_kernel.breakpoints import Breakpoints
from playhead_kernel.engine_room import EngineRoom
from playhead_kernel.following import Followed
from playhead_kernel.handle import RunHandle
from playhead_kernel.printing import Pins
from playhead_kernel.viewing import RunSource, shown_as

if TYPE_CHECKING:
    from playhead.runs.changes import StepChange
    from playhead_widgets import Reply
    from playhead_widgets.source import Refuse, Sibling

_Found = TypeVar("_Found")

#: What sets a run going.
_GOING: Final = frozenset({"continue", "step", "resume"})
_LISTED: Final = 50  # other runs to choose from, the newest; any others can be compared by %workflow diff


class Notebook(Protocol):
    """What clicks need of the notebook they happen in."""

    room: EngineRoom
    pins: Pins
    breakpoints: Breakpoints
    handles: dict[str, RunHandle]

    def renew(self, handle: RunHandle) -> None: ...
    def use(self, handle: RunHandle) -> RunHandle: ...
    def known(self, run: Run) -> Coroutine[Any, Any, RunHandle]: ...
    def fresh_id(self, workflow: Workflow[Any, Any]) -> Coroutine[Any, Any, str]: ...


class Clicks:
    """Hands on what is clicked in the notebook's views, and tells them what they ask for; from any thread."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def clicked(self, followed: Followed, name: str, payload: dict[str, Any], reply: Reply) -> None:
        """Somebody clicked in a view."""
        # In the run's own context: a click belongs to no cell, and what the run prints would be shown nowhere.
        self._notebook.room.submit(self._clicked(followed, name, payload, reply), context=followed.context)

    async def _clicked(self, followed: Followed, name: str, payload: dict[str, Any], reply: Reply) -> None:
        try:
            if name == "fork":
                await self._fork(followed, payload, reply)
                return
            if name in _GOING:
                self._set_going(followed)
            await driving.clicked(followed.run, name, payload)
            reply.done()
        except Exception as error:  # noqa: BLE001 - told to the person who clicked
            reply.refused(error)

    def _set_going(self, followed: Followed) -> None:
        """By the present definition, and up to the next breakpoint."""
        notebook, run_id = self._notebook, followed.run_id
        if (handle := notebook.handles.get(run_id)) is not None:
            notebook.renew(handle)
        followed.run.stops = notebook.breakpoints.going(run_id, followed.workflow, followed.snapshot())

    async def _fork(self, followed: Followed, payload: dict[str, Any], reply: Reply) -> None:
        notebook = self._notebook
        run_id = await notebook.fresh_id(followed.workflow)
        changed = {part: payload[part] for part in ("input", "state") if part in payload}
        child = await driving.fork(followed.run, payload["seq"], **changed, run_id=run_id)
        handle = await notebook.known(child)
        notebook.pins.pin(run_id, notebook.pins.of(followed.run_id))
        notebook.use(handle)
        shown = shown_as("auto", RunSource(handle.followed, self))
        handle.views.add(shown)
        reply.forked(run_id, shown.player)

    # -- other runs ----------------------------------------------------------------------------------------------

    def siblings(self, followed: Followed, tell: Callable[[Sequence[Sibling]], None], refuse: Refuse) -> None:
        """Tell a view the other runs of its workflow, the newest first."""
        self._tell(self._siblings(followed), tell, refuse)

    async def _siblings(self, followed: Followed) -> list[Sibling]:
        from playhead_widgets.source import Sibling  # loaded with the view that asks

        page = await self._notebook.room.runtime.runs(workflow=followed.workflow.id, per_page=_LISTED)
        return [
            Sibling(info.run_id, info.status, info.parent and info.parent[0])
            for info in page.items
            if info.run_id != followed.run_id
        ]

    def sibling(self, run_id: str, tell: Callable[[Snapshot], None], refuse: Refuse) -> None:
        """Tell a view how another run stands."""
        self._tell(self._sibling(run_id), tell, refuse)

    async def _sibling(self, run_id: str) -> Snapshot:
        log = await self._notebook.room.runtime.existing(run_id)
        return log.snapshot

    def _tell(self, finding: Coroutine[Any, Any, _Found], tell: Callable[[_Found], None], refuse: Refuse) -> None:
        """Tell what is found, or why it cannot be. The view may work something out of it, such as what is different."""
        room = self._notebook.room

        async def told() -> None:
            try:
                found = await finding
                await room.aside(lambda: tell(found))
            except Exception as error:  # noqa: BLE001 - told to the person who asked
                refuse(error)

        room.submit(told())

    # -- definitions that change -------------------------------------------------------------------------------

    def edits(self, followed: Followed, tell: Callable[[Sequence[StepChange]], None]) -> None:
        """Tell a view what is written differently since its run began."""
        self._notebook.room.submit(self._edits(followed, tell), context=followed.context)

    async def _edits(self, followed: Followed, tell: Callable[[Sequence[StepChange]], None]) -> None:
        self._renew_if_it_fits(followed.run_id)
        tell(await followed.run.changes())

    def look_again(self, *_: object) -> None:
        """After a cell: views of runs that rest show the definitions that are there now."""
        for run_id in [run_id for run_id, handle in self._notebook.handles.items() if handle.views]:
            self._notebook.room.post(partial(self._renew_if_it_fits, run_id))

    def _renew_if_it_fits(self, run_id: str) -> None:
        """What does not fit together is told when the run is to go on; until then it is shown as it was."""
        handle = self._notebook.handles.get(run_id)
        if handle is not None:
            with contextlib.suppress(UsageError):
                self._notebook.renew(handle)
