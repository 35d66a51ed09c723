"""An event loop without time: nothing is waited for, and of all that is ready a seed picks what is next.

Whatever one loop does in some order that the machine happens to give, this one does in any order at all, and in
the same order again for the same seed. When nothing is ready, its clock jumps to the next timer.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

from playhead.engines.effects import Clock

T = TypeVar("T")

START = 1_750_000_000.0
"""Seconds since 1970 at which a virtual clock begins."""

CALLBACKS = 100_000
"""Callbacks after which a loop counts as stuck: far more than any program of these tests needs."""


class Stuck(Exception):
    """What was to be run will never end."""


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs one coroutine to its end. Bodies of plain functions are callbacks too: there are no threads."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(repr(seed))
        self.order: list[int] = []
        self._now = 0.0
        self._ready: list[asyncio.Handle] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._fault: BaseException | None = None

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of ``main``. Raises `Stuck`, or AssertionError if it left tasks running."""
        asyncio._set_running_loop(self)  # for those who implement loops, says its documentation
        try:
            task = self.create_task(main)
            while not task.done():
                self._turn()
                if self._fault is not None:
                    raise self._fault
            result = task.result()
            left = [other for other in asyncio.all_tasks(self) if not other.done()]
            assert left == [], f"tasks were left running: {left}"
            return result
        finally:
            self._end_what_is_left()
            asyncio._set_running_loop(None)

    def _end_what_is_left(self) -> None:
        """After a failure: a task that is only dropped would be complained of in the middle of some other test."""
        left = asyncio.all_tasks(self)
        if left:
            self.order.clear()  # also of a loop that was stopped for being stuck
        for task in left:
            task.cancel()
        while self._ready and not all(task.done() for task in left):
            self._turn()

    def _turn(self) -> None:
        if not self._ready:
            self._jump()
        chosen = self.random.randrange(len(self._ready))
        self.order.append(chosen)
        if len(self.order) > CALLBACKS:
            raise Stuck(f"{CALLBACKS} callbacks, and no end: {asyncio.all_tasks(self)}")
        self._ready[chosen], self._ready[-1] = self._ready[-1], self._ready[chosen]
        handle = self._ready.pop()
        if not handle.cancelled():
            handle._run()

    def _jump(self) -> None:
        """To the next timer, and all that are due with it."""
        while self._timers and not self._ready:
            self._now = max(self._now, self._timers[0].when())
            while self._timers and self._timers[0].when() <= self._now:
                timer = heapq.heappop(self._timers)
                if not timer.cancelled():
                    self._ready.append(timer)
        if not self._ready:
            raise Stuck(f"nothing is ready, and nothing will be: {asyncio.all_tasks(self)}")

    # -- what asyncio asks of a loop ---------------------------------------------------------------------------

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # there is one thread only

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is passed over when it is due."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coroutine: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        return asyncio.Task(coroutine, loop=self, name=name, context=context)

    def run_in_executor(self, executor: Any, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        future = self.create_future()
        self.call_later(self.random.random(), _call, future, function, *args)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._fault = context.get("exception") or Stuck(str(context))

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def get_debug(self) -> bool:
        return False


def _call(future: asyncio.Future[Any], function: Callable[..., Any], *args: Any) -> None:
    if future.cancelled():
        return
    try:
        future.set_result(function(*args))
    except BaseException as error:
        future.set_exception(error)


class VirtualClock(Clock):
    """The time of the virtual loop that is running."""

    def now(self) -> float:
        return START + asyncio.get_running_loop().time()
