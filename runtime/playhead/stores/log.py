"""The log of one run: events on top of a store's frames, with the snapshots they fold to.

A fork's log begins with its parent's prefix, which is read through a reference and never copied. A long log is
opened at its compaction point: what led there is read when somebody wants to look at it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial

from playhead.codec.events import (
    BLOB_THRESHOLD,
    chain_of,
    decode_event,
    externalise,
    frame_event,
    pack_event,
    peek_event,
)
from playhead.codec.points import Point, decode_point, encode_point, values_in
from playhead.errors import NoSuchRun, StoreConflict, StoreCorrupt, StoreError
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.fold import News
from playhead.machine.rebase import rebased
from playhead.machine.snapshot import Snapshot
from playhead.stores.past import Past
from playhead.stores.port import RunSummary, Store

_log = logging.getLogger("playhead")

#: Events by which a log must have grown to be worth a compaction point: reading them takes a few milliseconds.
POINT_AFTER = 256
#: ... and the share of the log they must be, so that all points together are but a few times the size of the last.
POINT_SHARE = 4
#: Seconds between looks at the store while following a run that another process drives.
FOLLOW_TIMEOUT = 5.0


class RunLog:
    """The events of one run that this process has read, and the snapshot after the last of them."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        self.snapshot = Snapshot(run_id)
        self._past = Past(self.snapshot)
        self._opened = False
        self._point = 0
        # The runs whose logs hold the events, the first ancestor first, each with the event after which its own begin.
        self._lineage: tuple[tuple[str, int], ...] = ((run_id, 0),)
        self._saved = 0
        self._chain = b""
        self._unsaved: list[Event] = []
        self._appending = False
        self._listeners: tuple[Callable[[Sequence[Event]], None], ...] = ()
        # What is being written must not be taken for somebody else's by a reader before it is acknowledged.
        self._turn = asyncio.Lock()
        #: Held by whoever tells the run what to do next: one at a time in this process.
        self.command = asyncio.Lock()

    @property
    def exists(self) -> bool:
        """Whether the run has any event."""
        return self.snapshot.seq > 0

    @property
    def start(self) -> int:
        """The event after which those were read that are here: 0, or that of a compaction point."""
        return self._past.start

    @property
    def events(self) -> list[Event]:
        """The events after `start`."""
        return self._past.events

    @property
    def saved(self) -> int:
        """How many of the run's own events the store is known to have."""
        return self._saved

    # -- reading -----------------------------------------------------------------------------------------------

    async def refresh(self) -> Snapshot:
        """Read what others have appended; the snapshot after it."""
        async with self._turn:
            if not self._opened:
                await self._open()
            frames = await self.store.read(self.run_id, self._saved)
            return await self._take_in(frames) if frames else self.snapshot

    async def whole(self) -> None:
        """Read what was before `start` too, so that every event and every moment can be looked at."""
        async with self._turn:
            if self.start > 0:
                self._past.begin_with((await self._read_from_start(self.run_id, self.start))._past)

    async def _read_from_start(self, run_id: str, seq: int) -> RunLog:
        log = RunLog(self.store, run_id)
        log._opened = True
        await log.refresh()
        if log.snapshot.seq < seq:
            raise NoSuchRun(
                f"The events up to {seq} of run {run_id!r}, which run {self.run_id!r} begins with, are gone."
            )
        return log

    async def _open(self) -> None:
        """Begin at the run's compaction point, if it has one and the log still is the one it was made of."""
        self._opened = True
        data = await self.store.point(self.run_id)
        point = None if data is None else decode_point(data, self._read_value)
        if point is None:
            return
        seq = point.snapshot.seq
        saved = seq - point.lineage[-1][1]
        try:
            fits = point.chain == chain_of(self.store.frame(self.run_id, saved), seq)
        except StoreCorrupt:  # of which reading from the start will tell
            return
        if fits:
            self.snapshot, self._past, self._point = point.snapshot, Past(point.snapshot), seq
            self._chain, self._saved, self._lineage = point.chain, saved, point.lineage

    def _read_value(self, seq: int, slot: int) -> bytes:
        """A value by the event it stands in; called on any thread."""
        run_id, base = next(home for home in reversed(self._lineage) if seq > home[1])
        event = peek_event(self.store.frame(run_id, seq - base), seq, partial(self.store.get_blob, run_id))
        return values_in(event)[slot].data

    async def _take_in(self, frames: Sequence[bytes]) -> Snapshot:
        seen, put_off = self.snapshot, self._take_back()
        fetch = partial(self.store.get_blob, self.run_id)
        arrived = []
        for frame in frames:
            event, self._chain = decode_event(frame, self._chain, fetch)
            if event.type == E.RUN_FORKED and not self.exists:
                await self._adopt(event)
            arrived.append(event)
        self._saved += len(frames)
        self._extend(News(self.snapshot, arrived))
        if self.snapshot.owner == seen.owner:
            self.extend(News(self.snapshot, rebased(put_off, seen, self.snapshot)))
        return self.snapshot

    def _take_back(self) -> list[Event]:
        """Undo what was put off: it is to follow what others have written before it was, or to be dropped."""
        put_off, self._unsaved = self._unsaved, []
        if put_off:
            self.snapshot = self._past.cut(put_off[0].seq - 1)
        return put_off

    async def _adopt(self, forked: Event) -> None:
        """Put the parent's prefix before a fork's own events."""
        parent_run, seq = forked.data["parent"]
        self.inherit(await self._read_from_start(parent_run, seq), seq)

    def inherit(self, parent: RunLog, seq: int) -> None:
        """Begin this log with the events of ``parent``, which was read whole, up to ``seq``."""
        homes = (home for home in parent._lineage if home[1] < seq)
        self._lineage = (*homes, (self.run_id, seq))
        self._extend(News(self.snapshot, parent.events[:seq]))

    def at(self, seq: int | None) -> Snapshot:
        """The run after event ``seq`` (None: the last). Raises IndexError for a moment the run has not had.

        Only what was read can be looked at: see `whole`.
        """
        if seq is None or seq == self.snapshot.seq:
            return self.snapshot
        if not self.start <= seq <= self._past.seq:
            raise IndexError(
                f"Run {self.run_id!r} has events {self.start + 1} to {self._past.seq}; there is no event {seq}."
            )
        return self._past.at(seq)

    def since(self, after: int) -> list[Event]:
        """The events after ``after``, which must not be before `start`."""
        return self._past.since(after)

    # -- writing -----------------------------------------------------------------------------------------------

    async def append(self, news: News) -> None:
        """Commit ``news``, after what was put off, and only then let anybody see it.

        `StoreConflict` if somebody else was first.
        """
        await self._turn.acquire()  # ``async with`` takes three coroutines for it, at each step of each run
        try:
            if not self.is_followed_by(news):
                raise self._overtaken(news)
            self._appending = True
            await self._save([*self._unsaved, *news.events], news.after)
            self._appending = False
            self._unsaved.clear()
            self._extend(news)
        finally:
            self._appending = False
            self._turn.release()

    def extend(self, news: News) -> None:
        """Let everybody in this process see ``news`` now, and commit it at the next `flush`."""
        if not self.is_followed_by(news):
            raise self._overtaken(news)
        self._unsaved += news.events
        self._extend(news)

    async def flush(self) -> None:
        """Commit what `extend` has put off."""
        async with self._turn:
            while self._unsaved:
                batch = list(self._unsaved)
                await self._save(batch, self.snapshot)
                del self._unsaved[: len(batch)]

    def is_followed_by(self, news: News) -> bool:
        """Whether ``news`` was made of the run as it stands here, and nothing else is on its way to the store.

        The number of its first event would not tell: what was put off is laid anew over what others wrote.
        """
        return not news.events or (news.before is self.snapshot and not self._appending)

    def _overtaken(self, news: News) -> StoreConflict:
        return StoreConflict(self.run_id, news.before.seq, self.snapshot.seq)

    async def _save(self, events: Sequence[Event], after: Snapshot) -> None:
        frames, chain = [], self._chain
        for event in events:
            body = pack_event(event)
            if len(body) >= BLOB_THRESHOLD:  # or else nothing in it can be too large
                body = pack_event(await externalise(event, partial(self.store.put_blob, self.run_id)))
            frame, chain = frame_event(event.seq, body, chain)
            frames.append(frame)
        try:
            await self.store.append(self.run_id, self._saved, frames, _summary(events, after))
        except StoreConflict:
            # A request that was delivered twice is refused the second time, and the refusal may be what we hear.
            if (await self.store.read(self.run_id, self._saved))[: len(frames)] != frames:
                raise
        self._saved += len(frames)
        self._chain = chain

    async def compact(self) -> None:
        """Keep a compaction point, if the log has grown enough since the last one and is in the store as it is here."""
        async with self._turn:
            is_stored = self.snapshot.seq == self._lineage[-1][1] + self._saved
            if not (is_stored and self.wants_point):
                return
            point = Point(self.snapshot, self._chain, self._lineage)
            try:
                await self.store.put_point(self.run_id, encode_point(point, self.events))
            except (StoreError, TypeError, RecursionError):  # a full disk; a key that is no text; nested too deep
                _log.debug("Run %s is kept without a compaction point.", self.run_id, exc_info=True)
            self._point = point.snapshot.seq

    @property
    def wants_point(self) -> bool:
        """Whether it has grown enough since its last compaction point."""
        return self.snapshot.seq - self._point >= max(POINT_AFTER, self._point // POINT_SHARE)

    # -- following ---------------------------------------------------------------------------------------------

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> Callable[[], None]:
        """Call ``listener`` with new events as they become visible; the result stops it."""
        self._listeners += (listener,)
        return lambda: self._leave(listener)

    def _leave(self, listener: Callable[[Sequence[Event]], None]) -> None:
        self._listeners = tuple(each for each in self._listeners if each is not listener)

    def publish(self, event: Event) -> None:
        """Show a live-only event to those who listen now, without keeping it."""
        for listener in self._listeners:
            listener((event,))

    async def changed(self, after: int, *, elsewhere: bool) -> None:
        """Return when there are events after ``after``. ``elsewhere``: other processes may append them."""
        while self.snapshot.seq <= after:
            if not elsewhere:
                await self._arrival()
                continue
            await self.store.wait(self.run_id, self._saved, FOLLOW_TIMEOUT)
            await self.refresh()

    async def _arrival(self) -> None:
        """Return when this process has events to show."""
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stop = self.listen(lambda _: None if arrived.done() else arrived.set_result(None))
        try:
            await arrived
        finally:
            stop()

    async def follow(self, after: int, elsewhere: Callable[[], bool]) -> AsyncIterator[Event]:
        """The events after ``after``, and then each new one, without end."""
        while True:
            for event in self.since(after):
                after = event.seq
                yield event
            await self.changed(after, elsewhere=elsewhere())

    def _extend(self, news: News) -> None:
        if not news.events:
            return
        self._past.extend(news)
        self.snapshot = news.after
        for listener in self._listeners:
            listener(news.events)


def _summary(events: Iterable[Event], after: Snapshot) -> RunSummary | None:
    """The listing row, if these begin a run, or end a turn of it.

    To go on from a rest is not listed, which would touch another page at each answer: the row is then behind its log.
    """
    if not [event for event in events if event.type.startswith("run-") and event.type != E.RUN_RESUMED]:
        return None
    return RunSummary(
        after.run_id,
        after.workflow_id,
        str(after.status),
        after.resource_id,
        after.created_at,
        after.updated_at,
        after.parent,
    )
