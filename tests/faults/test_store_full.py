"""F6 and F16: no space left, and values that are too large: told by name, nothing lost, and it goes on."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from playhead.errors import StoreError, StoreFull
from playhead.stores.disk import DiskStore
from playhead.stores.port import RunSummary

SUMMARY = RunSummary("run", "flow", "running", None, 1.0, 1.0)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DiskStore]:
    store = DiskStore(tmp_path / "store")
    await store.open()
    await store.append("run", 0, [b"1"], SUMMARY)
    yield store
    await store.close()


@pytest.mark.parametrize("room", range(6))
@pytest.mark.parametrize("summary", [None, SUMMARY])
async def test_a_full_database_takes_whole_appends_or_none(
    store: DiskStore, room: int, summary: RunSummary | None
) -> None:
    con = store._access._ready()._con
    (pages,) = con.execute("PRAGMA page_count").fetchone()
    con.execute(f"PRAGMA max_page_count = {pages + room}")
    seq = 1
    with pytest.raises(StoreFull, match="No space left"):
        while seq < 100:
            await store.append("run", seq, [b"x" * 2000], summary)
            seq += 1
    assert await store.last("run") == seq
    assert len(await store.read("run")) == seq
    await store.append("run", seq, [b"on"], summary)  # A new connection has no such limit: space was made.
    assert await store.last("run") == seq + 1


async def test_an_append_too_large_for_a_row_is_told(store: DiskStore) -> None:
    store._access._ready()._con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000)
    with pytest.raises(StoreError, match="larger than a row of the database may be"):
        await store.append("run", 1, [b"x" * 200_000])
    assert await store.read("run") == [b"1"]
    await store.append("run", 1, [b"x" * 200_000])


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of two megabytes; only root can make one."""
    place = Path(tempfile.mkdtemp(prefix="playhead-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)]
    mounted = shutil.which("mount") and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not mounted:
        place.rmdir()
        pytest.skip("only root may mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


def fill(file: Path, size: int) -> None:
    with file.open("ab", buffering=0) as filler:
        for _ in range(size // 4096):
            filler.write(b"x" * 4096)


async def append_until_full(store: DiskStore) -> int:
    seq = 0
    with pytest.raises(StoreFull):
        while True:
            await store.append("run", seq, [b"x" * 5000])
            seq += 1
    return seq


async def test_a_disk_that_the_store_fills_is_told_and_the_log_readable_and_continued(small_disk: Path) -> None:
    fill(small_disk / "filler", 500_000)
    store = DiskStore(small_disk / "store")
    await store.open()
    seq = await append_until_full(store)
    assert seq > 50
    assert len(await store.read("run")) == seq
    with pytest.raises(StoreFull):
        await store.put_blob("run", b"x" * 3_000_000)
    assert list((small_disk / "store").glob("blobs/*/*")) == []
    await store.close()
    await store.open()
    assert len(await store.read("run")) == seq

    (small_disk / "filler").unlink()
    await store.append("run", seq, [b"more"])
    assert await store.last("run") == seq + 1
    await store.close()


async def test_a_store_on_a_disk_that_others_filled_is_readable_and_later_continued(small_disk: Path) -> None:
    store, other = DiskStore(small_disk / "store"), DiskStore(small_disk / "other")
    await store.open()
    await store.append("run", 0, [b"1"])
    await store.close()
    with pytest.raises(OSError, match="No space"):
        fill(small_disk / "filler", 4_000_000)
    await store.open()
    assert await store.read("run") == [b"1"]
    with pytest.raises(StoreFull):
        await store.append("run", 1, [b"2"])
    with pytest.raises(StoreFull):
        await other.open()

    (small_disk / "filler").unlink()
    await store.append("run", 1, [b"2"])
    assert await store.read("run") == [b"1", b"2"]
    await store.close()
    await other.open()
    await other.close()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """What goes beyond it is not written, and the rest of that write is."""
    resource = pytest.importorskip("resource", reason="this system sets no limit to a file's size")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_write_that_stops_half_way_is_told_and_leaves_nothing(store: DiskStore, campaign: bool) -> None:
    for room in range(33_000, 100_000, 97 if campaign else 9_700):  # SQLite's shared memory takes 32,768 bytes.
        await store.close()  # It empties SQLite's log, which else might be written anew from its start, or grow.
        await store.open()
        seq = await store.last("run")
        with no_file_longer_than(room), pytest.raises(StoreError, match="disk I/O error"):
            await store.append("run", seq, [b"x" * 100_000])
        assert len(await store.read("run")) == seq
        await store.append("run", seq, [b"x"])
