"""The log of one run: events on top of a store's frames, with the snapshots they fold to.

A fork's log begins with its parent's prefix, which is read through a reference and never copied.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

from playhead.codec.events import decode_event, encode_event, externalise
from playhead.errors import NoSuchRun, StoreConflict
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.fold import Moment, fold, moments
from playhead.machine.rebase import rebased
from playhead.machine.snapshot import Snapshot
from playhead.stores.port import RunSummary, Store

#: Every how many events a snapshot is kept; any moment is then at most this many folds away (microseconds each).
KEEP_EVERY = 32
#: Seconds between looks at the store while following a run that another process drives.
FOLLOW_TIMEOUT = 5.0


class RunLog:
    """Every event of one run that this process has seen, and the snapshot after the last of them."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        self.snapshot = Snapshot(run_id)
        self.events: list[Event] = []
        self._kept: list[Snapshot] = [self.snapshot]
        self._base = 0
        self._saved = 0
        self._chain = b""
        self._unsaved: list[Moment] = []
        self._listeners: set[Callable[[Sequence[Event]], None]] = set()
        self._grew = asyncio.Event()
        # What is being written must not be taken for somebody else's by a reader before it is acknowledged.
        self._turn = asyncio.Lock()

    @property
    def exists(self) -> bool:
        """Whether the run has any event."""
        return bool(self.events)

    @property
    def saved(self) -> int:
        """How many of the run's own events the store is known to have."""
        return self._saved

    # -- reading -----------------------------------------------------------------------------------------------

    async def refresh(self) -> Snapshot:
        """Read what others have appended; the snapshot after it."""
        async with self._turn:
            frames = await self.store.read(self.run_id, self._saved)
            return await self._take_in(frames) if frames else self.snapshot

    async def _take_in(self, frames: Sequence[bytes]) -> Snapshot:
        seen, put_off = self.snapshot, self._take_back()
        fetch = partial(self.store.get_blob, self.run_id)
        arrived = []
        for frame in frames:
            event, self._chain = decode_event(frame, self._chain, fetch)
            if event.type == E.RUN_FORKED and not self.events:
                await self._adopt(event)
            arrived.append(event)
        self._saved += len(frames)
        self._extend(moments(self.snapshot, arrived))
        if self.snapshot.owner == seen.owner:
            self.extend(moments(self.snapshot, rebased(put_off, seen, self.snapshot.seq)))
        return self.snapshot

    def _take_back(self) -> list[Event]:
        """Undo what was put off: it is to follow what others have written before it was, or to be dropped."""
        put_off, self._unsaved = [moment.event for moment in self._unsaved], []
        if put_off:
            seq = put_off[0].seq - 1
            self.snapshot = self.at(seq)
            del self.events[seq:], self._kept[seq // KEEP_EVERY + 1 :]
        return put_off

    async def _adopt(self, forked: Event) -> None:
        """Put the parent's prefix before a fork's own events."""
        parent_run, seq = forked.data["parent"]
        parent = RunLog(self.store, parent_run)
        await parent.refresh()
        if parent.snapshot.seq < seq:
            raise NoSuchRun(f"Run {self.run_id!r} was forked from run {parent_run!r}, which is not in the store.")
        self.inherit(parent, seq)

    def inherit(self, parent: RunLog, seq: int) -> None:
        """Begin this log with the events of ``parent`` up to ``seq``."""
        self._base = seq
        self._extend(moments(self.snapshot, parent.events[:seq]))

    def at(self, seq: int | None) -> Snapshot:
        """The run after event ``seq`` (None: the last). Raises IndexError for a moment the run has not had."""
        if seq is None or seq == self.snapshot.seq:
            return self.snapshot
        if not 0 <= seq <= len(self.events):
            raise IndexError(f"Run {self.run_id!r} has events 1 to {len(self.events)}; there is no event {seq}.")
        snapshot = self._kept[seq // KEEP_EVERY]
        for event in self.events[snapshot.seq : seq]:
            snapshot = fold(snapshot, event)
        return snapshot

    # -- writing -----------------------------------------------------------------------------------------------

    async def append(self, news: Sequence[Moment]) -> None:
        """Commit ``news`` and only then let anybody see it. `StoreConflict` if somebody else was first."""
        async with self._turn:
            self._must_follow(news)
            await self._save(news)
            self._extend(news)

    def extend(self, news: Sequence[Moment]) -> None:
        """Let everybody in this process see ``news`` now, and commit it at the next `flush`."""
        self._must_follow(news)
        self._unsaved.extend(news)
        self._extend(news)

    async def flush(self) -> None:
        """Commit what `extend` has put off."""
        async with self._turn:
            while self._unsaved:
                batch = list(self._unsaved)
                await self._save(batch)
                del self._unsaved[: len(batch)]

    def _must_follow(self, news: Sequence[Moment]) -> None:
        """Raises `StoreConflict` if ``news`` was decided on before others came in, by whatever reader."""
        if news and news[0].event.seq != self.snapshot.seq + 1:
            raise StoreConflict(self.run_id, news[0].event.seq - 1, self.snapshot.seq)

    async def _save(self, news: Sequence[Moment]) -> None:
        frames, chain = [], self._chain
        put = partial(self.store.put_blob, self.run_id)
        for event, _ in news:
            frame, chain = encode_event(await externalise(event, put), chain)
            frames.append(frame)
        try:
            await self.store.append(self.run_id, self._saved, frames, _summary(news))
        except StoreConflict:
            # A request that was delivered twice is refused the second time, and the refusal may be what we hear.
            if (await self.store.read(self.run_id, self._saved))[: len(frames)] != frames:
                raise
        self._saved += len(frames)
        self._chain = chain

    # -- following ---------------------------------------------------------------------------------------------

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> Callable[[], None]:
        """Call ``listener`` with new events as they become visible; the result stops it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def publish(self, event: Event) -> None:
        """Show a live-only event to those who listen now, without keeping it."""
        for listener in list(self._listeners):
            listener((event,))

    async def changed(self, after: int, *, elsewhere: bool) -> None:
        """Return when there are events after ``after``. ``elsewhere``: other processes may append them."""
        while self.snapshot.seq <= after:
            if not elsewhere:
                self._grew.clear()
                await self._grew.wait()
                continue
            await self.store.wait(self.run_id, self._saved, FOLLOW_TIMEOUT)
            await self.refresh()

    async def follow(self, after: int, elsewhere: Callable[[], bool]) -> AsyncIterator[Event]:
        """The events after ``after``, and then each new one, without end."""
        while True:
            for event in self.events[after:]:
                after = event.seq
                yield event
            await self.changed(after, elsewhere=elsewhere())

    def _extend(self, news: Sequence[Moment]) -> None:
        for event, after in news:
            self.events.append(event)
            if event.seq % KEEP_EVERY == 0:
                self._kept.append(after)
        if news:
            self.snapshot = news[-1].after
        self._grew.set()
        if self._listeners:
            events = [event for event, _ in news]
            for listener in list(self._listeners):
                listener(events)


def _summary(news: Sequence[Moment]) -> RunSummary | None:
    """The listing row, if this changes what a listing shows."""
    if not any(event.type.startswith("run-") for event, _ in news):
        return None
    after = news[-1].after
    return RunSummary(
        after.run_id,
        after.workflow_id,
        str(after.status),
        after.resource_id,
        after.created_at,
        after.updated_at,
        after.parent,
    )
