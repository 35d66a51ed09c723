"""I1 to I8: what holds of a run after any fault. The one checker; every campaign uses it.

===  ==========================================================================================
I1   every event the store promised to keep is in the log, as it was
I2   the log has no gap, no duplicate and no damage
I3   a place is completed at most once in a generation of the run
I4   nothing begins after its own completion, or before its time; no side effect follows the promise to keep it
I5   the result is the one the shape must have
I6   each side effect happened at least once, and once more at most for each time it was lost in flight, which its
     step was told
I7   the run ended; it does not hang
I8   to recover what has ended changes nothing
===  ==========================================================================================
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playhead import DiskStore, Runtime
from playhead.codec.events import FIRST, decode_event
from playhead.errors import NotActive, StoreError
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.stores.port import Store
from tests.faults.runs.ledger import Effect, Ledger, Promise, mark_of, place_of
from tests.faults.runs.shapes import Shape

Broken = list[str]
"""One line for each broken invariant, beginning with its number; empty if all hold."""


@dataclass(frozen=True)
class Log:
    """The frames of a run as the store gives them, and the events in them, as far as they can be read."""

    frames: list[bytes]
    events: list[Event]
    damage: str = ""

    def places(self, type: str) -> list[str]:
        """The places of all events of a type."""
        return ["/".join(event.path) for event in self.events if event.type == type]

    def completions(self) -> list[tuple[int, int, tuple[str, ...]]]:
        """Each completion of a place: the number of its event, the generation, the path."""
        found, generation = [], 0
        for event in self.events:
            generation += event.type == E.RUN_REWOUND
            if event.type == E.STEP_SUCCEEDED:
                found.append((event.seq, generation, event.path))
        return found


async def log_of(store: Store, run_id: str) -> Log:
    """Read a run's log without the help of the runtime."""
    events: list[Event] = []
    try:
        frames = await store.read(run_id)
    except StoreError as error:
        return Log([], events, str(error))
    chain = FIRST
    for seq, frame in enumerate(frames, 1):
        try:
            event, chain = decode_event(frame, chain, partial(store.get_blob, run_id), seq=seq)
        except StoreError as error:
            return Log(frames, events, str(error))
        events.append(event)
    return Log(frames, events)


def broken_in_log(log: Log, ledger: Ledger) -> Broken:
    """I1 to I4, as far as the log tells: what must hold at any time."""
    return [*_promises(log, ledger), *_numbers(log), *_completions(log), *_beginnings(log), *_times(log)]


def _promises(log: Log, ledger: Ledger) -> Broken:
    kept = dict(enumerate(map(mark_of, log.frames), 1))
    lost = [promise.seq for promise in ledger.promises() if kept.get(promise.seq) != promise.mark]
    return [f"I1: event {seq} was promised and is not in the log" for seq in lost]


def _numbers(log: Log) -> Broken:
    if log.damage:
        return [f"I2: the log cannot be read: {log.damage}"]
    if not log.events:
        return ["I7: the run never began"]
    numbers = [event.seq for event in log.events]
    return [] if numbers == list(range(1, len(log.frames) + 1)) else [f"I2: the events are numbered {numbers}"]


def _completions(log: Log) -> Broken:
    counts = Counter((generation, path) for _, generation, path in log.completions())
    return [f"I3: {'/'.join(path)} was completed {count} times" for (_, path), count in counts.items() if count > 1]


def _beginnings(log: Log) -> Broken:
    broken, done = [], set[tuple[str, ...]]()
    for event in log.events:
        if event.type == E.RUN_REWOUND:
            done.clear()
        elif event.type == E.STEP_SUCCEEDED:
            done.add(event.path)
        elif event.type in (E.STEP_STARTED, E.STEP_WAITING) and event.path in done:
            broken.append(f"I4: {'/'.join(event.path)} began in event {event.seq}, after its completion")
    return broken


def _times(log: Log) -> Broken:
    """Sleeps and retries that ended before their time."""
    broken, until = [], dict[tuple[str, ...], float]()
    for event in log.events:
        if event.type == E.STEP_WAITING:
            until[event.path] = event.data["until"]
        elif event.type in (E.STEP_STARTED, E.STEP_SUCCEEDED) and event.at < until.pop(event.path, 0.0):
            broken.append(f"I4: {'/'.join(event.path)} went on in event {event.seq}, before its time")
    return broken


def broken_by_the_dead(log: Log, ledger: Ledger, kills: int) -> Broken:
    """I4 and I6 where owners are replaced only when they are dead: a zombie may still do what it had begun."""
    claims = len(log.places(E.RUN_CLAIMED))
    taken = [f"I6: the run was taken over {claims} times, with {kills} kills"] if claims > kills else []
    return [*taken, *_late_effects(log, ledger)]


def _late_effects(log: Log, ledger: Ledger) -> Broken:
    """Effects of places whose completion had been promised to somebody already."""
    completed = {seq: "/".join(path) for seq, _, path in log.completions()}
    broken, promised = [], set[str]()
    for entry in ledger.entries():
        match entry:
            case Promise(seq=seq) if seq in completed:
                promised.add(completed[seq])
            case Effect(what=what) if place_of(what) in promised:
                broken.append(f"I4: the side effect {what} happened after the promise to keep its completion")
    return broken


def broken_in_effects(shape: Shape, log: Log, ledger: Ledger) -> Broken:
    """I6. Whatever happens once more was recorded as lost; nothing happens that was not recorded as begun."""
    counts = ledger.effects()
    return [
        *(f"I6: the side effect {what} never happened" for what in sorted(shape.effects - counts.keys())),
        *(f"I6: nobody expects the side effect {what}" for what in sorted(counts.keys() - shape.effects)),
        *_repeated(log, ledger, counts),
    ]


def _repeated(log: Log, ledger: Ledger, counts: Counter[str]) -> Broken:
    lost, begun = (Counter(log.places(type)) for type in (E.STEP_LOST, E.STEP_STARTED))
    untold = Counter(entry.what for entry in ledger.entries() if isinstance(entry, Effect) and not entry.restarted)
    total: Counter[str] = Counter()
    broken = []
    for what, count in counts.items():
        place = place_of(what)
        total[place] += count
        if count > 1 + lost[place]:
            broken.append(f"I6: {what} happened {count} times, and was lost {lost[place]} times")
        if untold[what] > 1:
            broken.append(f"I6: {what} happened again, and its step was not told")
    early = [place for place in total if total[place] > begun[place]]
    return [*broken, *(f"I6: {place} happened {total[place]} times, begun {begun[place]} times" for place in early)]


async def broken_in_result(runtime: Runtime, shape: Shape, run_id: str) -> Broken:
    """I5 and I7: what the run came to."""
    stored = await runtime.get(run_id)
    if stored.status != "success":
        return [f"I7: the run is {stored.status}, with {stored.error!r}"]
    broken = []
    if stored.output != shape.output:
        broken.append(f"I5: the output is {stored.output!r}, not {shape.output!r}")
    if (stored.state or {}) != shape.state:
        broken.append(f"I5: the state is {stored.state!r}, not {shape.state!r}")
    return broken


async def broken_by_recovery(runtime: Runtime, shape: Shape, run_id: str, ledger: Ledger) -> Broken:
    """I8: recover again, restart again, and compare."""
    flow = shape.build(ledger)
    runtime.register(flow)
    before, effects = await runtime.store.read(run_id), ledger.effects()
    found = await runtime.recover(wait=True)
    taken = [run.run_id for run in found.runs]
    broken = [f"I8: {run_id} was recovered again"] if run_id in taken else []
    try:
        await flow.create_run(run_id=run_id).restart()
        broken.append("I8: a finished run could be restarted")
    except NotActive:
        pass
    if await runtime.store.read(run_id) != before or ledger.effects() != effects:
        broken.append("I8: to recover again changed the run")
    return broken


async def broken_in_run(
    store: Store | Path, shape: Shape, run_id: str, ledger: Ledger, *, kills: int | None = None
) -> Broken:
    """All of them, for a run that has had every chance to end.

    ``kills`` is how many of its processes were killed; None if owners were replaced while they lived.
    """
    async with Runtime(DiskStore(store) if isinstance(store, Path) else store) as runtime:
        log = await log_of(runtime.store, run_id)
        broken = [*broken_in_log(log, ledger), *broken_in_effects(shape, log, ledger)]
        if kills is not None:
            broken += broken_by_the_dead(log, ledger, kills)
        if log.events and not log.damage:
            broken += await broken_in_result(runtime, shape, run_id)
            broken += await broken_by_recovery(runtime, shape, run_id, ledger)
        return broken


def told(broken: Broken, **about: Any) -> Broken:
    """The same, saying of which run of a campaign it speaks, so that it can be made again."""
    where = " ".join(f"{key}={value}" for key, value in about.items())
    return [f"{line} ({where})" for line in broken]
