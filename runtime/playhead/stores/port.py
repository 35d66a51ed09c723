"""The store port: all that an engine asks of the place where logs are kept.

A store knows nothing of workflows or events. It keeps, per run, a list of opaque frames; one summary row for
listings; one lease row; and blobs. Its whole promise is `Store.append`: atomic, durable when it returns, and
refused when somebody else has appended first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class RunSummary(NamedTuple):
    """What a listing shows of a run. Times are seconds since 1970, UTC; ``parent`` is (run id, seq) of a fork.

    ``last`` is the number of the run's last event when the row was written; the store says so when it is read.
    """

    run_id: str
    workflow_id: str
    status: str
    resource_id: str | None
    created_at: float
    updated_at: float
    parent: tuple[str, int] | None = None
    last: int = 0


class Lease(NamedTuple):
    """Who drives a run, and until when (seconds since 1970, UTC) others should leave it alone."""

    owner: str
    host: str
    pid: int
    process_started: float
    expires: float


class Store(Protocol):
    """A place that keeps logs. Every method may raise a `StoreError`; none leaves a half-done change."""

    @property
    def name(self) -> str:
        """What people recognise the store by, such as its folder."""
        ...

    async def open(self) -> None:
        """Make ready for use; refuse a foreign, newer or unsuitable place. Opening twice does nothing."""
        ...

    async def close(self) -> None:
        """Let go of files and threads. Closing twice does nothing."""
        ...

    async def append(self, run_id: str, after: int, frames: Sequence[bytes], summary: RunSummary | None = None) -> None:
        """Append ``frames`` as events ``after + 1, ...`` in one atomic, durable commit.

        Raises `StoreConflict` (and changes nothing) if the last event is not ``after``. ``summary``, if given,
        replaces the run's listing row in the same commit.
        """
        ...

    async def read(self, run_id: str, after: int = 0) -> list[bytes]:
        """The frames of the events after ``after``, in order; empty for an unknown run."""
        ...

    def frame(self, run_id: str, seq: int) -> bytes:
        """The frame of one event, read at once, on any thread; `StoreCorrupt` if it is damaged or missing."""
        ...

    async def last(self, run_id: str) -> int:
        """The number of the run's last event; 0 for an unknown run."""
        ...

    async def summary(self, run_id: str) -> RunSummary | None:
        """The run's listing row, or None."""
        ...

    async def summaries(self) -> list[RunSummary]:
        """Every run's listing row, newest first by ``created_at``."""
        ...

    async def delete(self, run_id: str) -> None:
        """Forget a run: frames, row, lease, compaction point and blobs. An unknown run is no error."""
        ...

    async def lease(self, run_id: str) -> Lease | None:
        """The run's lease, expired or not."""
        ...

    async def swap_lease(self, run_id: str, expected: Lease | None, new: Lease | None) -> bool:
        """Replace the lease if it still is ``expected`` (None: no lease). False, and no change, otherwise."""
        ...

    async def put_blob(self, run_id: str, data: bytes) -> str:
        """Keep a large value of a run under the hash of its bytes, durably; give the hash."""
        ...

    def get_blob(self, run_id: str, digest: str) -> bytes:
        """Read a large value back, checked against its hash; `StoreCorrupt` if it is damaged or missing."""
        ...

    async def put_point(self, run_id: str, point: bytes) -> None:
        """Keep a run's compaction point instead of the one before. Losing it loses time, and nothing else."""
        ...

    async def point(self, run_id: str) -> bytes | None:
        """The run's compaction point; None if there is none, if it is damaged, or if the log lacks its tail."""
        ...

    async def put_shared(self, data: bytes) -> str:
        """Keep what many runs refer to, once, under the hash of its bytes; give the hash. It is never deleted."""
        ...

    async def shared(self, digest: str) -> bytes | None:
        """What is kept under that hash; None if it is damaged or missing."""
        ...

    async def wait(self, run_id: str, after: int, timeout: float) -> None:
        """Return when the run may have events after ``after``, whoever appended them, or ``timeout`` seconds on."""
        ...
