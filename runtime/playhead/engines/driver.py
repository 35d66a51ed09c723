"""The driver: carries one run from event to event until it comes to rest.

It asks `decide` what could be done, records what begins, commits, starts the bodies, and waits for one of them
to end. `direct` and `evented` differ only in how they commit. What is recorded is folded at once into the
driver's own snapshot; others see it when it is committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any

from playhead.codec.values import load
from playhead.definition.request import RequestContext
from playhead.definition.workflow import Workflow
from playhead.engines.callbacks import run_callbacks
from playhead.engines.cancellation import Cancellation
from playhead.engines.dispatch import take
from playhead.engines.flights import Flights, Turns
from playhead.engines.inputs import Lists
from playhead.engines.pace import Pace
from playhead.engines.port import Commit, Environment, Spans
from playhead.engines.progress import Progress
from playhead.errors import RunInterrupted, StoreConflict
from playhead.machine import events as E
from playhead.machine.decide import Command, decide
from playhead.machine.events import NOTHING, Event, Path
from playhead.machine.fold import News
from playhead.machine.places import body_at
from playhead.machine.rebase import rebased, without_beginnings
from playhead.machine.snapshot import ACTIVE, LEAVES, Record, Snapshot, Status
from playhead.stores.log import RunLog

_log = logging.getLogger("playhead")


class Fenced(Exception):
    """Somebody else has taken the run over; nothing we do counts any more."""


class Driver:
    """Drives one run in this process. Use it on its own event loop only, but for `on_loop`."""

    def __init__(
        self,
        env: Environment,
        engine: Commit,
        workflow: Workflow[Any, Any],
        log: RunLog,
        claim: News,
        turns: Turns,
        *,
        pace: Pace,
        transient: dict[str, Any],
        context: contextvars.Context,
        spans: Spans | None = None,
    ) -> None:
        self.env = env
        self.engine = engine
        self.workflow = workflow
        self.log = log
        self.pace = pace
        self.transient = transient
        self.context = context
        self.spans = spans
        self.snapshot = claim.after
        self.pending = claim
        self.cancellation = Cancellation()
        self.lists = Lists()
        self._progress = Progress()
        self.stopping = False
        self._now = env.clock.now
        self._loop = turns.loop
        self.flights = Flights(turns)
        #: Done when the claim is in the log; an error if it was refused. Whoever gave it up waits for it no longer.
        self.claimed: asyncio.Future[None] = self._loop.create_future()
        self.is_claimed = False
        self._has_news = False
        self._is_carried_on = False
        self._waiter: asyncio.Future[None] | None = None
        self._written: tuple[Future[None], ...] = ()
        self._crash: BaseException | None = None
        self._cancel_seen = False
        self._when_resting: Callable[[], None] | None = None
        self._writable = True

    # -- the loop ----------------------------------------------------------------------------------------------

    async def drive(self, when_claimed: Callable[[], None], when_resting: Callable[[], None]) -> None:
        """Go on until the run rests; ``when_claimed`` is called when the claim is in the log, the other one at the end.

        Raises what the store raises, `Fenced`, and `RunInterrupted` after `stop`.
        """
        self._when_resting = when_resting
        try:
            self._advance()
            await self._claim(when_claimed)
            while True:
                await self._commit()
                self.flights.start(self)
                if not self.flights.items and self.snapshot.status not in ACTIVE and await self._settled():
                    break
                if not self._has_news:
                    self._waiter = self._loop.create_future()
                    await self._waiter
                self._check()
                if self.snapshot.status in ACTIVE:
                    self._advance()
                self._has_news = False
            await run_callbacks(self, self.workflow)
        except BaseException as error:
            await self._abandon()
            if not self.claimed.done():
                self.claimed.set_exception(error)
            raise
        finally:
            self._when_resting = None  # which refers to whoever refers to this driver

    def wake(self) -> None:
        """There is news: decide again."""
        self._has_news = True
        if self._is_carried_on:
            return
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def carry_on(self) -> bool:
        """Something that was under way is over; whether, that being all there was, the next may begin here and now.

        Then it is decided and committed, without `drive` being asked.
        """
        if self.flights.items or self._waiter is None or self._is_carried_on:
            self.wake()
            return False
        self._is_carried_on, self._has_news = True, False
        try:
            self._check()
            self._advance()
            await self._commit()
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever waits for the run is told
            self.crash(error)
        finally:
            self._is_carried_on = False
            if self._has_news or not self.flights.items:
                self.wake()
                if self.snapshot.status not in ACTIVE and self._when_resting is not None:
                    self._when_resting()
        return not self._has_news

    def crash(self, error: BaseException) -> None:
        """End the driving of this run by ``error``."""
        self._crash = error
        self.wake()

    def _check(self) -> None:
        if self._crash is not None:
            raise self._crash
        if self.stopping:
            raise RunInterrupted(
                f"Run {self.log.run_id!r} was interrupted: its runtime was left. Take it up again with run.restart()."
            )

    async def _settled(self) -> bool:
        """Whether the run is at rest in the store too; not so if somebody wrote to the log before it was told."""
        try:
            await self.engine.settle(self.log)
        except StoreConflict:
            await self._rebase(News(self.snapshot))
            return False
        return True

    async def _abandon(self) -> None:
        """Stop every body without recording an end; steps in flight will be run again by whoever restarts."""
        self.stopping = True
        # Bodies that were told of a cancel get their grace all the same.
        await self.flights.abandon(self, self.env.cancel_grace if self.cancellation.is_set() else None)
        for written in self._written:
            written.cancel()
        with contextlib.suppress(Exception):  # the store may be what made us stop
            if self.pending.events and self._writable:
                await self.engine.commit(self.log, self.pending)
            await self.engine.settle(self.log)

    def _advance(self) -> None:
        """Record everything that can be decided now, and queue what is to be started after the commit."""
        if self.snapshot.canceling:
            self._advance_cancel()
        else:
            is_free = self.pace.is_free
            while self._one_round(is_free):
                pass
            if not is_free and self._holds_back():
                self.note(E.RUN_PAUSED)

    def _holds_back(self) -> bool:
        return self.pace.holds_back and not self.flights.items and self.snapshot.status is Status.RUNNING

    def _one_round(self, is_free: bool) -> bool:
        """Whether more may follow at once: from what is recorded, or because only so many may begin at a time."""
        commands: Sequence[Command] = decide(self.workflow, self.snapshot)
        if not is_free:
            commands = self.pace.permitted(commands, self.flights.items, self.snapshot)
        more, before = False, self.flights.launched
        for command in commands:
            more = take(self, command) or more
        more = more or (not is_free and self.flights.launched > before)
        return more and self.snapshot.status in ACTIVE

    # -- recording ---------------------------------------------------------------------------------------------

    def note(self, type: str, path: Path = (), data: Mapping[str, Any] = NOTHING) -> None:
        """Add an event; it counts for our decisions now, and for others once it is committed."""
        # Made in half the time that it takes by its name, two or three times for each step.
        event = tuple.__new__(Event, (self.snapshot.seq + 1, self._now(), type, path, data))
        self.snapshot = self.pending.add(event)

    def record(self, type: str, path: Path = (), data: Mapping[str, Any] = NOTHING) -> None:
        """`note`, for those who are neither deciding nor about to end."""
        self.note(type, path, data)
        self.wake()

    def finish(self, type: str, path: Path, data: dict[str, Any]) -> None:
        """Record how a place ended; for a foreach item, also how far its foreach is."""
        self.flights.release(path)
        self.note(type, path, data)
        record = self.snapshot.records[path]
        if record.index is not None:
            self._tell_progress(record, type)
        if record.kind == "foreach" and record.input is not None:
            self.lists.drop(record.input)
            self._progress.drop(path)

    def _tell_progress(self, item: Record, type: str) -> None:
        progress = self._progress.told(self.snapshot, item, type)
        if progress is not None:
            self.note(E.ITEM_FINISHED, *progress)

    async def _commit(self) -> None:
        while self.pending.events:
            batch, self.pending = self.pending, News(self.snapshot)
            told = len(self._written)
            # Until the store has answered, nothing may be written that stands on this batch.
            self._writable = False
            try:
                await self.engine.commit(self.log, batch)
            except StoreConflict:
                await self._rebase(batch)
            self._writable = True
            if told:  # Until now they stood where `_abandon` finds them: a thread may be waiting for one.
                written, self._written = self._written[:told], self._written[told:]
                for future in written:
                    _is_written(future)

    async def _claim(self, when_claimed: Callable[[], None]) -> None:
        batch, self.pending = self.pending, News(self.snapshot)
        self._writable = False
        await self.log.append(batch)  # whatever the engine: a claim counts when it is in the store
        self.is_claimed = True
        when_claimed()
        self._check()  # whoever left meanwhile is told, and not that it was done
        self._writable = True
        if not self.claimed.done():
            self.claimed.set_result(None)

    async def _rebase(self, batch: News) -> None:
        """Somebody else appended first: lay what we recorded over theirs, unless they have taken over."""
        await self.log.refresh()
        base = self.log.snapshot
        if not self._is_ours(base):
            raise self._fence()
        ours = [*batch.events, *self.pending.events]
        if base.canceling:
            ours = without_beginnings(ours)
        self.pending = News(base, rebased(ours, self.snapshot, base))
        self.snapshot = self.pending.after
        self.wake()

    async def catch_up(self) -> bool:
        """Take in what others have appended: an answer, a cancel, or a takeover. Whether the run is still ours."""
        await self.log.refresh()
        present = self.log.snapshot
        if present is not self.snapshot:
            if not self._is_ours(present):
                self._crash = self._fence()
            elif not self.pending.events and self._writable:
                self.snapshot = present
                self.pending = News(present)
            self.wake()
        return not self.stopping

    def _is_ours(self, present: Snapshot) -> bool:
        return present.owner == self.env.owner and present.status in ACTIVE

    def _fence(self) -> Fenced:
        """From now on nothing is recorded: not even what a body was just about to say."""
        self.stopping, self._writable = True, False
        return Fenced(f"Run {self.log.run_id!r} is driven by somebody else now.")

    # -- what bodies use ---------------------------------------------------------------------------------------

    def on_loop(self, action: Callable[[], None]) -> None:
        """Run ``action`` on the driver's loop: now if we are on it, soon if called from a thread."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is self._loop:
            action()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    def tell(self, type: str, path: Path, data: dict[str, Any], keep: bool, written: Future[None]) -> None:
        """Record, or just show, something a body says; ``written`` is done when it is."""
        if keep and self.is_open(path):
            self.record(type, path, data)
            self._written += (written,)
            return
        if not keep:
            self.log.publish(Event(self.log.snapshot.seq, self.env.clock.now(), type, path, {**data, "live": True}))
        _is_written(written)

    def is_open(self, path: Path) -> bool:
        """Whether the leaf at ``path`` is still ours to record for: a late result of an abandoned body is not."""
        record = self.snapshot.records.get(path)
        return record is not None and record.status is _RUNNING and not self.stopping

    def owner_at(self, scope: Path) -> Workflow[Any, Any]:
        """The workflow open at ``scope``."""
        found = body_at(self.workflow, scope) if scope else self.workflow
        return found if isinstance(found, Workflow) else self.workflow

    def request_parts(self, snapshot: Snapshot) -> tuple[tuple[str, ...], Callable[[str], Any], dict[str, Any]]:
        """What a `RequestContext` is made of: the stored keys, how to read them, and those never stored."""
        stored = snapshot.request
        return tuple(stored), lambda key: load(stored[key]), dict(self.transient)

    def keep_transient(self, request: RequestContext) -> dict[str, Any]:
        """Take the never-stored keys out of what a body touched; the rest may be stored."""
        touched = request.touched()
        for key in self.env.transient & touched.keys():
            self.transient[key] = touched.pop(key)
        for key in self.env.transient & request.deleted():
            self.transient.pop(key, None)
        return touched

    # -- cancelling and stopping -------------------------------------------------------------------------------

    def request_cancel(self) -> None:
        """Cancel the run: bodies are told at once and get their grace; nothing new begins."""
        self.cancellation.set()
        if self.snapshot.status in ACTIVE and not self.snapshot.canceling:
            self.record(E.RUN_CANCELING)

    def request_pause(self) -> None:
        """Begin nothing new; mere waits are given up, to be taken up again later."""
        self.pace.pause()
        self.flights.give_up_waits(self)
        self.wake()

    def stop(self) -> None:
        """The runtime is being left."""
        self.stopping = True
        self.wake()

    def _advance_cancel(self) -> None:
        if not self._cancel_seen:
            self._cancel_seen = True
            self.cancellation.set()
            self.flights.grant_grace(self, self.env.cancel_grace)
        if not self.flights.items and self.snapshot.status in ACTIVE:
            self._close_canceled()
            self.note(E.RUN_CANCELED)

    def _close_canceled(self) -> None:
        """Nothing that was begun stays open: leaves first, then what holds them."""
        open_ = [record for record in self.snapshot.records.values() if record.status in _OPEN]
        for record in sorted(open_, key=lambda record: (-len(record.path), record.kind not in LEAVES, record.order)):
            self.note(E.STEP_CANCELED, record.path)


def _is_written(written: Future[None]) -> None:
    with contextlib.suppress(InvalidStateError):  # the body has given up waiting
        written.set_result(None)


# Looked up once: an enum's members are found by way of its metaclass.
_RUNNING = Status.RUNNING
_OPEN = frozenset({Status.RUNNING, Status.WAITING, Status.SUSPENDED, Status.PENDING})
