"""Events come back as they were; any damage to their frames is noticed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import ormsgpack
import pytest

from playhead.codec import compression
from playhead.codec.events import FIRST, decode_event, encode_event
from playhead.errors import NotStorable, StoreCorrupt, StoreNewer
from playhead.machine.events import RUN_CREATED, STEP_PRINTED, STEP_STARTED, STEP_SUCCEEDED, Event, Source
from playhead.machine.payload import Element, Encoded, External, Series, Table


def fetch(digest: str) -> bytes:
    return b"\x00" + digest.encode()


EVERYTHING = Event(
    7,
    1_700_000_000.25,
    STEP_SUCCEEDED,
    ("outer", "fetch#3"),
    {
        "none": None,
        "flags": [True, False],
        "numbers": [0, -1, 2**64 - 1, 1.5, -0.0, 2**70],
        "text": "a\ud800b",
        "bytes": b"\xff",
        "nested": {"a": {"b": [[], {}]}, "": 1},
        "output": Encoded(b"\x01" * 40),
        "state": External("abc", 300_000, fetch),
        "table": Table((("a", Encoded(b"1")), ("b", Table(())), ("c", Series((None, Encoded(b"2")))))),
        "element": Element(Series((Encoded(b"3"),)), 0),
        "input": Source("table", ("outer", "b"), ("x", "y"), 3),
        "sources": [Source("run-input"), {"deep": Source("item", ("a",), (), 2)}],
    },
)

SMALL = Event(1, 5.0, STEP_STARTED, ("a",), {"attempt": 0})


def round_trip(event: Event, previous: bytes = FIRST) -> Event:
    frame, chain = encode_event(event, previous)
    again, same_chain = decode_event(frame, previous, fetch)
    assert chain == same_chain
    assert 16 <= len(chain) <= 32
    return again


def test_everything_an_event_may_hold_comes_back() -> None:
    assert round_trip(EVERYTHING) == EVERYTHING


def test_kinds_are_not_mixed_up() -> None:
    again = round_trip(EVERYTHING).data
    assert [type(value) for value in again.values()] == [type(value) for value in EVERYTHING.data.values()]
    assert str(again["numbers"]) == "[0, -1, 18446744073709551615, 1.5, -0.0, 1180591620717411303424]"


def test_a_tuple_comes_back_as_a_list() -> None:
    assert round_trip(Event(1, 0.0, RUN_CREATED, (), {"parent": ("run", 3, (1,))})).data == {"parent": ["run", 3, [1]]}


def test_an_event_needs_no_path_and_no_data() -> None:
    assert round_trip(Event(1, 0.0, RUN_CREATED)) == Event(1, 0.0, RUN_CREATED)


def test_data_may_be_any_mapping() -> None:
    event = Event(1, 0.0, RUN_CREATED, (), MappingProxyType({"a": 1}))
    assert round_trip(event).data == {"a": 1}


def test_an_external_payload_reads_with_what_it_is_given() -> None:
    assert round_trip(EVERYTHING).data["state"].data == b"abc"


@pytest.mark.parametrize("value", [{1, 2}, object(), {1: 2}, len, 1j, {"a": [object()]}, [{(1,): 2}]], ids=repr)
def test_what_has_no_place_in_an_event_is_refused(value: Any) -> None:
    with pytest.raises(NotStorable, match="event 3"):
        encode_event(Event(3, 0.0, STEP_PRINTED, (), {"text": "\ud800", "x": value}), FIRST)


# ------------------------------------------------------------------ damage


def flips(frame: bytes) -> Any:
    for position in range(len(frame) * 8):
        damaged = bytearray(frame)
        damaged[position // 8] ^= 1 << position % 8
        yield position // 8, bytes(damaged)


@pytest.mark.parametrize("event", [SMALL, EVERYTHING, Event(2, 0.0, STEP_PRINTED, (), {"text": "la " * 600})], ids=repr)
def test_every_flipped_bit_is_noticed(event: Event) -> None:
    frame, _ = encode_event(event, b"x" * 16)
    for position, damaged in flips(frame):
        expected = (StoreCorrupt, StoreNewer) if position == 2 else StoreCorrupt
        with pytest.raises(expected):
            decode_event(damaged, b"x" * 16, fetch)


def test_a_higher_version_asks_for_an_update_and_a_lower_one_is_damage() -> None:
    frame, _ = encode_event(SMALL, FIRST)
    with pytest.raises(StoreNewer, match=r"Event 1 has format 2, .*: update Playhead"):
        decode_event(frame[:2] + b"\x02" + frame[3:], FIRST, fetch)
    with pytest.raises(StoreCorrupt):
        decode_event(frame[:2] + b"\x00" + frame[3:], FIRST, fetch)


def test_a_cut_or_lengthened_frame_is_noticed() -> None:
    frame, _ = encode_event(SMALL, FIRST)
    for damaged in (*(frame[:end] for end in range(len(frame))), frame + b"\0", frame + frame):
        with pytest.raises(StoreCorrupt):
            decode_event(damaged, FIRST, fetch)


def test_the_error_names_the_last_event_that_can_be_read() -> None:
    frame, _ = encode_event(EVERYTHING, FIRST)
    damaged = frame[:-1] + bytes([frame[-1] ^ 1])
    with pytest.raises(StoreCorrupt, match="Event 7 is damaged") as caught:
        decode_event(damaged, FIRST, fetch)
    assert caught.value.seq == 6
    with pytest.raises(StoreCorrupt, match="Event 9 is no event frame") as caught:
        decode_event(b"", FIRST, fetch, seq=9)
    assert caught.value.seq == 8


def log(count: int) -> list[bytes]:
    frames, chain = [], FIRST
    for seq in range(1, count + 1):
        frame, chain = encode_event(Event(seq, 0.0, STEP_STARTED, (str(seq),)), chain)
        frames.append(frame)
    return frames


def read(frames: list[bytes]) -> list[int]:
    chain, seen = FIRST, []
    for frame in frames:
        event, chain = decode_event(frame, chain, fetch)
        seen.append(event.seq)
    return seen


def test_a_whole_log_is_read_in_order() -> None:
    assert read(log(5)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "change",
    [
        lambda frames: [*frames[:2], *frames[3:]],
        lambda frames: frames[1:],
        lambda frames: [frames[1], frames[0], *frames[2:]],
        lambda frames: [frames[0], frames[0], *frames[1:]],
        lambda frames: [
            *frames[:2],
            encode_event(Event(3, 9.9, STEP_STARTED, ("3",)), FIRST)[0],
            *frames[3:],
        ],
    ],
    ids=["removed", "first removed", "swapped", "repeated", "edited"],
)
def test_the_chain_notices_missing_swapped_and_edited_events(
    change: Callable[[list[bytes]], list[bytes]],
) -> None:
    with pytest.raises(StoreCorrupt, match="does not follow the one before it"):
        read(change(log(5)))


def test_a_frame_of_another_number_is_noticed_when_the_number_is_known() -> None:
    frame, _ = encode_event(SMALL, FIRST)
    with pytest.raises(StoreCorrupt, match="Event 2 says that it is event 1"):
        decode_event(frame, FIRST, fetch, seq=2)


# ------------------------------------------------------------------ forged, with right checksum and chain hash


def forged(body: bytes, flags: int = 0, version: int = 1) -> bytes:
    """A frame around any body, with a checksum and a chain hash that are right."""
    from hashlib import blake2b

    prefix = struct.pack("<2sBBII", b"PH", version, flags, 1, len(body))
    rest = blake2b(FIRST + prefix + body, digest_size=16).digest() + body
    return prefix + struct.pack("<I", zlib.crc32(rest, zlib.crc32(prefix))) + rest


def packed(*parts: Any) -> bytes:
    return ormsgpack.packb(list(parts))


BOMB = zlib.compress(bytes(200 * 2**20), 1)

FORGED: dict[str, bytes] = {
    "nothing": forged(b""),
    "bytes after its end": forged(packed(0.0, "t", [], {}) + b"\x01"),
    "no list": forged(packed()[:0] + b"\x01"),
    "too few parts": forged(packed(0.0, "t", [])),
    "time is text": forged(packed("0", "t", [], {})),
    "type is a number": forged(packed(0.0, 1, [], {})),
    "path is text and numbers": forged(packed(0.0, "t", ["a", 1], {})),
    "data is a list": forged(packed(0.0, "t", [], [])),
    "number as a key": forged(packed(0.0, "t", [], {})[:-1] + b"\x81\x01\x01"),
    "value kinds": forged(packed(0.0, "t", [], {"a": ormsgpack.Ext(10, b"\x90")})),
    "a table with an odd count": forged(packed(0.0, "t", [], {"a": ormsgpack.Ext(102, b"\x91\xa1a")})),
    "unknown flag": forged(packed(0.0, "t", [], {}), flags=2),
    "version 0": forged(packed(0.0, "t", [], {}), version=0),
    "compressed, but not": forged(packed(0.0, "t", [], {}), flags=1),
    "compressed, and more": forged(zlib.compress(packed(0.0, "t", [], {})) + b"x", flags=1),
    "compressed, and cut": forged(zlib.compress(packed(0.0, "t", [], {}))[:-1], flags=1),
    "a bomb": forged(BOMB, flags=1),
    "deep": forged(b"\x91" * 100_000),
    "a list of four billion": forged(b"\xdd\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_frame_is_corrupt_and_harmless(name: str) -> None:
    with pytest.raises(StoreCorrupt):
        decode_event(FORGED[name], FIRST, fetch)


def test_the_forger_of_these_tests_could_forge_a_good_frame() -> None:
    event, _ = decode_event(forged(packed(0.5, "t", ["a"], {"b": 1})), FIRST, fetch)
    assert event == Event(1, 0.5, "t", ("a",), {"b": 1})


# ------------------------------------------------------------------ size


def test_small_events_are_small() -> None:
    assert len(encode_event(SMALL, FIRST)[0]) < 80


def test_large_texts_are_compressed() -> None:
    event = Event(1, 0.0, STEP_PRINTED, (), {"text": "the same line again\n" * 1_000})
    assert len(encode_event(event, FIRST)[0]) < 1_000
    assert round_trip(event) == event


def test_what_does_not_shrink_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = bytes(i * i * 31 % 251 ^ i * 7 % 256 for i in range(100_000))
    noise = b"".join(zlib.compress(noise[i : i + 1_000], 9) for i in range(0, 100_000, 1_000))
    event = Event(1, 0.0, STEP_SUCCEEDED, (), {"output": Encoded(noise)})
    frame, _ = encode_event(event, FIRST)
    assert frame[3] == 0
    assert round_trip(event) == event


def test_a_body_too_large_to_be_decompressed_is_not_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "UP_TO", 10_000)
    for size in (9_000, 20_000):
        event = Event(1, 0.0, STEP_SUCCEEDED, (), {"output": Encoded(bytes(size))})
        assert encode_event(event, FIRST)[0][3] == (size == 9_000)
        assert round_trip(event) == event
