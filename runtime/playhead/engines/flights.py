"""Flights: what is under way in a run, each thing at its path, in a task of its own.

Where one thing follows alone on another, and there is nothing to wait for in between but the commit, it may be done in
the same task: nobody can tell the difference, and a step costs half as much.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from playhead.engines.call import CURRENT_CALL, Call
from playhead.machine.events import Path
from playhead.machine.snapshot import Status

if TYPE_CHECKING:
    from playhead.engines.driver import Driver

#: Makes the coroutine that is to be run, when it is to be run.
Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

#: Seconds for which a run may go from one thing to the next within one turn of the event loop; then others have theirs.
SLICE = 0.002


@dataclass(slots=True, eq=False)
class Flight:
    """Something under way at a path. With a ``call`` it runs code of the user's step, and has ``grace`` seconds to end.

    ``task`` is None between the decision and its commit.
    """

    path: Path
    work: Work
    call: Call | None
    grace: float | None
    task: asyncio.Task[None] | None = None


class Turns:
    """The turns of one event loop, counted as long as somebody asks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._number = 0
        self._is_counting = False

    def present(self) -> int:
        """The number of this turn."""
        if not self._is_counting:
            self._is_counting = True
            self.loop.call_soon(self._next)
        return self._number

    def _next(self) -> None:
        self._number += 1
        self._is_counting = False


class Flights:
    """What is under way in one run; at most one thing at a path."""

    def __init__(self, turns: Turns) -> None:
        self.items: dict[Path, Flight] = {}
        self.launched = 0
        self._waiting: list[Flight] = []
        self._turns = turns
        self._loop = turns.loop
        self._turn = -1
        self._until = 0.0

    def launch(self, path: Path, work: Work, call: Call | None = None, grace: float | None = None) -> None:
        """Have ``work`` done once what was recorded is committed; until it is over, it is under way at ``path``."""
        flight = self.items[path] = Flight(path, work, call, grace)
        self._waiting.append(flight)
        self.launched += 1

    def start(self, driver: Driver) -> None:
        """Begin what was launched: what was recorded is committed."""
        waiting, self._waiting = self._waiting, []
        for flight in waiting:
            if driver.snapshot.canceling and flight.call is not None and not driver.is_open(flight.path):  # withdrawn
                self.release(flight.path)
                driver.wake()
                continue
            # Each task gets a copy of the run's context, so that prints of all steps find the cell that began it.
            context = driver.context.copy()
            if driver.spans is not None:
                context.run(driver.spans.enter, flight.path)
            flight.task = self._loop.create_task(self._fly(driver, flight), context=context)

    async def _fly(self, driver: Driver, flight: Flight) -> None:
        following: Flight | None = flight
        while following is not None:
            flight = following
            CURRENT_CALL.set(flight.call)
            before = contextvars.copy_context()
            try:
                await flight.work()
            except BaseException as error:
                self._over(driver, flight)
                if not isinstance(error, Exception):
                    raise
                driver.crash(error)
                return
            if self.items.get(flight.path) is flight:
                del self.items[flight.path]
            if self.items:  # nothing can follow alone
                driver.wake()
                return
            if not await driver.carry_on():
                return
            is_as_new = driver.spans is None and _is_as_before(flight.task, before)
            following = self._next(driver, flight, is_as_new and self._has_time())

    def _over(self, driver: Driver, flight: Flight) -> None:
        if self.items.get(flight.path) is flight:
            del self.items[flight.path]
        driver.wake()

    def _next(self, driver: Driver, flight: Flight, may_follow: bool) -> Flight | None:
        """What is to be done in the task of ``flight``, which is over; what else follows begins in tasks of its own."""
        if may_follow and len(self._waiting) == 1 and not driver.snapshot.canceling:
            following = self._waiting.pop()
            following.task = flight.task
            return following
        self.start(driver)
        return None

    def _has_time(self) -> bool:
        """Whether the loop may be held up longer; wherever something is waited for, it turns, and all begins anew."""
        now, turn = self._loop.time(), self._turns.present()
        if turn != self._turn:
            self._turn, self._until = turn, now + SLICE
        return now < self._until

    def release(self, path: Path) -> None:
        """Nothing is under way at ``path`` any more: it ends with what is being recorded."""
        self.items.pop(path, None)

    # -- ending early ------------------------------------------------------------------------------------------

    def grant_grace(self, driver: Driver, seconds: float) -> None:
        """Cancel everything: bodies after their grace, or else so many seconds; the rest at once."""
        for flight in self.items.values():
            grace = flight.grace if flight.grace is not None else seconds
            self._loop.call_later(grace if flight.call is not None else 0, self._cancel, driver, flight)

    def give_up_waits(self, driver: Driver) -> None:
        """Cancel what merely waits: sleeps, and the delays before retries."""
        busy = driver.snapshot.busy
        for path, flight in self.items.items():
            if flight.call is None and busy.get(path) is Status.WAITING:
                self._cancel(driver, flight)

    async def abandon(self, driver: Driver, grace: float | None) -> None:
        """Cancel everything, after so many seconds of grace if any, and wait until it is over."""
        flights = list(self.items.values())
        tasks = [flight.task for flight in flights if flight.task is not None]
        if tasks and grace is not None:
            await asyncio.wait(tasks, timeout=grace)
        for flight in flights:
            self._cancel(driver, flight)
        await asyncio.gather(*tasks, return_exceptions=True)
        self.items.clear()

    def _cancel(self, driver: Driver, flight: Flight) -> None:
        if flight.task is not None and self.items.get(flight.path) is flight:
            # One that is cancelled before it has begun never comes to its own end.
            flight.task.add_done_callback(lambda _: self._over(driver, flight))
            flight.task.cancel()


def _is_as_before(task: asyncio.Task[None] | None, before: contextvars.Context) -> bool:
    """Whether a body that comes after another would find the task as if it were new."""
    return task is not None and not task.cancelling() and contextvars.copy_context() == before
