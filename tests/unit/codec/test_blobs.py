"""Large values leave the event before it is written."""

from __future__ import annotations

from typing import Any

from playhead.codec.events import BLOB_THRESHOLD, externalise
from playhead.machine.events import STEP_SUCCEEDED, Event, Source
from playhead.machine.payload import Element, Encoded, External, Series, Table

SMALL = Encoded(bytes(BLOB_THRESHOLD - 1))
LARGE = Encoded(b"\x01" * BLOB_THRESHOLD)
OTHER = Encoded(b"\x02" * (BLOB_THRESHOLD + 5))


class Blobs:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        digest = f"digest-{data[0]}"
        assert digest not in self.kept
        self.kept[digest] = data
        return digest


def event(**data: Any) -> Event:
    return Event(3, 1.0, STEP_SUCCEEDED, ("a",), data)


async def test_an_event_without_large_values_is_left_alone() -> None:
    small = event(output=SMALL, table=Table((("a", SMALL),)), n=[1, "x", None], source=Source("run-input"))
    assert await externalise(small, Blobs().put) is small


async def test_large_values_are_put_away_wherever_they_are() -> None:
    blobs = Blobs()
    before = event(
        output=LARGE,
        table=Table((("a", SMALL), ("b", Series((None, OTHER, LARGE))))),
        nested=[{"x": (LARGE, 1)}],
        element=Element(LARGE, 3),
        attempts=1,
    )
    after = await externalise(before, blobs.put)
    large = External("digest-1", BLOB_THRESHOLD, len)  # type: ignore[arg-type]  # never fetched
    other = External("digest-2", BLOB_THRESHOLD + 5, len)  # type: ignore[arg-type]  # never fetched
    assert after == event(
        output=large,
        table=Table((("a", SMALL), ("b", Series((None, other, large))))),
        nested=[{"x": (large, 1)}],
        element=Element(large, 3),
        attempts=1,
    )
    assert after.data["output"].size == BLOB_THRESHOLD
    assert blobs.kept == {"digest-1": LARGE.data, "digest-2": OTHER.data}
    assert before.data["output"] is LARGE


async def test_what_was_put_away_is_still_at_hand() -> None:
    after = await externalise(event(output=LARGE), Blobs().put)
    assert after.data["output"].data == LARGE.data


async def test_what_was_put_away_is_read_with_what_is_given() -> None:
    blobs = Blobs()
    after = await externalise(event(output=LARGE), blobs.put, blobs.kept.__getitem__)
    blobs.kept["digest-1"] = b"read anew"
    assert after.data["output"].data == b"read anew"
