"""Streaming: the log as people see it, event by event."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from playhead.codec.errors import load_error
from playhead.codec.values import load
from playhead.machine import events as E
from playhead.machine.events import Event as MachineEvent
from playhead.machine.events import Path
from playhead.machine.snapshot import Snapshot
from playhead.results import RunResult, moment
from playhead.stores.log import RunLog

#: Events that belong to the log's housekeeping and mean nothing to a watcher.
_HIDDEN: Final = frozenset({E.RUN_CLAIMED, E.RUN_CANCELING, E.RUN_CREATED, E.BRANCH_DECIDED, E.LOOP_DECIDED})
#: Names of event data that differ from those of the record.
_PLAIN: Final = (
    "attempt",
    "index",
    "iteration",
    "completed",
    "total",
    "status",
    "text",
    "bail",
    "changes",
    "per_step",
    "width",
)
#: Seconds until a watcher looks again at a run that nobody drives here.
LOOK_AGAIN: Final = 0.05
#: Live-only events kept for a slow watcher; older ones are dropped, as "live only" says.
LIVE_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run. ``at`` is an aware UTC datetime, ``seq`` counts from 1 without gaps.

    ``path`` leads from the outermost entry to the leaf, a turn or item being part of its element, as in
    ``("outer", "fetch#3")``; ``step_id`` is the bare id. ``live`` events were only shown and are not in the log:
    they carry the number of the last one that is.
    """

    seq: int
    at: datetime
    type: str
    run_id: str
    path: Path = ()
    step_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    live: bool = False


def shown(event: MachineEvent, after: Snapshot) -> Event | None:
    """The event as people see it, given the run after it; None for housekeeping."""
    if event.type in _HIDDEN:
        return None
    data = event.data
    type, content = event.type, _content(event, after)
    if event.type == E.STEP_EMITTED:
        type, content = data["type"], load(data["event"])
    at = moment(event.at)
    assert at is not None
    step_id = event.path[-1].partition("#")[0] if event.path else None
    return Event(event.seq, at, type, after.run_id, event.path, step_id, content, bool(data.get("live")))


def _content(event: MachineEvent, after: Snapshot) -> dict[str, Any]:
    data = event.data
    content = {key: data[key] for key in _PLAIN if key in data}
    for key in ("input", "output", "payload"):
        if key in data:
            payload = after.resolve(data[key])
            content[key] = None if payload is None else load(payload)
    error = data.get("error")
    if error is None and "error_at" in data:
        record = after.records.get(tuple(data["error_at"]))
        error = record.error if record else None
    if error is not None:
        content["error"] = load_error(error)
    if "until" in data:
        content["until"] = moment(data["until"])
    if data.get("labels"):
        content["labels"] = list(data["labels"])
    if event.type == E.RUN_RESUMED:
        content |= {"targets": [tuple(t) for t in data.get("targets", ())]}
        content |= {"resume_data": load(data["data"])} if data.get("data") is not None else {}
    if event.type == E.RUN_SUSPENDED:
        waiting = (path for path, status in after.busy.items() if status == "suspended")
        content["suspended"] = sorted(waiting, key=lambda path: after.records[path].order)
    return content


class Watch:
    """The events of one run from a moment on; ends when the run comes to rest."""

    def __init__(self, log: RunLog, after: int) -> None:
        self._log = log
        self._after = after
        # Events are taken from the log when they are wanted, so that a slow watcher holds nobody up; only
        # live-only ones, which the log does not keep, wait here.
        self._live: deque[MachineEvent] = deque(maxlen=LIVE_LIMIT)
        self._arrival = asyncio.Event()
        self._stop = log.listen(self._arrived)

    def _arrived(self, events: Sequence[MachineEvent]) -> None:
        self._live.extend(event for event in events if event.data.get("live"))
        self._arrival.set()

    async def events(
        self, at_rest: Callable[[], bool], poll: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[Event, None]:
        """Each event, until ``at_rest`` and nothing is left. ``poll`` waits for more, from wherever it comes."""
        try:
            while True:
                self._arrival.clear()
                for event, after in self._new():
                    if (found := shown(event, after)) is not None:
                        yield found
                if self._arrival.is_set():
                    continue
                if at_rest():
                    return
                await poll()
        finally:
            self._stop()

    def _new(self) -> Iterator[tuple[MachineEvent, Snapshot]]:
        log = self._log
        while self._live or self._after < log.snapshot.seq:
            if self._live and self._live[0].seq <= self._after:
                yield self._live.popleft(), log.snapshot
            elif self._after < log.snapshot.seq:
                self._after += 1
                yield log.events[self._after - 1 - log.start], log.at(self._after)
            else:
                yield self._live.popleft(), log.snapshot

    async def arrival(self, driving: asyncio.Task[None] | None) -> None:
        """Wait until this process appends or shows anything, or whoever drives the run here is done."""
        arrived = asyncio.ensure_future(self._arrival.wait())
        try:
            tasks: set[asyncio.Future[Any]] = {arrived}
            if driving is not None:
                tasks.add(driving)
            # Without a driver nothing may ever arrive here; look again soon.
            timeout = None if driving is not None else LOOK_AGAIN
            await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrived.cancel()


class Stream:
    """A run as a stream of events: ``async for event in stream``, then ``await stream.result``.

    The run goes on whether or not anybody iterates, and leaving the loop does not cancel it.
    """

    def __init__(
        self, run_id: str, events: Callable[[], AsyncIterator[Event]], result: asyncio.Task[RunResult]
    ) -> None:
        self.run_id = run_id
        self._events = events
        self.result = StreamResult(result)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events()


class StreamResult(Awaitable[RunResult]):
    """The result of a streamed run; may be awaited any number of times. A refusal comes out of here."""

    def __init__(self, task: asyncio.Task[RunResult]) -> None:
        self._task = task
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def __await__(self) -> Generator[Any, None, RunResult]:
        return asyncio.shield(self._task).__await__()

    def done(self) -> bool:
        return self._task.done()
