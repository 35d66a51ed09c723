"""Control: what every operation on a run needs, and the one way to claim it.

A claim is made by appending it. Of any number of callers exactly one append succeeds; the others find out why
theirs did not, and nothing has changed.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from typing import Any, Protocol

from playhead.definition.workflow import Workflow
from playhead.engines import leases
from playhead.engines.driver import Driver
from playhead.engines.pace import Pace, Stops
from playhead.engines.port import Environment
from playhead.errors import DefinitionChanged, Issue, NoSuchRun, RequestInvalid, StillRunning, StoreConflict
from playhead.machine.events import NOTHING, Path
from playhead.machine.snapshot import ACTIVE, Snapshot, Status
from playhead.runs.claims import Draft
from playhead.runs.drives import Drive, Drives
from playhead.runs.fitting import Fit, fitted
from playhead.stores.log import RunLog
from playhead.tracing import RunSpans, Tracing


class Home(Protocol):
    """The runtime, as far as runs need it."""

    @property
    def env(self) -> Environment: ...
    @property
    def drives(self) -> Drives: ...
    async def open(self) -> Any: ...
    def log_of(self, run_id: str) -> RunLog: ...
    @property
    def tracing(self) -> Tracing: ...


class Control:
    """One run in one runtime."""

    def __init__(
        self,
        home: Home,
        workflow: Workflow[Any, Any],
        run_id: str,
        resource_id: str | None,
        context: contextvars.Context,
        *,
        fresh: bool,
    ) -> None:
        self.home = home
        self.env = home.env
        self.workflow = workflow
        self.run_id = run_id
        self.resource_id = resource_id
        self.context = context
        self.log = home.log_of(run_id)
        self.lock = self.log.command
        self.stops: Stops | None = None
        self._spans: RunSpans | None = None
        self._begun: Drive | None = None
        self._fresh = fresh

    # -- how the run stands ------------------------------------------------------------------------------------

    async def present(self) -> Snapshot:
        """The run as it stands now; a new one if it was never stored."""
        await self.home.open()
        driver = self.driver()
        if driver is not None:
            return driver.snapshot
        if self._fresh:
            return self.log.snapshot
        snapshot = await self.log.refresh()
        self._must_be_ours(snapshot)
        return snapshot

    async def read(self, seq: int | None) -> RunLog:
        """The log as it stands now, with all that came after event ``seq``; None: with what is at hand.

        Raises `TypeError` for what is no number.
        """
        if seq is not None and not isinstance(seq, int):
            raise TypeError(f"An event is named by its number, as in run.history(), not by {seq!r}.")
        await self.present()
        if seq is not None and seq < self.log.start:
            await self.log.whole()
        return self.log

    async def since(self, after: int) -> RunLog:
        """The same, for who wants the events after that one. Raises `ValueError` below 0."""
        log = await self.read(after)
        if after < 0:
            raise ValueError(f"after is {after}; give the number of an event, or 0 for the whole log.")
        return log

    async def stored(self) -> Snapshot:
        """The run as it stands now. Raises `NoSuchRun` if it was never stored."""
        snapshot = await self.present()
        if not self.log.exists:
            raise NoSuchRun(f"There is no run {self.run_id!r} in {self.env.store.name}: start it first.")
        return snapshot

    def seen_waiting(self) -> Snapshot | None:
        """The run as it was last seen here, if it waited for an answer; it may have got one elsewhere since."""
        snapshot = self.log.snapshot
        if snapshot.status is not Status.SUSPENDED:
            return None
        self._must_be_ours(snapshot)
        return snapshot

    def _must_be_ours(self, snapshot: Snapshot) -> None:
        if not self.log.exists:
            return
        if snapshot.workflow_id != self.workflow.id:
            raise DefinitionChanged(
                f"Run {self.run_id!r} belongs to workflow {snapshot.workflow_id!r}, not to {self.workflow.id!r}."
            )
        if self.resource_id is not None and snapshot.resource_id != self.resource_id:
            raise DefinitionChanged(
                f"Run {self.run_id!r} belongs to resource {snapshot.resource_id!r}, not to {self.resource_id!r}."
            )

    def driver(self) -> Driver | None:
        """Who drives the run in this process; None if it rests or is driven elsewhere."""
        found = self.home.drives.of(self.run_id)
        if found is None or not found.driver.is_claimed or found.driver.snapshot.status not in ACTIVE:
            return None
        return found.driver

    async def is_held(self, snapshot: Snapshot) -> bool:
        """Whether somebody drives the run, here or elsewhere."""
        if self.driver() is not None:
            return True
        if snapshot.owner == self.env.owner:  # claimed by us, and the answer, or the driver, was lost
            return False
        return await leases.is_held(self.env.store, snapshot, self.env.clock, self.env.lease)

    async def fitted(self, snapshot: Snapshot, accept_changes: bool = False) -> Fit:
        """The run as it stands in the workflow as it is now. Raises `DefinitionChanged` if that is not accepted."""
        return await fitted(self.workflow, snapshot, self.env.store, accept_changes=accept_changes)

    # -- claiming and driving ----------------------------------------------------------------------------------

    def draft(self, snapshot: Snapshot) -> Draft:
        """Events to be appended after ``snapshot``, now."""
        return Draft(snapshot, self.env.clock.now())

    async def append(self, draft: Draft) -> bool:
        """Append; False, and the log read anew, if somebody else was first."""
        try:
            await self.log.append(draft.news)
        except StoreConflict:
            await self.log.refresh()
            return False
        self._fresh = False
        return True

    async def claim(self, draft: Draft, steps: int | None = None, **options: Any) -> None:
        """`drive`. Raises `StillRunning` if somebody else was first."""
        if not await self.drive(draft, steps, **options):
            raise self.overtaken()

    def overtaken(self) -> StillRunning:
        """What to say when somebody else was first."""
        return StillRunning(f"Run {self.run_id!r} was taken up by somebody else just now.")

    def ownership(self, fit: Fit) -> dict[str, Any]:
        """Event data by which the run is ours from here on: who drives it, by which definition, in which trace."""
        fit.tell()
        snapshot = fit.snapshot
        spans = self.home.tracing.begin(snapshot, self.workflow.id, self.run_id, self.env.clock.now())
        self._spans = spans
        joins = None if spans is None or snapshot.trace is not None else spans.origin
        return {"owner": self.env.owner, "trace": joins, **fit.data}

    async def settled(self) -> None:
        """Wait for a driver of ours that has come to rest to finish its callbacks."""
        found = self.home.drives.of(self.run_id)
        if found is not None and found.driver.snapshot.status not in ACTIVE:
            await asyncio.wait([found.task])

    async def drive(
        self,
        draft: Draft,
        steps: int | None = None,
        *,
        request: Mapping[str, Any] = NOTHING,
        passing: frozenset[Path] = frozenset(),
    ) -> bool:
        """Claim the run with ``draft`` and drive it, ``steps`` leaves or freely; ``request`` may have unstored keys.

        The claim is one commit with what is decided because of it. False, and the log read anew, if somebody else
        was first.
        """
        found = self.home.drives.of(self.run_id)
        if found is not None:
            await self.settled()
        pace, spans = Pace(steps, self.stops, passing), self._spans
        self._spans = None
        drives = self.home.drives
        try:
            self._begun = await drives.begin(self.workflow, self.log, draft.news, pace, self.context, spans, request)
        except StoreConflict:
            await self.log.refresh()
            return False
        self._fresh = False
        return True

    async def rest(self) -> None:
        """Wait until the run rests, whoever drives it, and whoever takes it over. Raises what stopped our driver."""
        driving = self.home.drives.of(self.run_id) or self._begun  # it may have been stopped before anybody waits
        self._begun = None
        if driving is not None:
            await driving.over()
        else:
            await self.present()
        while self.log.snapshot.status in ACTIVE:
            await self.log.changed(self.log.snapshot.seq, elsewhere=True)

    # -- request context ---------------------------------------------------------------------------------------

    def keep_transient(self, request: Mapping[str, Any]) -> None:
        """Remember the keys that are never stored."""
        self.home.drives.remember(self.run_id, request)

    def must_have_transient(self, snapshot: Snapshot, request: Mapping[str, Any]) -> None:
        """Raises `RequestInvalid` if keys that are never stored were given at the start and are missing now."""
        if not snapshot.transient:
            return
        known = {**self.home.drives.transient.get(self.run_id, {}), **request}
        missing = [key for key in snapshot.transient if key not in known]
        if missing:
            raise RequestInvalid([Issue((key,), "is never stored: give it again with request=") for key in missing])

    def storable(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The keys that may be stored."""
        return {key: value for key, value in request.items() if key not in self.env.transient}
