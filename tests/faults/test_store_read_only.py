"""F9: folders and files that may not be written: reading works, an append says so at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead.errors import StoreReadOnly
from playhead.stores.disk import DiskStore
from playhead.stores.port import Lease, RunSummary
from tests.faults.test_store_forks import in_child

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such permissions")

NOBODY = 65534
SUMMARY = RunSummary("run", "flow", "running", None, 1.0, 1.0)
BLOB = b"large"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that a user without rights can reach; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="playhead-test-"))
    yield path
    for folder in (path, *filter(Path.is_dir, path.rglob("*"))):
        folder.chmod(0o700)
    shutil.rmtree(path)


def without_rights(home: Path, work: Callable[[], Awaitable[Any]]) -> Any:
    """Do it in a child that the permissions bind: root is bound by none."""

    async def give_up_rights() -> Any:
        if os.getuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return await work()

    return in_child(give_up_rights)


def make(folder: Path, *, leave_open: bool = False) -> str:
    """A store with two events; ``leave_open`` leaves it as a killed process does."""

    async def fill() -> str:
        store = DiskStore(folder)
        await store.open()
        digest = await store.put_blob("run", BLOB)
        await store.append("run", 0, [b"1", b"2"], SUMMARY)
        if leave_open:
            shutil.copytree(folder, folder.with_name("copy"))
        await store.close()
        if leave_open:
            shutil.rmtree(folder)
            folder.with_name("copy").rename(folder)
        return digest

    return asyncio.run(fill())


async def look_and_try(folder: Path, digest: str) -> list[object]:
    """Read everything, try every change; how long the slowest refusal took, in seconds."""
    store = DiskStore(folder)
    await store.open()
    assert await store.read("run") == [b"1", b"2"]
    assert await store.last("run") == 2
    assert await store.summaries() == [SUMMARY._replace(last=2)]
    assert await store.lease("run") is None
    assert store.get_blob("run", digest) == BLOB
    await store.wait("run", 0, 1.0)
    loop, took = asyncio.get_running_loop(), []
    for change in (
        store.append("run", 2, [b"3"]),
        store.append("run", 2, [b"3"], SUMMARY),
        store.swap_lease("run", None, Lease("me", "host", 1, 1.0, 2.0)),
        store.delete("run"),
    ):
        began = loop.time()
        with pytest.raises(StoreReadOnly, match="can be read but not written"):
            await change
        took.append(loop.time() - began)
    assert await store.read("run") == [b"1", b"2"]
    await store.close()
    return ["ok", max(took) < 1.0]


def test_a_folder_that_may_not_be_written(home: Path) -> None:
    folder = home / "store"
    digest = make(folder)
    (folder / "cache.db").chmod(0o400)
    folder.chmod(0o500)
    assert without_rights(home, lambda: look_and_try(folder, digest)) == ["ok", True]
    assert sorted(path.name for path in folder.iterdir()) == ["blobs", "cache.db"]


def test_a_file_that_may_not_be_written(home: Path) -> None:
    folder = home / "store"
    digest = make(folder)
    (folder / "cache.db").chmod(0o400)
    assert without_rights(home, lambda: look_and_try(folder, digest)) == ["ok", True]


def test_a_killed_process_left_its_log_in_a_folder_that_may_not_be_written(home: Path) -> None:
    folder = home / "store"
    digest = make(folder, leave_open=True)
    assert (folder / "cache.db-wal").stat().st_size > 0
    for path in folder.glob("cache.db*"):
        path.chmod(0o400)
    folder.chmod(0o500)
    assert without_rights(home, lambda: look_and_try(folder, digest)) == ["ok", True]


def test_events_that_cannot_be_read_without_writing_are_told(home: Path) -> None:
    folder = home / "store"
    make(folder, leave_open=True)
    (folder / "cache.db-shm").unlink()
    folder.chmod(0o500)

    async def look() -> None:
        await DiskStore(folder).open()

    name, text = without_rights(home, look)
    assert name == "StoreReadOnly"
    assert "copy the folder elsewhere" in text


def test_no_store_can_be_made_where_nothing_may_be_written(home: Path) -> None:
    home.chmod(0o500)

    async def look() -> None:
        await DiskStore(home / "store").open()

    name, text = without_rights(home, look)
    assert name == "StoreReadOnly"
    assert "No store can be made in" in text
    assert "Name a folder you can write to" in text


def test_a_folder_that_may_not_even_be_read(home: Path) -> None:
    folder = home / "store"
    make(folder)
    folder.chmod(0)

    async def look() -> None:
        await DiskStore(folder).open()

    name, text = without_rights(home, look)
    assert name == "StoreReadOnly"
    assert "Permission denied" in text


def test_what_is_made_writable_meanwhile_can_be_written(home: Path) -> None:
    folder = home / "store"
    make(folder)
    folder.chmod(0o500)

    async def change() -> list[str]:
        store = DiskStore(folder)
        await store.open()
        with pytest.raises(StoreReadOnly):
            await store.append("run", 2, [b"3"])
        with pytest.raises(StoreReadOnly):
            await store.put_blob("run", b"more")
        folder.chmod(0o700)
        await store.append("run", 2, [b"3"])
        await store.put_blob("run", b"more")
        log = await store.read("run")
        await store.close()
        return [frame.decode() for frame in log]

    assert without_rights(home, change) == ["1", "2", "3"]
