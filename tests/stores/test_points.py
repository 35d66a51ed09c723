"""What is kept beside the logs: one frame at a time, compaction points, and what many runs share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from playhead.errors import StoreCorrupt
from playhead.stores.disk import DiskStore
from playhead.stores.port import RunSummary, Store
from tests.stores.conftest import raises_invalid_id


async def test_any_frame_is_read_on_its_own(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1", b"2", b"3"])
    await store.append("run", 3, [b"4"])
    await store.append("run", 4, [b"5", b""])
    assert [other.frame("run", seq) for seq in range(1, 7)] == [b"1", b"2", b"3", b"4", b"5", b""]


@pytest.mark.parametrize("seq", [0, 3, 100])
async def test_a_frame_that_is_not_there_is_a_clear_error(store: Store, seq: int) -> None:
    await store.append("run", 0, [b"1", b"2"])
    with pytest.raises(StoreCorrupt, match=f"no event {seq}"):
        store.frame("run", seq)
    with pytest.raises(StoreCorrupt, match="no event 1"):
        store.frame("run-2", 1)


async def test_the_latest_point_is_kept(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1"])
    assert await other.point("run") is None
    await store.put_point("run", b"first")
    await other.put_point("run", b"second" * 100_000)
    assert await store.point("run") == b"second" * 100_000
    assert await store.read("run") == [b"1"]


async def test_a_point_goes_with_its_run(store: Store) -> None:
    for run_id in ("run", "run-2"):
        await store.append(run_id, 0, [b"1"])
        await store.put_point(run_id, b"point")
    await store.delete("run")
    assert await store.point("run") is None
    assert await store.point("run-2") == b"point"


async def test_points_are_of_runs_only(store: Store) -> None:
    with raises_invalid_id():
        await store.put_point("../run", b"point")
    with raises_invalid_id():
        await store.point("../run")
    with raises_invalid_id():
        store.frame("../run", 1)


async def test_what_is_shared_is_kept_under_its_hash_whoever_puts_it(store: Store, other: Store) -> None:
    digest = await store.put_shared(b"same")
    assert await other.put_shared(b"same") == digest
    assert await other.put_shared(b"other") != digest
    assert await other.shared(digest) == b"same"


async def test_what_is_shared_outlives_the_runs(store: Store) -> None:
    digest = await store.put_shared(b"same")
    await store.append("run", 0, [b"1"])
    await store.delete("run")
    assert await store.shared(digest) == b"same"


@pytest.mark.parametrize("digest", ["0" * 64, "", "../point/run"])
async def test_what_is_not_shared_is_none(store: Store, digest: str) -> None:
    assert await store.shared(digest) is None


# -- on disk: what is kept beside a log can be done without, whatever became of it ------------------------------


async def a_store(folder: Path) -> DiskStore:
    store = DiskStore(folder / "store")
    await store.open()
    await store.append("run", 0, [b"1"], RunSummary("run", "flow", "success", None, 1.0, 1.0))
    await store.append("run", 1, [b"2"], RunSummary("run", "flow", "success", None, 1.0, 1.0))
    return store


def edit(folder: Path, statement: str) -> None:
    con = sqlite3.connect(folder / "store" / "cache.db")
    with con:
        con.execute(statement)
    con.close()


async def test_what_is_damaged_counts_as_not_there(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.put_point("run", b"point")
    digest = await store.put_shared(b"shared")
    edit(
        tmp_path, "UPDATE Cache SET value = CAST(value || 'x' AS BLOB) WHERE key LIKE 'point/%' OR key LIKE 'shared/%'"
    )
    assert await store.point("run") is None
    assert await store.shared(digest) is None
    await store.close()


async def test_the_point_of_a_log_that_lost_its_tail_is_not_given(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.put_point("run", b"point")
    assert await store.point("run") == b"point"
    edit(tmp_path, "DELETE FROM Cache WHERE key = 'log/run/000000000002'")
    assert await store.point("run") is None
    with pytest.raises(StoreCorrupt):
        await store.read("run")
    await store.close()
