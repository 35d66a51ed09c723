"""Following: a run of the engine room, as everybody outside may see it at any moment, on any thread."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import contextvars
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from playhead.definition.workflow import Workflow
from playhead.errors import StoreError
from playhead.machine.events import Event
from playhead.machine.snapshot import ACTIVE, Snapshot
from playhead.results import RunResult
from playhead.runs.run import Run
from playhead.stores.log import RunLog

Listener: TypeAlias = Callable[[Sequence[Event]], None]


class Followed:
    """One run with what is known of it here. Made in the room; `snapshot` and `events` may be read anywhere.

    A log only grows, and a snapshot never changes: whoever reads them needs no lock.
    """

    def __init__(self, run: Run, log: RunLog) -> None:
        self.run = run
        self.log = log
        #: What the run's steps are begun in: that of the cell that made it known.
        self.context = contextvars.copy_context()
        self.listeners: list[Listener] = []
        self._latest = log.snapshot
        self._stop = log.listen(self._arrived)
        self._elsewhere: asyncio.Task[None] | None = None

    # -- anywhere ----------------------------------------------------------------------------------------------

    @property
    def run_id(self) -> str:
        return self.run.run_id

    @property
    def workflow(self) -> Workflow[Any, Any]:
        """The definition that the run goes by now."""
        return self.run.workflow

    @property
    def is_active(self) -> bool:
        """Whether it is being driven, as far as is known."""
        return self._latest.status in ACTIVE

    def snapshot(self, at: int | None = None) -> Snapshot:
        """The run after event ``at``; None, or a moment that is still to come: as far as it is known."""
        latest = self._latest
        return latest if at is None or at >= latest.seq else self.log.at(max(at, 0))

    def events(self, after: int = 0) -> Sequence[Event]:
        """The events after that one."""
        until = self._latest.seq
        return self.log.events[bisect.bisect_right(self.log.events, after, key=_seq) : until]

    def result(self, at: int | None = None) -> RunResult:
        """The run as it stood after event ``at``; None: as far as it is known."""
        return RunResult(self.workflow, self.snapshot(at))

    # -- in the room -------------------------------------------------------------------------------------------

    def replace(self, run: Run) -> None:
        """Go on with the run by another definition: its cell was run again."""
        self.run = run

    async def refresh(self) -> Snapshot:
        """Read what other processes have appended."""
        snapshot = (await self.run.snapshot()).seq
        await self.log.whole()  # people go to any moment, on threads that cannot wait for it
        if snapshot != self._latest.seq:
            self._latest = self.log.snapshot
        return self._latest

    async def rest(self) -> RunResult:
        """Wait until the run rests. Raises what stopped it, such as a store that refuses."""
        await self.run.wait()
        self._latest = self.log.snapshot
        return self.result()

    def watch_elsewhere(self) -> None:
        """Look at what another process makes of the run, until it rests."""
        if self._elsewhere is None or self._elsewhere.done():
            self._elsewhere = asyncio.get_running_loop().create_task(self._follow())

    def leave(self) -> None:
        """Follow no longer."""
        self._stop()
        if self._elsewhere is not None:
            self._elsewhere.cancel()

    async def _follow(self) -> None:
        # A store that was left, or cannot be read, is told to whoever asks for the run.
        with contextlib.suppress(StoreError):
            while self.log.snapshot.status in ACTIVE:
                await self.log.changed(self.log.snapshot.seq, elsewhere=True)

    def _arrived(self, events: Sequence[Event]) -> None:
        self._latest = self.log.snapshot
        for listener in list(self.listeners):
            listener(events)


def _seq(event: Event) -> int:
    return event.seq
