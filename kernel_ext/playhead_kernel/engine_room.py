"""The engine room: one thread with an event loop of its own, where every run of this kernel lives.

Cells and widgets only post commands to it. A busy cell does not stop the runs, and a busy run does not stop
the cells; Ctrl-C reaches the cell and never the engine.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path
from typing import Any, Final, TypeVar

from playhead.definition.host import CURRENT
from playhead.errors import WorkflowError
from playhead.runtime import Runtime
from playhead_kernel.daemon_threads import DaemonThreads

T = TypeVar("T")

SLICE: Final = 0.1  # seconds: a Ctrl-C is noticed between two of them, on every kernel
_GRACE: Final = 1.5  # seconds for runs to be let go; Jupyter kills a kernel 2.5 s after it asked it to end
_JOIN: Final = 0.5


class EngineRoom:
    """A thread, its event loop, and the one runtime on it. ``store`` is a folder; it is made when first needed."""

    def __init__(self, store: str | os.PathLike[str]) -> None:
        self.loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = DaemonThreads()
        self.runtime = self._runtime(store)
        # An empty context: what a cell has set must not stick to everything that happens here.
        self._thread = threading.Thread(
            target=contextvars.Context().run, args=(self._main,), name="playhead-engine-room", daemon=True
        )
        self._thread.start()
        _ROOMS.add(self)

    @property
    def is_open(self) -> bool:
        """Whether commands are taken."""
        return not self._closed

    def __repr__(self) -> str:
        return f"<EngineRoom {self.runtime.store.name}{'' if self.is_open else ' (closed)'}>"

    # -- from any thread ---------------------------------------------------------------------------------------

    def submit(self, work: Coroutine[Any, Any, T], *, context: contextvars.Context | None = None) -> Future[T]:
        """Carry out ``work`` in the room, in a copy of the caller's context unless ``context`` is given."""
        if self._closed:
            work.close()
            raise WorkflowError("The engine room is closed: load the extension again with %load_ext playhead.")
        here = (context or contextvars.copy_context()).copy()
        here.run(CURRENT.set, self.runtime)
        return here.run(asyncio.run_coroutine_threadsafe, work, self.loop)

    def post(self, action: Callable[[], object]) -> None:
        """Call ``action`` in the room soon, in no cell's context; it must not block."""
        if not self._closed:
            self.loop.call_soon_threadsafe(action, context=contextvars.Context())

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry out ``work`` in the room and wait for it. Ctrl-C cancels it."""
        return waited_for(self.submit(work))

    def close(self) -> None:
        """Let the runs go, so that they can be taken up elsewhere, and end the thread; takes 2 s at most."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        _ROOMS.discard(self)
        with contextlib.suppress(RuntimeError):  # the loop is gone already: the thread was killed with the process
            self.loop.call_soon_threadsafe(self._leave, context=contextvars.Context())
        self._thread.join(_GRACE + _JOIN)
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- in the room -------------------------------------------------------------------------------------------

    async def aside(self, work: Callable[[], T]) -> T:
        """Do on a thread what takes its time, in the caller's context: every run would wait for it here."""
        return await self.loop.run_in_executor(self._threads, contextvars.copy_context().run, work)

    async def change_store(self, store: str | os.PathLike[str]) -> None:
        """Leave the runtime and open one on another store. Raises what the new store raises, and stays then."""
        new = self._runtime(store)
        new.register(*self.runtime.workflows.values())
        try:
            await new.open()
        except BaseException:
            await new.close()
            raise
        old, self.runtime = self.runtime, new
        await old.close()

    def _runtime(self, store: str | os.PathLike[str]) -> Runtime:
        return Runtime(Path(store), executor=self._threads)

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self._sweep())
            asyncio.set_event_loop(None)
            self.loop.close()

    def _leave(self) -> None:
        task = self.loop.create_task(self._let_go())
        task.add_done_callback(lambda _: self.loop.stop())

    async def _let_go(self) -> None:
        # Whatever goes wrong here, the process must end: a run that was not let go is taken up all the same.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.runtime.close(), _GRACE)

    async def _sweep(self) -> None:
        """End whatever is left, watchers and views, so that nothing complains when the loop is closed."""
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_JOIN) if left else None
        await self.loop.shutdown_asyncgens()


def waited_for(future: Future[T], timeout: float | None = None) -> T:
    """The result, waited for in slices. Raises `TimeoutError` after ``timeout`` seconds; Ctrl-C gives up."""
    left = timeout
    try:
        while not wait([future], SLICE if left is None else min(SLICE, left)).done:
            left = None if left is None else left - SLICE
            if left is not None and left <= 0:
                raise TimeoutError(f"It was not done after {timeout:g} s.")
        return future.result()
    except CancelledError:
        raise WorkflowError("The command was given up: the engine room was closed.") from None
    finally:
        future.cancel()


_ROOMS: weakref.WeakSet[EngineRoom] = weakref.WeakSet()


def _close_all() -> None:
    for room in list(_ROOMS):
        room.close()


# Before the standard executors refuse work, which is before `atexit`; a kernel's store needs one to be closed.
getattr(threading, "_register_atexit", atexit.register)(_close_all)
