"""F8: somebody else has the database: the event loop goes on, the call waits, and says who it was."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from playhead.errors import StoreError, StoreLocked
from playhead.stores.disk import DiskStore
from playhead.stores.port import Lease, RunSummary

TICK = 0.005  # seconds
HOLD = """
import sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DiskStore]:
    store = DiskStore(tmp_path / "store", lock_timeout=0.15)
    await store.open()
    await store.append("run", 0, [b"1"])
    yield store
    await store.close()


@contextmanager
def held(store: DiskStore, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """Another connection has the write lock, for as long as the block, or until it rolls back."""
    con = sqlite3.connect(Path(store.name) / "cache.db", isolation_level=None)
    con.execute(begin)
    try:
        yield con
    finally:
        con.close()


async def test_the_loop_goes_on_while_an_append_waits(store: DiskStore) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(TICK)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with held(store), pytest.raises(StoreLocked):
        await store.append("run", 1, [b"2"])
    ticking.cancel()
    assert ticks > 0.15 / TICK / 3, "the loop was held up"


async def test_the_append_goes_on_when_the_lock_is_free(store: DiskStore) -> None:
    with held(store) as other:
        appending = asyncio.create_task(store.append("run", 1, [b"2"]))
        await asyncio.sleep(0.05)
        assert not appending.done()
        other.rollback()
        await appending
    assert await store.read("run") == [b"1", b"2"]


@pytest.mark.parametrize("durability", ["process", "power"])
async def test_every_change_says_that_it_is_locked_and_changes_nothing(tmp_path: Path, durability: str) -> None:
    store = DiskStore(tmp_path / "store", durability=durability, lock_timeout=0.02)  # type: ignore[arg-type]
    await store.open()
    await store.append("run", 0, [b"1"])
    summary = RunSummary("run", "flow", "running", None, 1.0, 1.0)
    with held(store):
        for change in (
            store.append("run", 1, [b"2"]),
            store.append("run", 1, [b"2"], summary),
            store.swap_lease("run", None, Lease("me", "host", 1, 1.0, 2.0)),
            store.delete("run"),
        ):
            with pytest.raises(StoreLocked, match=r"for more than 0\.02 s"):
                await change
        assert await store.read("run") == [b"1"]
        assert await store.summaries() == []
        assert await store.lease("run") is None
    await store.append("run", 1, [b"2"], summary)
    await store.close()


async def test_opening_and_reading_do_not_wait_for_a_writer(store: DiskStore) -> None:
    with held(store) as other:
        other.execute("UPDATE Cache SET store_time = 1")
        second = DiskStore(store.name, lock_timeout=0.0)
        await second.open()
        assert await second.read("run") == [b"1"]
        await second.wait("run", 0, 1.0)
        await second.close()


async def test_a_database_kept_for_one_alone_is_told(store: DiskStore) -> None:
    await store.close()
    with held(store, "PRAGMA locking_mode = EXCLUSIVE") as other:
        other.execute("UPDATE Cache SET store_time = 1")
        with pytest.raises(StoreLocked):
            await store.open()
    await store.open()


async def test_the_holder_is_named(store: DiskStore) -> None:
    database = Path(store.name) / "cache.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=f"was held by process {holder.pid} for more than"):
            await store.append("run", 1, [b"2"])
    finally:
        holder.kill()
        holder.communicate()
    await store.append("run", 1, [b"2"])  # The lock died with its holder.


async def test_a_holder_in_this_process_is_told_apart(store: DiskStore) -> None:
    with held(store), pytest.raises(StoreLocked, match="another part of this process"):
        await store.append("run", 1, [b"2"])


async def test_closing_does_not_wait_for_the_lock(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store", lock_timeout=60.0)
    await store.open()
    with held(store):
        appending = asyncio.create_task(store.append("run", 0, [b"1"]))
        await asyncio.sleep(0.02)
        await asyncio.wait_for(store.close(), 5.0)
        with pytest.raises(StoreError, match="closed meanwhile"):
            await appending


async def test_a_cancelled_append_is_there_or_not_and_the_store_goes_on(store: DiskStore) -> None:
    with held(store) as other:
        appending = asyncio.create_task(store.append("run", 1, [b"2"]))
        await asyncio.sleep(0.02)
        appending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await appending
        other.rollback()
    await store.delete("other")  # waits its turn behind the cancelled one
    last = await store.last("run")
    assert await store.read("run") == [b"1", b"2"][:last]
    await store.append("run", last, [b"3"])


async def test_a_long_log_is_checkpointed_beside_the_appends(store: DiskStore) -> None:
    log = Path(store.name) / "cache.db-wal"
    for seq in range(1, 400):
        await store.append("run", seq, [b"x" * 20_000])
        await asyncio.sleep(0)
    await store.delete("other")  # behind the last checkpoint
    assert log.stat().st_size < 40_000_000
    assert (Path(store.name) / "cache.db").stat().st_size > 3_000_000
    assert await store.last("run") == 400
