"""The memory store: keeps logs in dicts, for tests and for runs that need not outlive the process.

It is shared by handing it to several runtimes, on any thread or loop, and outlives each of them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from playhead.definition.ids import check_run_id
from playhead.errors import StoreConflict
from playhead.stores.bell import Bell
from playhead.stores.blobs import blob_digest, missing_blob
from playhead.stores.port import Lease, RunSummary
from playhead.stores.rows import missing_event


class MemoryStore:
    """A store in memory, with the same contract as every other store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bell = Bell()
        self._logs: dict[str, list[bytes]] = {}
        self._summaries: dict[str, RunSummary] = {}
        self._leases: dict[str, Lease] = {}
        self._blobs: dict[tuple[str, str], bytes] = {}
        self._points: dict[str, bytes] = {}
        self._shared: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """What people recognise it by."""
        return "memory"

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """What is kept stays: the store may be shared, and may be opened again."""

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        """Compare and append, under a lock."""
        check_run_id(run_id)
        with self._lock:
            last = len(self._logs.get(run_id, ()))
            if last != after:
                raise StoreConflict(run_id, after, last)
            if frames:
                self._logs.setdefault(run_id, []).extend(map(bytes, frames))
            if summary is not None:
                self._summaries[run_id] = summary._replace(last=last + len(frames))
        self._bell.ring(run_id)

    async def read(self, run_id: str, after: int = 0) -> list[bytes]:
        """The frames after ``after``."""
        return self._logs.get(check_run_id(run_id), [])[max(after, 0) :]

    def frame(self, run_id: str, seq: int) -> bytes:
        """One frame."""
        frames = self._logs.get(check_run_id(run_id), [])
        if not 0 < seq <= len(frames):
            raise missing_event(run_id, seq)
        return frames[seq - 1]

    async def last(self, run_id: str) -> int:
        """The number of the run's last event."""
        return len(self._logs.get(check_run_id(run_id), ()))

    async def summary(self, run_id: str) -> RunSummary | None:
        """The run's listing row."""
        return self._summaries.get(check_run_id(run_id))

    async def summaries(self) -> list[RunSummary]:
        """Every run's listing row, newest first."""
        with self._lock:
            found = list(self._summaries.values())
        return sorted(found, key=lambda summary: (summary.created_at, summary.run_id), reverse=True)

    async def delete(self, run_id: str) -> None:
        """Forget everything of the run."""
        check_run_id(run_id)
        with self._lock:
            self._logs.pop(run_id, None)
            self._summaries.pop(run_id, None)
            self._leases.pop(run_id, None)
            self._points.pop(run_id, None)
            for key in [key for key in self._blobs if key[0] == run_id]:
                del self._blobs[key]
        self._bell.ring(run_id)

    async def lease(self, run_id: str) -> Lease | None:
        """The run's lease, expired or not."""
        return self._leases.get(check_run_id(run_id))

    async def swap_lease(self, run_id: str, expected: Lease | None, new: Lease | None) -> bool:
        """Compare and swap, under the lock."""
        check_run_id(run_id)
        with self._lock:
            if self._leases.get(run_id) != expected:
                return False
            if new is None:
                self._leases.pop(run_id, None)
            else:
                self._leases[run_id] = new
        return True

    async def put_blob(self, run_id: str, data: bytes) -> str:
        """Keep the bytes under their hash."""
        digest = blob_digest(data)
        self._blobs.setdefault((check_run_id(run_id), digest), bytes(data))
        return digest

    def get_blob(self, run_id: str, digest: str) -> bytes:
        """The bytes again."""
        try:
            return self._blobs[check_run_id(run_id), digest]
        except KeyError:
            raise missing_blob(run_id, digest) from None

    async def put_point(self, run_id: str, point: bytes) -> None:
        """Keep it instead of the one before."""
        self._points[check_run_id(run_id)] = bytes(point)

    async def point(self, run_id: str) -> bytes | None:
        """The run's compaction point."""
        return self._points.get(check_run_id(run_id))

    async def put_shared(self, data: bytes) -> str:
        """Keep the bytes under their hash."""
        digest = blob_digest(data)
        self._shared.setdefault(digest, bytes(data))
        return digest

    async def shared(self, digest: str) -> bytes | None:
        """The bytes again."""
        return self._shared.get(digest)

    async def wait(self, run_id: str, after: int, timeout: float) -> None:
        """Woken by `append`, from whatever thread or loop."""
        with self._bell.listen(check_run_id(run_id)) as bell:
            if len(self._logs.get(run_id, ())) <= after:
                await bell.heard(timeout)
