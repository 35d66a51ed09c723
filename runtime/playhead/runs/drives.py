"""Drives: the runs that this process drives, each by a driver in a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final, Literal

from playhead.definition.workflow import Workflow
from playhead.engines import leases
from playhead.engines.direct import Direct
from playhead.engines.driver import Driver, Fenced
from playhead.engines.evented import Evented
from playhead.engines.flights import Turns
from playhead.engines.pace import Pace
from playhead.engines.port import Environment
from playhead.errors import StoreError
from playhead.machine.fold import News
from playhead.machine.snapshot import ACTIVE, FINAL
from playhead.stores.log import RunLog
from playhead.tracing import RunSpans

_log = logging.getLogger("playhead")

#: Seconds a run may go before somebody watches the store for it and renews its lease (most runs are over by then), or
#: until it is tried again after the store refused.
WATCH_DELAY = 0.25
#: Seconds between two looks at what others have appended. The driver's own appends end a wait on the store too: to
#: look after each of them would cost a run as much again.
WATCH_PAUSE = 0.05
#: Seconds of one wait on the store.
WATCH_TIMEOUT = 5.0

_EVENTED: Final = Evented()  # one for all runs: it keeps nothing


class Drive:
    """A run that is driven here: by a driver, in a task of its own, with helpers if it lasts."""

    __slots__ = ("_waiters", "driver", "error", "helpers", "is_known", "task")

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.task: asyncio.Task[None]
        self.error: Exception | None = None
        self.is_known = False
        self.helpers: tuple[asyncio.Task[None], ...] = ()
        self._waiters: list[asyncio.Future[None]] = []

    async def over(self) -> None:
        """Return when it is over, or raise what ended it. To give up waiting changes nothing."""
        while not self.task.done():
            waiter: asyncio.Future[None] = self.task.get_loop().create_future()  # which no other loop can wait for
            self._waiters.append(waiter)
            await waiter
        if self.error is not None:
            raise self.error
        self.task.result()  # it may have been cancelled

    def nearly_over(self) -> None:
        """Wake who waits for it: when its task is about to end, that takes no turn of the event loop more."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():  # given up
                waiter.set_result(None)


class Drives:
    """The drivers of one runtime, with what is remembered of a run from one drive to the next.

    ``transient`` holds, by run, the keys of its request context that are never stored; ``paces`` how fast it may go.
    """

    def __init__(self, env: Environment, engine: Literal["evented", "direct"]) -> None:
        self.transient: dict[str, dict[str, Any]] = {}
        self.paces: dict[str, Pace] = {}
        self._env = env
        self._engine = engine
        self._found: dict[str, Drive] = {}
        self._helpers: set[asyncio.Task[None]] = set()
        self._looking: asyncio.AbstractEventLoop | None = None
        self._turns: Turns | None = None

    def of(self, run_id: str) -> Drive | None:
        """The drive of the run here; None if there is none."""
        return self._found.get(run_id)

    async def begin(
        self,
        workflow: Workflow[Any, Any],
        log: RunLog,
        claim: News,
        pace: Pace,
        context: contextvars.Context,
        spans: RunSpans | None,
        request: Mapping[str, Any],
    ) -> Drive:
        """Claim the run, and drive it; returns when the claim is in the log, with what could be decided at once.

        Raises `StoreConflict` if somebody else was first, and what else the store raises; then nothing has changed.
        """
        self._env.runtime.must_be_here()
        loop = asyncio.get_running_loop()
        if self._turns is None or self._turns.loop is not loop:
            self._turns = Turns(loop)
        transient = {**self.transient.get(log.run_id, {}), **self._unstored(request)} if self._env.transient else {}
        engine = _EVENTED if self._engine == "evented" else Direct()
        drive = Drive(
            Driver(
                self._env,
                engine,
                workflow,
                log,
                claim,
                self._turns,
                pace=pace,
                transient=transient,
                context=context,
                spans=spans,
            )
        )
        if spans is not None:
            spans.follow(log)
        self.paces[log.run_id] = pace
        drive.task = loop.create_task(self._carry(drive), context=context)
        self._found[log.run_id] = drive
        await drive.driver.claimed
        return drive

    async def stop(self) -> None:
        """Leave every run where it is: nothing is recorded for what is in flight."""
        found = list(self._found.values())
        for drive in found:
            drive.driver.stop()
        # A claim on its way to the store is not waited for: whoever asked for it does that.
        await asyncio.gather(*(drive.task for drive in found if drive.driver.is_claimed), return_exceptions=True)
        for helper in list(self._helpers):
            helper.cancel()
        await asyncio.gather(*self._helpers, return_exceptions=True)

    async def _carry(self, drive: Drive) -> None:
        driver = drive.driver
        try:
            await driver.drive(partial(self._claimed, drive), drive.nearly_over)
            if _is_unwanted(driver):
                await self._env.store.delete(driver.log.run_id)
            elif driver.log.wants_point:
                await driver.log.compact()
        except Fenced as fenced:
            _log.warning("%s", fenced)
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever waits for the drive is told
            drive.error = error
        finally:
            for helper in drive.helpers:
                helper.cancel()
            self._let_go(driver)
            try:
                if driver.snapshot.status in ACTIVE and driver.is_claimed:
                    with contextlib.suppress(Exception):  # the store may be gone; the lease then runs out by itself
                        await leases.release(self._env.store, driver.log.run_id, self._env.owner)
            finally:  # also if that is cancelled: nobody may be left waiting
                drive.nearly_over()

    def _claimed(self, drive: Drive) -> None:
        """The run is ours; there may be nobody left who waits for that."""
        driver = drive.driver
        if driver.transient:
            self.transient[driver.log.run_id] = driver.transient
        self._look_later(drive.task.get_loop())

    def _let_go(self, driver: Driver) -> None:
        """Hold nothing in memory for a run that has ended, but keys that time travel would need again."""
        run_id = driver.log.run_id
        self._found.pop(run_id, None)
        if driver.spans is not None:
            driver.spans.close(self._env.clock.now())
        if driver.snapshot.status in FINAL:
            self.paces.pop(run_id, None)
            if not driver.transient:
                self.transient.pop(run_id, None)

    # -- helpers -----------------------------------------------------------------------------------------------

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have `_look` called soon; one timer does for all drives of a loop, most of which are over by then."""
        if self._looking is loop:
            return
        self._looking = loop
        # A drive gets helpers at the second look at the latest: well before the first beat of its lease is due.
        pause = min(WATCH_DELAY, self._env.lease / leases.BEATS / 2) / 2
        loop.call_later(pause, self._look, loop, context=contextvars.Context())

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give helpers to the drives that were there at the look before."""
        self._looking = None
        found = [drive for drive in self._found.values() if drive.task.get_loop() is loop]
        alone = [drive for drive in found if drive.driver.is_claimed and not drive.helpers]
        for drive in alone:
            if drive.is_known:
                drive.helpers = (self._help(drive, self._watch_others), self._help(drive, self._keep_lease))
            drive.is_known = True
        if alone:
            self._look_later(loop)

    def _help(self, drive: Drive, work: Callable[[Driver], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        driver = drive.driver
        task = drive.task.get_loop().create_task(work(driver), context=driver.context.copy())
        self._helpers.add(task)
        task.add_done_callback(self._helped)
        return task

    def _helped(self, task: asyncio.Task[None]) -> None:
        self._helpers.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.warning("A helper of the runtime failed: %r", task.exception())

    async def _keep_lease(self, driver: Driver) -> None:
        env = self._env
        await leases.keep(env.store, driver.log.run_id, env.owner, env.clock, env.lease, driver.catch_up)

    async def _watch_others(self, driver: Driver) -> None:
        """Notice answers, cancels and takeovers that other processes append."""
        store = self._env.store
        while True:
            with contextlib.suppress(StoreError):  # busy, or full: whoever appends is told; we look again
                while await driver.catch_up():
                    await asyncio.sleep(WATCH_PAUSE)
                    await store.wait(driver.log.run_id, driver.log.saved, WATCH_TIMEOUT)
                return
            await asyncio.sleep(WATCH_DELAY)

    # -- request context ---------------------------------------------------------------------------------------

    def remember(self, run_id: str, request: Mapping[str, Any]) -> None:
        """Keep the keys of a request context that are never stored."""
        self.transient.setdefault(run_id, {}).update(self._unstored(request))

    def _unstored(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {key: request[key] for key in self._env.transient & request.keys()}


def _is_unwanted(driver: Driver) -> bool:
    """Whether the workflow keeps none that ended like this run."""
    keep, status = driver.workflow.keep, driver.snapshot.status
    return keep is not None and status in FINAL and status not in keep
