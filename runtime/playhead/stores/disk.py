"""The disk store: logs in a folder, in a database that diskcache lays out, with large values beside it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from playhead.definition.ids import check_run_id
from playhead.stores.access import Access
from playhead.stores.appends import Appends
from playhead.stores.bell import Bell
from playhead.stores.blobs import BlobFolder, blob_digest
from playhead.stores.database import Database
from playhead.stores.port import Lease, RunSummary
from playhead.stores.rows import (
    RUNS,
    batch_key,
    decode_batch,
    decode_lease,
    decode_spare,
    decode_summary,
    encode_lease,
    encode_spare,
    first_of,
    lease_key,
    log_range,
    point_key,
    raise_damaged,
    run_key,
    shared_key,
)
from playhead.stores.statements import Append
from playhead.stores.worker import Worker

Durability: TypeAlias = Literal["process", "power"]

_CHUNK: Final = 256  # rows read between two turns of the event loop: about a millisecond
_FIRST_POLL: Final = 0.025  # seconds between looks for the commits of other processes
_LONGEST_POLL: Final = 0.25


class DiskStore:
    """A store in a folder of its own.

    With ``durability="process"`` an append survives the death of the process; a power cut may lose the last
    ones, but never damages the log. With ``"power"`` each append waits for the disk. ``lock_timeout`` is how
    many seconds a call tries for a database that another process holds before it raises `StoreLocked`.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, durability: Durability = "process", lock_timeout: float = 5.0
    ) -> None:
        if durability not in get_args(Durability):
            raise ValueError(f'durability is "process" or "power", not {durability!r}')
        self._name = os.fspath(path)
        folder = Path(path).expanduser().absolute()  # A notebook may change its directory later.
        self._access = Access(folder, full_sync=durability == "power", lock_timeout=lock_timeout)
        self._appends = Appends(self._access)
        self._blobs = BlobFolder(folder / "blobs")
        self._files = Worker("playhead-blobs")
        self._bell = Bell()

    @property
    def name(self) -> str:
        """The folder, as it was given."""
        return self._name

    async def open(self) -> None:
        """Open the store, and make it if it is missing; refuse what is not a store of this user's."""
        await self._access.open()

    async def close(self) -> None:
        """Let go of the files and the threads. It can be opened again."""
        await self._files.stop()
        await self._access.close()

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        """One row, in one commit with what else is appended in this turn of the event loop."""
        waiting = self._appends.add(Append(check_run_id(run_id), after, frames, summary))
        if waiting is not None:
            await waiting
        self._bell.ring(run_id)

    async def read(self, run_id: str, after: int = 0) -> list[bytes]:
        """The frames after ``after``; `StoreCorrupt` if the log has a gap, or lacks its tail."""
        check_run_id(run_id)
        if after > 0:
            return await self._read_tail(run_id, after)
        promised = await self._promised(run_id)
        frames = await self._read_on(run_id, 1)
        if len(frames) < promised == await self._promised(run_id):  # Asked again: it may have been deleted.
            raise_damaged(run_id, len(frames))
        return frames

    def frame(self, run_id: str, seq: int) -> bytes:
        """One frame, out of its batch."""
        return self._access.look_now(Database.frame, check_run_id(run_id), seq)

    async def _read_tail(self, run_id: str, after: int) -> list[bytes]:
        if await self._access.look(Database.last, run_id) <= after:
            return []  # as mostly, when somebody only makes sure
        key = await self._access.look(Database.batch_of, run_id, after + 1)
        if key is None:
            return []
        first = first_of(key)
        return (await self._read_on(run_id, first))[after + 1 - first :]

    async def _read_on(self, run_id: str, first: int) -> list[bytes]:
        """The frames from ``first`` on, where a batch must begin; some rows, then others have their turn."""
        frames: list[bytes] = []
        end = log_range(run_id)[1]
        while True:
            rows = await self._access.look(Database.scan, batch_key(run_id, first), end, _CHUNK)
            for key, last, value in rows:
                batch = decode_batch(run_id, first, last, key, value)
                frames += batch
                first += len(batch)
            if len(rows) < _CHUNK:
                return frames
            await asyncio.sleep(0)

    async def _promised(self, run_id: str) -> int:
        """The event up to which the log must go, by the run's listing row."""
        key = run_key(run_id)
        value = await self._access.look(Database.value, key)
        return 0 if value is None else decode_summary(key, value).last

    async def last(self, run_id: str) -> int:
        """The number of the run's last event, found by the index; `StoreCorrupt` if the log lacks its tail."""
        promised = await self._promised(check_run_id(run_id))
        last = await self._access.look(Database.last, run_id)
        if last < promised == await self._promised(run_id):  # Asked again: it may have been deleted.
            raise_damaged(run_id, last)
        return last

    async def summary(self, run_id: str) -> RunSummary | None:
        """The run's listing row."""
        key = run_key(check_run_id(run_id))
        value = await self._access.look(Database.value, key)
        return None if value is None else decode_summary(key, value)

    async def summaries(self) -> list[RunSummary]:
        """Every run's listing row, newest first."""
        found: list[RunSummary] = []
        start, end = RUNS
        while True:
            rows = await self._access.look(Database.scan, start, end, _CHUNK)
            found += [decode_summary(key, value) for key, _, value in rows]
            if len(rows) < _CHUNK:
                break
            start = rows[-1][0] + "\0"  # the least key after it
            await asyncio.sleep(0)
        return sorted(found, key=lambda summary: (summary.created_at, summary.run_id), reverse=True)

    async def delete(self, run_id: str) -> None:
        """Forget the rows in one commit, then remove the blobs."""
        keys = (run_key(check_run_id(run_id)), lease_key(run_id), point_key(run_id))
        await self._access.change_much(Database.forget, run_id, keys)
        await self._files.run(lambda: self._access.files(lambda: self._blobs.delete(run_id), changes=True))
        self._bell.ring(run_id)

    async def lease(self, run_id: str) -> Lease | None:
        """The run's lease, expired or not."""
        value = await self._access.look(Database.value, lease_key(check_run_id(run_id)))
        return None if value is None else decode_lease(run_id, value)

    async def swap_lease(self, run_id: str, expected: Lease | None, new: Lease | None) -> bool:
        """Compare and swap, in one commit. Equal leases are equal bytes."""
        key = lease_key(check_run_id(run_id))
        old_value = None if expected is None else encode_lease(run_id, expected)
        new_value = None if new is None else encode_lease(run_id, new)
        return await self._access.change(Database.swap, key, old_value, new_value)

    async def put_blob(self, run_id: str, data: bytes) -> str:
        """Write a file, unless there is one with these bytes."""
        check_run_id(run_id)
        return await self._files.run(lambda: self._access.files(lambda: self._blobs.put(run_id, data), changes=True))

    def get_blob(self, run_id: str, digest: str) -> bytes:
        """Read a file, and check it."""
        check_run_id(run_id)
        return self._access.files(lambda: self._blobs.get(run_id, digest), changes=False)

    async def put_point(self, run_id: str, point: bytes) -> None:
        """One row for each run."""
        key = point_key(check_run_id(run_id))
        await self._access.change(Database.put, key, encode_spare(key, point))

    async def point(self, run_id: str) -> bytes | None:
        """None for a log without its tail too: whoever then reads it from the start is told."""
        key = point_key(check_run_id(run_id))
        point = decode_spare(key, await self._access.look(Database.value, key))
        if point is None or await self._access.look(Database.last, run_id) < await self._promised(run_id):
            return None
        return point

    async def put_shared(self, data: bytes) -> str:
        """One row for each content."""
        digest = blob_digest(data)
        key = shared_key(digest)
        if await self._access.look(Database.value, key) is None:
            await self._access.change(Database.put, key, encode_spare(key, data))
        return digest

    async def shared(self, digest: str) -> bytes | None:
        """The row's content."""
        key = shared_key(digest)
        return decode_spare(key, await self._access.look(Database.value, key))

    async def wait(self, run_id: str, after: int, timeout: float) -> None:
        """Woken by appends to this very object; the commits of others are looked for, ever more rarely."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + timeout, _FIRST_POLL
        seen: tuple[int, int] | None = None
        with self._bell.listen(check_run_id(run_id)) as bell:
            while True:
                version = await self._access.look(Database.version)
                if version != seen and await self.last(run_id) > after:
                    return
                seen, left = version, end - loop.time()
                if left <= 0 or await bell.heard(min(pause, left)):
                    return
                pause = min(pause * 1.5, _LONGEST_POLL)
