"""Large values leave the event before it is written."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest

from playhead.codec.blobs import BLOB_THRESHOLD, externalise, fetch_blob
from playhead.codec.compression import UP_TO
from playhead.errors import StoreCorrupt
from playhead.machine.events import STEP_SUCCEEDED, Event, Source
from playhead.machine.payload import Element, Encoded, External, Series, Table

SMALL = Encoded(bytes(BLOB_THRESHOLD - 1))
LARGE = Encoded(random.Random(1).randbytes(BLOB_THRESHOLD))
OTHER = Encoded(b"\x02" * (BLOB_THRESHOLD + 5))


class Blobs:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        digest = f"digest-{len(self.kept) + 1}"
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
    assert {fetch_blob(blobs.kept.__getitem__, digest) for digest in blobs.kept} == {LARGE.data, OTHER.data}
    assert before.data["output"] is LARGE


async def test_what_was_put_away_is_still_at_hand() -> None:
    after = await externalise(event(output=LARGE), Blobs().put)
    assert after.data["output"].data == LARGE.data


async def test_what_was_put_away_is_read_with_what_is_given() -> None:
    blobs = Blobs()
    after = await externalise(event(output=LARGE), blobs.put, blobs.kept.__getitem__)
    assert after.data["output"].data == LARGE.data
    blobs.kept["digest-1"] = b"\x00read anew"
    assert after.data["output"].data == b"read anew"


async def test_only_what_gets_smaller_is_compressed() -> None:
    blobs = Blobs()
    await externalise(event(output=LARGE, other=OTHER), blobs.put)
    assert len(blobs.kept["digest-1"]) == BLOB_THRESHOLD + 1
    assert len(blobs.kept["digest-2"]) < 0.01 * BLOB_THRESHOLD


@pytest.mark.parametrize("size", [2**20 - 1, 2**20, 3 * 2**20 + 7])
async def test_a_value_of_several_pieces_comes_back(size: int) -> None:
    blobs = Blobs()
    value = Encoded((b"all work and no play " * (size // 21 + 1))[:size])
    after = await externalise(event(output=value), blobs.put, blobs.kept.__getitem__)
    assert after.data["output"].data == value.data


BOMB = zlib.compress(bytes(UP_TO + 1))
"""Whose value is a byte too long to be taken out."""


@pytest.mark.parametrize("blob", [b"", b"\x02x", b"\x01no zlib", b"\x01" + zlib.compress(b"x")[:-1], b"\x01" + BOMB])
def test_what_is_no_blob_is_corrupt_and_harmless(blob: bytes) -> None:
    with pytest.raises(StoreCorrupt, match="damaged"):
        fetch_blob(lambda digest: blob, "0123456789abcdef")
