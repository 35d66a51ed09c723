"""Flights: what is under way in a run, each thing at its path, in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from playhead.machine.events import Path
from playhead.machine.snapshot import Status

if TYPE_CHECKING:
    from playhead.engines.driver import Driver

#: Makes the coroutine that is to be run, when it is to be run.
Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True, eq=False)
class Flight:
    """Something under way at a path. ``body``: it runs code of the user's step, and has ``grace`` seconds to end.

    ``task`` is None between the decision and its commit.
    """

    path: Path
    work: Work
    body: bool
    grace: float | None
    task: asyncio.Task[None] | None = None


class Flights:
    """What is under way in one run; at most one thing at a path."""

    def __init__(self, driver: Driver) -> None:
        self.items: dict[Path, Flight] = {}
        self.launched = 0
        self._waiting: list[Flight] = []
        self._driver = driver
        self._loop = asyncio.get_running_loop()

    def launch(self, path: Path, work: Work, body: bool = False, grace: float | None = None) -> None:
        """Have ``work`` done once what was recorded is committed; until it is over, it is under way at ``path``."""
        flight = self.items[path] = Flight(path, work, body, grace)
        self._waiting.append(flight)
        self.launched += 1

    def start(self) -> None:
        """Begin what was launched: what was recorded is committed."""
        driver = self._driver
        waiting, self._waiting = self._waiting, []
        for flight in waiting:
            if flight.body and not driver.is_open(flight.path):  # withdrawn: somebody cancelled the run first
                self.release(flight.path)
                driver.wake()
                continue
            # Each task gets a copy of the run's context, so that prints of all steps find the cell that began it.
            context = driver.context.copy()
            if driver.spans is not None:
                context.run(driver.spans.enter, flight.path)
            flight.task = self._loop.create_task(self._fly(flight), context=context)

    async def _fly(self, flight: Flight) -> None:
        try:
            await flight.work()
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever waits for the run is told
            self._driver.crash(error)
        finally:
            self._over(flight)

    def _over(self, flight: Flight) -> None:
        if self.items.get(flight.path) is flight:
            del self.items[flight.path]
        self._driver.landed()

    def release(self, path: Path) -> None:
        """Nothing is under way at ``path`` any more: it ends with what is being recorded."""
        self.items.pop(path, None)

    # -- ending early ------------------------------------------------------------------------------------------

    def grant_grace(self, seconds: float) -> None:
        """Cancel everything: bodies after their grace, or else so many seconds; the rest at once."""
        for flight in self.items.values():
            grace = flight.grace if flight.grace is not None else seconds
            self._loop.call_later(grace if flight.body else 0, self._cancel, flight)

    def give_up_waits(self) -> None:
        """Cancel what merely waits: sleeps, and the delays before retries."""
        busy = self._driver.snapshot.busy
        for path, flight in self.items.items():
            if not flight.body and busy.get(path) is Status.WAITING:
                self._cancel(flight)

    async def abandon(self, grace: float | None) -> None:
        """Cancel everything, after so many seconds of grace if any, and wait until it is over."""
        flights = list(self.items.values())
        tasks = [flight.task for flight in flights if flight.task is not None]
        if tasks and grace is not None:
            await asyncio.wait(tasks, timeout=grace)
        for flight in flights:
            self._cancel(flight)
        await asyncio.gather(*tasks, return_exceptions=True)
        self.items.clear()

    def _cancel(self, flight: Flight) -> None:
        if flight.task is not None:
            # One that is cancelled before it has begun never comes to its own end.
            flight.task.add_done_callback(lambda _: self._over(flight))
            flight.task.cancel()
