"""Appends: what becomes ready to be written within one turn of an event loop shares one commit, whatever its run.

A commit costs far more than a row in it. But to wait for others takes a turn of the loop too, so what a run appends is
committed at once as long as it is alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Sequence
from typing import TypeAlias

from playhead.stores.access import Access, Busy
from playhead.stores.database import Database
from playhead.stores.statements import Append

#: An append, and what is done when it is committed.
Waiting: TypeAlias = tuple[Append, asyncio.Future[None]]
Refusals: TypeAlias = Sequence[Exception | None]


class Appends:
    """The appends to one database, from any number of threads and event loops."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._here = threading.local()

    def add(self, append: Append) -> Awaitable[None] | None:
        """Commit it, together with what else is to be written in this turn of the loop; None if it is done already.

        Raises `StoreConflict`, now or when it is awaited.
        """
        loop = asyncio.get_running_loop()
        turn: Turn | None = getattr(self._here, "turn", None)
        if turn is None or turn.loop is not loop:
            turn = self._here.turn = Turn(loop, self._access)
        if not turn.is_alone(append.run_id):
            return turn.share(append)
        try:
            self._access.change_now(Database.append, append)
        except Busy:
            return self._access.change_much(Database.append, append)
        return None


class Turn:
    """The turns of one event loop, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, access: Access) -> None:
        self.loop = loop
        self._access = access
        self._first: str | None = None
        self._last: str | None = None
        self._has_others = False
        self._is_shared = access.waits_for_disk
        self._waiting: list[Waiting] = []
        self._slow: set[asyncio.Task[None]] = set()

    def is_alone(self, run_id: str) -> bool:
        """Whether the run, which appends now, is the only one in this turn so far, as one was in the turn before."""
        if run_id == self._last and not self._is_shared:
            return True  # nobody has appended since it did
        self._last = run_id
        if self._first is None:
            self._first = run_id
            self.loop.call_soon(self._end)
        elif self._first != run_id:
            self._has_others = True
        return self._first == run_id and not self._is_shared

    def share(self, append: Append) -> asyncio.Future[None]:
        """Have it committed at the end of the turn, with the others."""
        done: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append((append, done))
        return done

    def _end(self) -> None:
        self._is_shared = self._has_others or self._access.waits_for_disk
        self._first, self._has_others = None, False
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._commit(waiting)

    def _commit(self, waiting: Sequence[Waiting]) -> None:
        try:
            _tell(waiting, self._access.change_now(Database.append_all, [append for append, _ in waiting]))
        except Busy:
            task = self.loop.create_task(self._commit_slowly(waiting))
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody may be left waiting
            _tell(waiting, [error] * len(waiting))

    async def _commit_slowly(self, waiting: Sequence[Waiting]) -> None:
        try:
            _tell(waiting, await self._access.change_much(Database.append_all, [append for append, _ in waiting]))
        except Exception as error:  # noqa: BLE001  # as above
            _tell(waiting, [error] * len(waiting))
        finally:
            for _, done in waiting:
                done.cancel()  # does nothing to those who were told


def _tell(waiting: Sequence[Waiting], refusals: Refusals) -> None:
    for (_, done), refusal in zip(waiting, refusals, strict=True):
        if done.done():  # whoever waited was cancelled
            continue
        if refusal is None:
            done.set_result(None)
        else:
            done.set_exception(refusal)
