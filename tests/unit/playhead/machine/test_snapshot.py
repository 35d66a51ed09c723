"""The quick ways to make a record or a snapshot give what the general way gives, field by field."""

from __future__ import annotations

from typing import Any

from immutables import Map

from playhead.machine.events import Event, Source
from playhead.machine.payload import Encoded
from playhead.machine.snapshot import Frame, Record, Snapshot, Status

PATH = ("outer", "fetch#3")
VALUE = Encoded(b"\x01")
EVENT = Event(7, 2.5, "step-output", PATH)


def full(kind: type[Any], **fields: object) -> Any:
    """One of that kind with another value in every field."""
    return kind(**{field: f"<{field}>" for field in kind._fields} | fields)


def test_a_record_of_a_place_that_has_begun() -> None:
    expected = Record(
        path=PATH,
        kind="step",
        status=Status.RUNNING,
        order=7,
        input=VALUE,
        started_at=2.5,
        tries=1,
        iteration=2,
        index=3,
    )
    assert Record.begun(PATH, "step", 7, VALUE, 2.5, 2, 3) == expected


def test_a_record_of_a_place_that_ended_well_forgets_how_it_came_to_be_run() -> None:
    running = full(Record)
    ended = {"status": Status.SUCCESS, "output": VALUE, "ended_at": 2.5, "bailed": True}
    forgotten = {"until": None, "resumed": False, "restarted": False, "labels": ()}
    assert running.succeeded(VALUE, 2.5, True) == running._replace(**ended, **forgotten)


def test_a_record_of_a_foreach_and_of_anything_with_a_few_changes() -> None:
    record = full(Record)
    items = {"next_item": 4, "open_items": frozenset({1, 3}), "done_items": 2}
    assert record.holding(4, frozenset({1, 3}), 2) == record._replace(**items)
    assert record.but({"turn": 2, "error": VALUE}) == record._replace(turn=2, error=VALUE)


def test_a_snapshot_after_an_event() -> None:
    before = full(Snapshot)
    moved: dict[str, Any] = {
        "records": Map({PATH: full(Record)}),
        "busy": Map({PATH: Status.RUNNING}),
        "frames": Map({(): Frame(1)}),
    }
    assert before.passed(EVENT) == before._replace(seq=7, updated_at=2.5)
    assert before.rested(EVENT, Status.PAUSED) == before._replace(seq=7, updated_at=2.5, status=Status.PAUSED)
    assert before.moved(EVENT, **moved) == before._replace(seq=7, updated_at=2.5, **moved)
    assert before.after(EVENT, owner="me") == before._replace(seq=7, updated_at=2.5, owner="me")


def test_what_is_made_quickly_is_of_its_own_kind() -> None:
    record, snapshot = full(Record), full(Snapshot)
    quick = [record.succeeded(None, 0.0, False), record.holding(0, frozenset(), 0), record.but({})]
    assert {type(made) for made in quick} == {Record}
    assert {type(made) for made in (snapshot.passed(EVENT), snapshot.moved(EVENT, Map(), Map(), Map()))} == {Snapshot}
    assert Source.item_of(("each",), 3) == Source("item", ("each",), count=3)
    assert Source.output_of(("a",)) == Source("output", ("a",))
    assert type(Source.item_of(("each",), 3)) is Source
