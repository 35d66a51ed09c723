"""F17: a stranger's store, or one that was tampered with: refused, nothing run, nothing outside touched."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
from pathlib import Path

import diskcache
import pytest

from playhead.errors import StoreConflict, StoreCorrupt, StoreError, StoreForeign, StoreNewer, StoreUnsuitable
from playhead.stores import inspection
from playhead.stores.disk import DiskStore
from playhead.stores.port import Lease, RunSummary

ROW = (
    "INSERT INTO Cache (key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, filename, value)"
    " VALUES (?, ?, 0, ?, 0, 0, ?, 0, ?, ?, ?)"
)
SUMMARY = RunSummary("run", "flow", "running", None, 1.0, 1.0)


class Bomb:
    """Unpickled, it would make a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside the store, for rows that point at it."""
    path = tmp_path / "victim.txt"
    path.write_bytes(b"precious")
    return path


@pytest.fixture
def bomb(tmp_path: Path) -> bytes:
    return pickle.dumps(Bomb(tmp_path / "exploded"))


@pytest.fixture(autouse=True)
async def nothing_happened(folder: Path, tmp_path: Path, victim: Path) -> object:
    """A store with one run before the test; no code run and no file touched after it."""
    store = DiskStore(folder)
    await store.open()
    await store.append("run", 0, [b"1", b"2"], SUMMARY)
    await store.put_blob("run", b"large")
    await store.close()
    yield
    assert not (tmp_path / "exploded").exists()
    assert victim.read_bytes() == b"precious"


def sql(folder: Path, *statements: str) -> None:
    con = sqlite3.connect(folder / "cache.db", isolation_level=None)
    for statement in statements:
        con.execute(statement)
    con.close()


def row(folder: Path, *values: object) -> None:
    con = sqlite3.connect(folder / "cache.db", isolation_level=None)
    con.execute(ROW, values)
    con.close()


async def refused(folder: Path, error: type[StoreError] = StoreForeign, match: str = "") -> None:
    """Opening is refused, and leaves the database as it was."""
    file = folder / "cache.db"
    before = file.read_bytes() if file.is_file() else b""
    store = DiskStore(folder)
    with pytest.raises(error, match=match) as caught:
        await store.open()
    assert type(caught.value) is error
    await store.close()
    assert (file.read_bytes() if file.is_file() else b"") == before


async def test_a_pickled_value(folder: Path, bomb: bytes) -> None:
    row(folder, "log/evil/000000000001", 1, None, 1, 4, None, bomb)
    await refused(folder, match="rows that Playhead never wrote")


async def test_a_pickled_key(folder: Path, bomb: bytes) -> None:
    row(folder, bomb, 0, None, None, 1, None, b"")
    await refused(folder, match="rows that Playhead never wrote")


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
@pytest.mark.parametrize("absolute", [True, False])
async def test_a_row_that_names_a_file(folder: Path, victim: Path, mode: int, absolute: bool) -> None:
    row(folder, "run/evil", 1, None, None, mode, str(victim) if absolute else "../victim.txt", None)
    await refused(folder, match="rows that Playhead never wrote")


@pytest.mark.parametrize("key", ["", "evil", "lease", "log", "loh/run", "run0", "zzz", 7, 1.5, None, b"log/run/x"])
async def test_a_key_of_another_kind(folder: Path, key: object) -> None:
    row(folder, key, 1, None, None, 1, None, b"value")
    await refused(folder, match="rows that Playhead never wrote")


@pytest.mark.parametrize("value", [None, 7, "text"])
async def test_a_value_that_is_not_bytes(folder: Path, value: object) -> None:
    row(folder, "run/evil", 1, None, None, 1, None, value)
    await refused(folder, match="rows that Playhead never wrote")


async def test_a_row_that_expires(folder: Path) -> None:
    sql(folder, "UPDATE Cache SET expire_time = 1")
    await refused(folder, match="rows that Playhead never wrote")


@pytest.mark.parametrize("name", ["get", "_con", "sqlite_writable_schema", "disk_remove", ""])
async def test_a_setting_that_would_replace_a_method(folder: Path, name: str) -> None:
    sql(folder, f"INSERT INTO Settings VALUES ('{name}', 1)")
    await refused(folder, match="setting")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON Cache BEGIN UPDATE Cache SET value = x'00'; END",
        "CREATE TRIGGER evil AFTER INSERT ON Settings BEGIN DELETE FROM Cache; END",
        "CREATE VIEW evil AS SELECT * FROM Cache",
        "CREATE TABLE evil (x)",
        "CREATE INDEX evil ON Cache (value)",
        "ALTER TABLE Cache ADD COLUMN evil",
        "CREATE VIRTUAL TABLE evil USING fts5(x)",
        "DROP INDEX Cache_key_raw",
        "DROP TABLE Settings",
    ],
)
async def test_a_schema_that_is_not_ours(folder: Path, statement: str) -> None:
    sql(folder, statement)
    await refused(folder, match="Playhead never wrote|lacks a table")


async def test_a_view_in_the_place_of_a_table(folder: Path) -> None:
    sql(folder, "ALTER TABLE Cache RENAME TO Real", "CREATE VIEW Cache AS SELECT * FROM Real")
    await refused(folder, match="Playhead never wrote")


async def test_a_trigger_of_ours_that_does_more(folder: Path) -> None:
    sql(
        folder,
        "CREATE TRIGGER Settings_count_insert AFTER INSERT ON Cache FOR EACH ROW BEGIN"
        " UPDATE Cache SET value = x'00'; END",
    )
    await refused(folder, match="Playhead never wrote")


@pytest.mark.parametrize("application", [0, 1, -1])
async def test_a_database_of_another_application(folder: Path, application: int) -> None:
    sql(folder, f"PRAGMA application_id = {application}")
    await refused(folder, match="not one of Playhead's")


async def test_a_newer_format(folder: Path) -> None:
    sql(folder, "PRAGMA user_version = 2", "CREATE TABLE news (x)")
    await refused(folder, StoreNewer, match="format 2; this Playhead knows formats up to 1. Update Playhead")


async def test_a_plain_diskcache(tmp_path: Path) -> None:
    cache = diskcache.Cache(str(tmp_path / "cache"))
    cache["key"] = "value"
    cache.close()
    (tmp_path / "cache").chmod(0o700)
    await refused(tmp_path / "cache", match="not one of Playhead's")


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0", os.urandom(8192)])
async def test_a_file_that_is_no_database(folder: Path, content: bytes) -> None:
    (folder / "cache.db").write_bytes(content)
    await refused(folder, match="not one of Playhead's|is not a database")


async def test_a_database_cut_in_half(folder: Path) -> None:
    file = folder / "cache.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    await refused(folder, StoreCorrupt, match="damaged")


def replace_by_link(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize("below", ["", "runs/store"])
async def test_a_file_in_the_place_of_the_folder(tmp_path: Path, below: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("precious")
    await refused(file / below, StoreUnsuitable, match=r"notes\.txt is a file; a store needs a folder")
    assert file.read_text() == "precious"


async def test_a_link_to_nothing_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "gone")
    await refused(
        tmp_path / "linked", StoreUnsuitable, match="symbolic link that leads nowhere; a store needs a folder"
    )


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-shm", "cache.db-journal"])
async def test_a_link_in_the_place_of_a_file(folder: Path, victim: Path, name: str) -> None:
    replace_by_link(folder / name, victim)
    await refused(folder, match="link or a special file")


async def test_a_link_to_another_store(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder, tmp_path / "real")
    folder.symlink_to(tmp_path / "real")
    await refused(folder, StoreUnsuitable, match="symbolic link")


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-journal"])
async def test_a_pipe_or_a_folder_in_the_place_of_a_file(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    await refused(folder, match="link or a special file")
    (folder / name).unlink()
    (folder / name).mkdir()
    await refused(folder, match="link or a special file")


@pytest.mark.parametrize("name", ["cache.db-wal", "cache.db-shm"])
async def test_a_log_that_waits_for_a_database(tmp_path: Path, name: str) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir(mode=0o700)
    (waiting / name).write_bytes(os.urandom(4096))
    await refused(waiting, match="the database cache.db is missing")


async def test_a_journal_that_waits_to_be_rolled_back(folder: Path) -> None:
    (folder / "cache.db-journal").write_bytes(os.urandom(4096))
    await refused(folder, match="never writes")


class TestInAStoreTooLargeToLookThrough:
    """What opening does not find is refused when it is met."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inspection, "_SMALL", 0)

    async def test_an_event_that_names_a_file(self, folder: Path, victim: Path) -> None:
        row(folder, "log/run/000000000003", 1, None, 3, 2, str(victim), None)
        store = DiskStore(folder)
        await store.open()
        with pytest.raises(StoreForeign):
            await store.read("run")
        with pytest.raises(StoreForeign):
            await store.read("run", 2)
        await store.delete("run")
        await store.close()

    async def test_a_pickled_event(self, folder: Path, bomb: bytes) -> None:
        row(folder, "log/run/000000000003", 1, None, 3, 4, None, bomb)
        store = DiskStore(folder)
        await store.open()
        with pytest.raises(StoreForeign):
            await store.read("run")
        await store.close()

    @pytest.mark.parametrize("mode", [1, 2, 4])
    async def test_a_lease_that_names_a_file(self, folder: Path, victim: Path, bomb: bytes, mode: int) -> None:
        row(folder, "lease/run", 1, None, None, mode, str(victim), bomb)
        store = DiskStore(folder)
        await store.open()
        lease = Lease("me", "host", 1, 1.0, 2.0)
        with pytest.raises(StoreForeign):
            await store.lease("run")
        with pytest.raises(StoreForeign):
            await store.swap_lease("run", None, lease)
        with pytest.raises(StoreForeign):
            await store.swap_lease("run", lease, None)
        with pytest.raises(StoreForeign):
            await store.delete("run")
        assert await store.read("run") == [b"1", b"2"]
        await store.close()

    @pytest.mark.parametrize("mode", [1, 2, 4])
    async def test_a_listing_row_that_names_a_file(self, folder: Path, victim: Path, bomb: bytes, mode: int) -> None:
        row(folder, "run/evil", 1, None, None, mode, str(victim), bomb)
        store = DiskStore(folder)
        await store.open()
        with pytest.raises(StoreForeign):
            await store.summary("evil")
        with pytest.raises(StoreForeign):
            await store.summaries()
        await store.close()


async def test_a_store_someone_looked_at_with_diskcache_is_still_ours(folder: Path) -> None:
    cache = diskcache.Cache(str(folder), tag_index=True, statistics=1)
    assert set(cache) == {"log/run/000000000001", "run/run"}
    cache.close()
    store = DiskStore(folder, durability="power")
    await store.open()
    await store.append("run", 2, [b"3"])
    assert await store.read("run") == [b"1", b"2", b"3"]
    await store.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("sqlite_synchronous", "0"), ("size_limit", "10"), ("cull_limit", "10"), ("sqlite_mmap_size", "1")],
)
async def test_settings_found_in_the_file_are_not_obeyed(folder: Path, name: str, value: str) -> None:
    sql(
        folder,
        f"UPDATE Settings SET value = {value} WHERE key = '{name}'",
        "UPDATE Settings SET value = 'least-recently-stored' WHERE key = 'eviction_policy'",
    )
    store = DiskStore(folder, durability="power")
    await store.open()
    for seq in range(2, 50):
        await store.append("run", seq, [b"x" * 1000])
    assert await store.last("run") == 50
    assert len(await store.read("run")) == 50
    con = store._access._ready()._con
    assert con.execute("PRAGMA synchronous").fetchone() == (2,)
    assert con.execute("PRAGMA mmap_size").fetchone() == (0,)
    await store.close()


async def test_linked_special_and_exchanged_blobs_are_refused(folder: Path, victim: Path) -> None:
    store = DiskStore(folder)
    await store.open()
    digest = await store.put_blob("run", b"large")
    (home,) = (folder / "blobs").iterdir()
    blob = home / digest

    blob.write_bytes(b"LARGE")
    with pytest.raises(StoreCorrupt, match="do not fit its hash"):
        store.get_blob("run", digest)
    replace_by_link(blob, victim)
    with pytest.raises(StoreForeign, match="link"):
        store.get_blob("run", digest)
    with pytest.raises(StoreForeign, match="link"):
        await store.put_blob("run", b"large")
    blob.unlink()
    os.mkfifo(blob)
    with pytest.raises(StoreForeign, match="not an ordinary file"):
        store.get_blob("run", digest)
    blob.unlink()
    await store.close()


@pytest.mark.parametrize("whole", [True, False])
async def test_linked_blob_folders_are_refused(folder: Path, tmp_path: Path, whole: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"")
    (home,) = (folder / "blobs").iterdir()
    shutil.rmtree(home)
    if whole:
        (folder / "blobs").rmdir()
    (folder / "blobs" if whole else home).symlink_to(outside)
    store = DiskStore(folder)
    await store.open()
    with pytest.raises(StoreForeign, match="symbolic link"):
        await store.put_blob("run", b"large")
    with pytest.raises(StoreForeign, match="symbolic link"):
        store.get_blob("run", "0" * 64)
    with pytest.raises(StoreForeign, match="symbolic link"):
        await store.delete("run")
    assert [path.name for path in outside.iterdir()] == ["precious"]
    await store.close()


async def test_a_batch_whose_number_was_changed_is_not_written_over(folder: Path) -> None:
    store = DiskStore(folder)
    await store.open()
    for after in (2, 3):
        await store.append("run", after, [b"3"])
    sql(folder, "UPDATE Cache SET tag = 3 WHERE key = 'log/run/000000000004'")
    for summary in (None, SUMMARY):
        with pytest.raises((StoreError, StoreConflict)):
            await store.append("run", 3, [b"other"], summary)
    sql(folder, "UPDATE Cache SET tag = 4 WHERE key = 'log/run/000000000004'")
    assert await store.read("run") == [b"1", b"2", b"3", b"3"]
    await store.close()
