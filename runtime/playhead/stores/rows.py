"""Rows: how frames, summaries and leases stand in the database.

One row per append holds a batch of frames under ``log/<run>/<first seq>``. Every value begins with a CRC over
its key and its content, because SQLite does not notice bit rot.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from struct import Struct, pack, unpack_from
from struct import error as struct_error
from types import NoneType
from typing import Any, Final, NoReturn

import ormsgpack

from playhead.errors import NotStorable, StoreCorrupt, StoreForeign
from playhead.stores.port import Lease, RunSummary

# "0" follows "/": the keys that begin with "run/" are those from "run/" up to "run0", and so on.
SPACES: Final = tuple((f"{name}/", f"{name}0") for name in ("lease", "log", "point", "run", "shared"))
RUNS: Final = ("run/", "run0")

_CRC: Final = Struct(">I")  # also the number of frames, right after it
_HEAD: Final = Struct(">II")  # CRC, number of frames
_TWO: Final = Struct(">II")  # number of frames, the length of the first of two

_NUMBER: Final = (int, float)
_TEXT: Final = (str, NoneType)
_SUMMARY: Final = (int, str, str, _TEXT, _NUMBER, _NUMBER, (list, NoneType))
_LEASE: Final = (str, str, int, _NUMBER, _NUMBER)


def log_range(run_id: str) -> tuple[str, str]:
    """The keys of a run's batches lie between these two (the second one excluded)."""
    return f"log/{run_id}/", f"log/{run_id}0"


def batch_key(run_id: str, first: int) -> str:
    """The key of the batch whose first event is ``first``; keys sort as the events do."""
    return f"log/{run_id}/{first:012d}"


def first_of(key: str) -> int:
    """The first event of the batch with this key."""
    return int(key[-12:]) if key[-12:].isdecimal() else 0


def run_key(run_id: str) -> str:
    """The key of a run's listing row."""
    return f"run/{run_id}"


def lease_key(run_id: str) -> str:
    """The key of a run's lease."""
    return f"lease/{run_id}"


def point_key(run_id: str) -> str:
    """The key of a run's compaction point."""
    return f"point/{run_id}"


def shared_key(digest: str) -> str:
    """The key of what many runs refer to."""
    return f"shared/{digest}"


def last_of(run_id: str, key: str, last: object, count: object) -> int:
    """The last event of a batch, by its columns; ``count`` as it stands in its value."""
    if type(count) is not bytes:
        _raise_foreign(run_id)
    first = first_of(key)
    if type(last) is not int or count != _CRC.pack(last - first + 1 & 0xFFFFFFFF):
        raise_damaged(run_id, first - 1)
    return last


def encode_batch(key: str, frames: Sequence[bytes]) -> bytes:
    """CRC, number of frames, the length of each frame but the last, the frames."""
    count = len(frames)
    if count == 2:  # by far the most common: the end of a step and the start of the next one
        return _seal(key, _TWO.pack(2, len(frames[0])) + frames[0] + frames[1])
    return _seal(key, b"".join([pack(f">{count}I", count, *map(len, frames[:-1])), *frames]))


def decode_batch(run_id: str, first: int, last: object, key: str, value: object) -> list[bytes]:
    """The frames of the events ``first`` to ``last``; `StoreCorrupt` if the value holds anything else."""
    content = _unseal(run_id, first - 1, key, value)
    (count,) = _CRC.unpack_from(content)
    if last != first + count - 1:
        raise_damaged(run_id, first - 1)
    if count == 1:
        return [content[4:]]
    try:
        lengths = unpack_from(f">{count - 1}I", content, 4)
    except struct_error:
        raise_damaged(run_id, first - 1)
    frames = []
    start = 4 * count
    for length in lengths:
        frames.append(content[start : start + length])
        start += length
    if start > len(content):
        raise_damaged(run_id, first - 1)
    frames.append(content[start:])
    return frames


def encode_summary(key: str, summary: RunSummary, last: int) -> bytes:
    """``last`` is the run's last event at that time: a log that ends before it has lost its tail."""
    return _seal(key, _pack("summary", (last, *summary[1:7])))  # the run's id stands in the key


def decode_summary(key: str, value: object) -> RunSummary:
    """The listing row."""
    run_id = key.removeprefix("run/")
    last, workflow_id, status, resource_id, created_at, updated_at, parent = _items(run_id, key, value, _SUMMARY)
    if parent is not None:
        if list(map(type, parent)) != [str, int]:
            raise_damaged(run_id, 0)
        parent = tuple(parent)
    return RunSummary(run_id, workflow_id, status, resource_id, created_at, updated_at, parent, last)


def encode_lease(run_id: str, lease: Lease) -> bytes:
    """Equal leases give equal bytes."""
    items = (lease.owner, lease.host, lease.pid, lease.process_started, lease.expires)
    return _seal(lease_key(run_id), _pack("lease", items))


def decode_lease(run_id: str, value: object) -> Lease:
    """The lease; `StoreCorrupt` if it is damaged."""
    return Lease(*_items(run_id, lease_key(run_id), value, _LEASE))


def encode_spare(key: str, data: bytes) -> bytes:
    """A value that can be done without."""
    return _seal(key, data)


def decode_spare(key: str, value: object) -> bytes | None:
    """The value again; None if it is damaged, or there is none."""
    if type(value) is not bytes or len(value) < _CRC.size:
        return None
    content = value[_CRC.size :]
    return content if _CRC.unpack_from(value)[0] == zlib.crc32(content, zlib.crc32(key.encode())) else None


def missing_event(run_id: str, seq: int) -> StoreCorrupt:
    """The error for an event that is referred to and is not there."""
    return StoreCorrupt(f"Run {run_id!r} has no event {seq} in the store.", run_id=run_id, seq=seq - 1)


def raise_damaged(run_id: str, seq: int) -> NoReturn:
    """The log of the run is readable up to ``seq`` only."""
    raise StoreCorrupt(
        f"Run {run_id!r}: what is stored after event {seq} is damaged. Keep a copy of the store's folder;"
        " then restore it from an older copy, or fork the run at an event that is readable.",
        run_id=run_id,
        seq=seq,
    )


def _raise_foreign(run_id: str) -> NoReturn:
    """What stands there is no value of ours."""
    raise StoreForeign(f"The store has a value of run {run_id!r} that Playhead never wrote.")


def _seal(key: str, content: bytes) -> bytes:
    return _CRC.pack(zlib.crc32(content, zlib.crc32(key.encode()))) + content


def _pack(name: str, items: tuple[object, ...]) -> bytes:
    try:
        return ormsgpack.packb(items)
    except TypeError as error:  # such as half of a surrogate pair in a resource id
        raise NotStorable(name, str(error)) from None


def _unseal(run_id: str, seq: int, key: str, value: object) -> bytes:
    if type(value) is not bytes:
        _raise_foreign(run_id)
    content = value[4:]
    if len(value) < _HEAD.size or _CRC.unpack_from(value)[0] != zlib.crc32(content, zlib.crc32(key.encode())):
        raise_damaged(run_id, seq)
    return content


def _items(run_id: str, key: str, value: object, kinds: Sequence[type | tuple[type, ...]]) -> list[Any]:
    content = _unseal(run_id, 0, key, value)
    try:
        items = ormsgpack.unpackb(content)
    except ValueError:
        raise_damaged(run_id, 0)
    if not isinstance(items, list) or len(items) != len(kinds):
        raise_damaged(run_id, 0)
    if not all(map(isinstance, items, kinds)):
        raise_damaged(run_id, 0)
    return items
