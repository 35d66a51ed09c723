"""Views are told what is new: soon after it happened, and no more often than people can see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from playhead.machine.events import Event
from playhead.machine.snapshot import Snapshot, Status
from playhead_kernel.viewing import Shown, Views
from tests.properties.virtual_loop import VirtualLoop

RATE = 20.0  # times per second
PERIOD = 1 / RATE


class Run:
    """A run that somebody follows: events are put in by hand."""

    run_id = "r"

    def __init__(self) -> None:
        self.listeners: list[Callable[[list[Event]], None]] = []
        self.times: list[float] = []
        self.status = Status.RUNNING

    def snapshot(self) -> Snapshot:
        return Snapshot("r", seq=len(self.times), status=self.status)

    def happens(self, status: Status = Status.RUNNING) -> None:
        """One more event, now."""
        self.status = status
        self.times.append(asyncio.get_running_loop().time())
        self._tell({})

    def shows(self) -> None:
        """Something that is shown to those who listen, and kept nowhere."""
        self._tell({"live": True})

    def _tell(self, data: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener([Event(len(self.times), 0.0, "step-succeeded", ("a",), data)])


class Screen:
    """A player that notes when it was told, and of which event."""

    def __init__(self, run: Run, fault: Exception | None = None) -> None:
        self.run = run
        self.fault = fault
        self.told: list[tuple[float, int]] = []
        self.finished = 0

    def update(self) -> None:
        self.told.append((asyncio.get_running_loop().time(), self.run.snapshot().seq))
        if self.fault is not None:
            raise self.fault

    def finish(self) -> None:
        self.update()
        self.finished += 1

    def seen(self, event: int) -> float:
        """When it was told of the event."""
        return next(time for time, seq in self.told if seq >= event)


def played(work: Callable[[Run, Views], Coroutine[Any, Any, None]], *faults: Exception | None) -> tuple[Run, Screen]:
    """The run and its last screen after ``work``, and after all that then was to be told."""

    async def main() -> tuple[Run, Screen]:
        run = Run()
        views = Views(run, asyncio.get_running_loop(), RATE, renews=False)  # type: ignore[arg-type]  # all it asks of it
        screens = [Screen(run, fault) for fault in faults or (None,)]
        for screen in screens:
            views.add(Shown(0, lambda: None, screen))
        await work(run, views)
        await asyncio.sleep(2 * PERIOD)
        return run, screens[-1]

    return VirtualLoop(0).run(main())


@pytest.mark.parametrize("between", [0.0001, 0.004, 0.049, 0.051, 0.3])
def test_whatever_happens_is_told_within_one_period(between: float) -> None:
    async def work(run: Run, views: Views) -> None:
        for _ in range(100):
            run.happens()
            await asyncio.sleep(between)

    run, screen = played(work)
    late = [screen.seen(seq) - time for seq, time in enumerate(run.times, start=1)]
    assert max(late) <= PERIOD + 1e-9


def test_a_quick_run_is_told_of_no_more_often_than_the_rate_says() -> None:
    async def work(run: Run, views: Views) -> None:
        for _ in range(5_000):
            run.happens()
            await asyncio.sleep(0.0001)

    run, screen = played(work)
    assert len(screen.told) <= 1 + run.times[-1] * RATE + 1  # one when it is shown, and one after the end
    assert screen.told[-1][1] == 5_000


def test_nothing_is_told_of_what_nobody_keeps() -> None:
    async def work(run: Run, views: Views) -> None:
        run.happens()
        await asyncio.sleep(2 * PERIOD)
        run.shows()

    _, screen = played(work)
    assert [seq for _, seq in screen.told] == [1]


def test_who_waited_for_the_end_finds_it_told_once_and_at_once() -> None:
    async def work(run: Run, views: Views) -> None:
        run.happens()
        run.happens(Status.SUCCESS)
        views.settle()

    run, screen = played(work)
    assert screen.told == [(run.times[-1], 2)]
    assert screen.finished == 1


def test_the_end_is_told_though_nobody_waits_for_it() -> None:
    async def work(run: Run, views: Views) -> None:
        run.happens()
        await asyncio.sleep(3 * PERIOD)
        run.happens(Status.SUCCESS)

    run, screen = played(work)
    assert screen.told[-1] == (pytest.approx(run.times[-1] + PERIOD), 2)
    assert screen.finished == 1


def test_a_view_that_cannot_be_brought_up_to_date_keeps_no_other_from_it(caplog: pytest.LogCaptureFixture) -> None:
    async def work(run: Run, views: Views) -> None:
        run.happens()

    _, screen = played(work, ValueError("no room"), None)
    assert [seq for _, seq in screen.told] == [1]
    assert "could not be brought up to date" in caplog.text
