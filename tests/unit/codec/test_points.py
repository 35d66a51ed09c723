"""A compaction point gives the very snapshot it was made of, and repeats nothing large."""

from __future__ import annotations

import zlib
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import ormsgpack
import pytest
from immutables import Map

from playhead.codec import points
from playhead.codec.compression import decompressed
from playhead.codec.events import encode_event, externalise, peek_event
from playhead.codec.points import Point, decode_point, encode_point, values_in
from playhead.codec.values import dump, load
from playhead.errors import StoreCorrupt
from playhead.machine import events as E
from playhead.machine.events import Event, Source
from playhead.machine.payload import Element, Encoded, External, Logged, Payload, Series, Table
from playhead.machine.snapshot import Frame, Record, Snapshot, Status

SMALL = dump(7)
LARGE = dump("x" * 1_000)
OTHER = dump("y" * 1_000)
HUGE = dump("z" * 400_000)

#: Every field of a record with a value that is not its default.
FULL = Record(
    path=("outer", "fetch#3"),
    kind="step",
    status=Status.FAILED,
    order=5,
    input=Element(Series((LARGE, None, SMALL)), 2),
    output=Table((("a", LARGE), ("b", Series((OTHER,))))),
    error=OTHER,
    error_path=("outer", "fetch#3"),
    tripped=True,
    non_retryable=True,
    bailed=True,
    suspend_payload=LARGE,
    suspend_output=SMALL,
    labels=("a", "b"),
    resume_data=OTHER,
    resumed=True,
    restarted=True,
    attempt=1,
    tries=2,
    iteration=3,
    index=4,
    started_at=1.5,
    ended_at=2.5,
    suspended_at=3.5,
    resumed_at=4.5,
    until=5.5,
    again=True,
    width=6,
    total=7,
    next_item=8,
    open_items=frozenset({9, 10}),
    done_items=11,
    turn=12,
)
SNAPSHOT = Snapshot(
    run_id="run",
    seq=10,
    workflow_id="flow",
    status=Status.SUSPENDED,
    resource_id="alice",
    input=LARGE,
    output=HUGE,
    error=OTHER,
    error_path=("outer",),
    created_at=1.25,
    updated_at=2.25,
    ended_at=3.25,
    state=Map({"carried": LARGE, "small": SMALL}),
    request=Map({"user": OTHER}),
    records=Map({FULL.path: FULL, ("b",): Record(("b",), "map", Status.SUCCESS, 9, input=None, output=LARGE)}),
    frames=Map({(): Frame(2, ("b",)), ("outer",): Frame(0)}),
    busy=Map({("outer", "fetch#3"): Status.SUSPENDED}),
    transient=("token",),
    canceling=True,
    per_step=True,
    owner="me",
    owned_at=4.25,
    generation=2,
    parent=("parent", 3),
    definition="digest",
    outline=LARGE,
    trace="00-1-2-01",
)
#: The events that the values above stand in.
EVENTS = [
    Event(1, 1.0, E.RUN_STARTED, (), {"input": LARGE, "state": {"small": SMALL}, "workflow": "flow"}),
    Event(2, 1.0, E.RUN_REWOUND, (), {"set": [[["a"], {"output": OTHER, "input": Source("run-input")}]]}),
    Event(3, 1.0, E.STEP_SUCCEEDED, ("a",), {"output": HUGE}),
]


class Frames:
    """The events as a store has them; ``read`` counts how often one was asked for."""

    def __init__(self) -> None:
        self.frames: dict[int, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.read = 0

    async def keep(self, events: list[Event]) -> None:
        chain = b""
        for event in events:
            self.frames[event.seq], chain = encode_event(await externalise(event, self.put), chain)

    async def put(self, data: bytes) -> str:
        self.blobs[str(len(self.blobs))] = data
        return str(len(self.blobs) - 1)

    def fetch(self, seq: int, slot: int) -> bytes:
        self.read += 1
        return values_in(peek_event(self.frames[seq], seq, self.blobs.__getitem__))[slot].data


def there_and_back(snapshot: Snapshot, fetch: object) -> Snapshot:
    point = Point(snapshot, b"chain", (("parent", 0), ("run", 3)))
    again = decode_point(encode_point(point, EVENTS), fetch)  # type: ignore[arg-type]  # a Fetch, or never called
    assert again is not None
    assert (again.chain, again.lineage) == (point.chain, point.lineage)
    return again.snapshot


async def test_every_field_of_a_snapshot_comes_back() -> None:
    assert all(
        FULL[n] != Record._field_defaults[f] for n, f in enumerate(Record._fields) if f in Record._field_defaults
    )
    assert all(SNAPSHOT[n] != Snapshot._field_defaults.get(f) for n, f in enumerate(Snapshot._fields))
    store = Frames()
    await store.keep(EVENTS)
    again = there_and_back(SNAPSHOT, store.fetch)
    assert again == SNAPSHOT
    assert {path: type(record.status) for path, record in again.records.items()} == dict.fromkeys(
        SNAPSHOT.records, Status
    )
    assert type(again.parent) is tuple


async def test_an_empty_snapshot_comes_back() -> None:
    assert there_and_back(Snapshot("run"), None) == Snapshot("run")


def test_a_point_repeats_no_value_that_stands_in_an_event() -> None:
    assert len(encode_point(Point(SNAPSHOT, b"", ()), EVENTS)) < 1_000


async def test_values_are_read_only_when_they_are_asked_for() -> None:
    store = Frames()
    await store.keep(EVENTS)
    again = there_and_back(SNAPSHOT, store.fetch)
    assert store.read == 0
    assert again.input is not None
    assert load(again.input) == "x" * 1_000
    assert store.read == 1
    assert isinstance(again.state["small"], Encoded)  # it was not worth a reading


def test_events_are_looked_through_only_until_the_values_are_found() -> None:
    def unending() -> Iterator[Event]:
        yield EVENTS[0]
        raise AssertionError("nothing that is wanted comes after this")

    run = Snapshot("run", input=LARGE, state=Map({"carried": LARGE, "small": SMALL}))
    assert encode_point(Point(run, b"", ()), unending()) == encode_point(Point(run, b"", ()), EVENTS)


def test_what_is_large_and_stands_in_no_event_is_repeated_and_not_lost() -> None:
    again = decode_point(encode_point(Point(Snapshot("run", input=LARGE), b"", ()), EVENTS[1:]), lambda seq, slot: b"")
    assert again is not None
    assert again.snapshot.input == LARGE


def test_what_is_kept_elsewhere_and_stands_in_no_event_makes_no_point() -> None:
    elsewhere = External("digest", 400_000, bytes.fromhex)
    with pytest.raises(TypeError, match="stands in no event"):
        encode_point(Point(Snapshot("run", input=elsewhere), b"", ()), EVENTS)


async def test_a_huge_value_is_read_through_its_event() -> None:
    store = Frames()
    await store.keep(EVENTS)
    output = there_and_back(SNAPSHOT, store.fetch).output
    assert isinstance(output, Logged)
    assert output.size == len(HUGE.data)
    assert load(output) == "z" * 400_000


def test_what_is_shared_is_still_shared() -> None:
    again = there_and_back(SNAPSHOT, lambda seq, slot: b"")
    assert again.input is again.state["carried"]


async def test_a_point_of_a_point_says_where_the_values_stand_without_reading_them() -> None:
    store = Frames()
    await store.keep(EVENTS)
    once = there_and_back(SNAPSHOT, store.fetch)
    data = encode_point(Point(once, b"", ()), ())
    assert store.read == 0
    twice = decode_point(data, store.fetch)
    assert twice is not None
    assert twice.snapshot == SNAPSHOT


async def test_a_point_is_read_whatever_the_order_of_the_fields_was_when_it_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Frames()
    await store.keep(EVENTS)
    before: Any = namedtuple("Record", Record._fields[::-1])
    monkeypatch.setattr(points, "Record", before)
    records = Map({path: before(**record._asdict()) for path, record in SNAPSHOT.records.items()})
    data = encode_point(Point(SNAPSHOT._replace(records=records), b"", ()), EVENTS)
    monkeypatch.undo()
    again = decode_point(data, store.fetch)
    assert again is not None
    assert again.snapshot == SNAPSHOT


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-1], lambda b: b"x" + b[1:], lambda b: b[:8] + b"junk"])
def test_what_is_no_point_is_none(damage) -> None:
    data = encode_point(Point(SNAPSHOT, b"", ()), EVENTS)
    assert decode_point(damage(data), lambda seq, slot: b"") is None


def spoilt(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A point in which something is not as it was written."""
    data = encode_point(Point(SNAPSHOT, b"", ()), EVENTS)
    content = ormsgpack.unpackb(decompressed(data[8:]))
    change(content)
    return data[:8] + zlib.compress(ormsgpack.packb(content))


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["columns"]["order"].pop(),
        lambda c: c["columns"].pop("order"),
        lambda c: c["columns"].pop("status"),
        lambda c: c["columns"]["id"].pop(),
        lambda c: c["columns"]["id"].append("more"),
        lambda c: c["columns"].update(scope=[[[], 1]]),
        lambda c: c["columns"].update(scope=[[[], 2]], id=["b", "b"]),
        lambda c: c["columns"].update(kind=[["step", 2**60]]),
        lambda c: c["columns"].update(status=[["lost", 2]]),
        lambda c: c["columns"].update(output=[1, len(c["values"])]),
        lambda c: c["columns"].update(output=[1, -1]),
        lambda c: c["columns"].update(output=[1, "1"]),
        lambda c: c["columns"].update(unheard=[1, 2]),
        lambda c: c["values"].insert(1, ["series", [1]]),
        lambda c: c.update(count=3),
        lambda c: c.update(count=0),
    ],
)
def test_what_could_not_be_read_later_is_no_point_from_the_start(change: Callable[[dict[str, Any]], object]) -> None:
    assert decode_point(spoilt(lambda content: None), lambda seq, slot: b"") is not None
    assert decode_point(spoilt(change), lambda seq, slot: b"") is None


def test_records_that_are_made_when_they_are_looked_at_are_like_those_that_were_there() -> None:
    there, again = SNAPSHOT.records, there_and_back(SNAPSHOT, lambda seq, slot: b"").records
    new = FULL._replace(path=("new",))
    assert all(again[path] is again.get(path) for path in there)
    for records in (again, again.set(new.path, new), again.set(("b",), new._replace(path=("b",)))):
        expected = Map({path: records[path] for path in records})
        assert set(records) == {record.path for record in records.values()} >= set(there)
        assert len(records) == len(set(records))
        assert records == expected
        assert dict(records.items()) == dict(expected.items())
        assert records.delete(("b",)) == expected.delete(("b",))
    assert again.set(("b",), new)[("b",)] is new
    assert new.path not in again
    for absent in ((), ("a",), ("b", "b"), ("outer",), ("outer", "fetch#3", "b")):
        assert absent not in again
        assert again.get(absent) is None
        assert again.get(absent, FULL) is FULL
        with pytest.raises(KeyError):
            again[absent]
    assert not there_and_back(Snapshot("run"), None).records


def test_the_values_of_an_event_have_the_same_order_when_it_is_read_back() -> None:
    data = {"b": SMALL, "a": {"y": LARGE, "x": [OTHER, Table((("t", SMALL),))]}, "c": Element(Series((None, LARGE)), 1)}
    event = Event(1, 1.0, E.STEP_SUCCEEDED, ("a",), data)
    again = peek_event(encode_event(event, b"")[0], 1, lambda digest: b"")
    assert values_in(again) == values_in(event) == [SMALL, LARGE, OTHER, SMALL, LARGE]


async def test_a_value_that_was_not_read_can_be_written_again() -> None:
    payload: Payload = Logged(1, 0, len(HUGE.data), lambda seq, slot: HUGE.data)
    blobs = Frames()
    event = await externalise(Event(1, 1.0, E.RUN_REWOUND, (), {"input": payload}), blobs.put)
    assert isinstance(event.data["input"], External)
    small = Event(2, 1.0, E.RUN_REWOUND, (), {"input": Logged(1, 0, 3, lambda seq, slot: SMALL.data)})
    assert peek_event(encode_event(small, b"")[0], 2, lambda digest: b"").data == {"input": SMALL}


def test_a_peek_at_another_event_is_refused() -> None:
    frame, _ = encode_event(EVENTS[0], b"")
    with pytest.raises(StoreCorrupt):
        peek_event(frame, 2, lambda digest: b"")
