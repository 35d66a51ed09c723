"""Appends of many runs at once: they may share a commit, and none of them can tell."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from playhead.errors import NotStorable, StoreConflict, StoreLocked
from playhead.stores.database import Database
from playhead.stores.disk import DiskStore
from playhead.stores.port import RunSummary, Store

RUNS = [f"run-{number}" for number in range(50)]


async def together(store: Store, after: int = 0, frame: bytes = b"x", **odd: Any) -> list[object]:
    """One append for each run, all in one turn of the loop; those named take what is given instead."""
    appends = [store.append(run, **({"after": after, "frames": [frame]} | odd.get(run, {}))) for run in RUNS]
    return await asyncio.gather(*appends, return_exceptions=True)


async def test_appends_made_at_once_are_all_there(store: Store) -> None:
    assert await together(store) == [None] * len(RUNS)
    assert await together(store, 1, b"y") == [None] * len(RUNS)
    assert [await store.read(run) for run in RUNS] == [[b"x", b"y"]] * len(RUNS)


async def test_a_refused_append_is_no_matter_to_those_beside_it(store: Store) -> None:
    answers = await together(store, **{"run-7": {"after": 3}, "run-0": {"after": 1}})
    assert [run for run, answer in zip(RUNS, answers, strict=True) if answer is not None] == ["run-0", "run-7"]
    assert all(isinstance(answers[number], StoreConflict) for number in (0, 7))
    assert [await store.last(run) for run in RUNS] == [run not in ("run-0", "run-7") for run in RUNS]


async def test_of_two_appends_at_the_same_place_at_once_one_wins(store: Store) -> None:
    answers = await asyncio.gather(
        *(store.append("run", 0, [bytes([number])]) for number in range(9)), return_exceptions=True
    )
    assert answers.count(None) == 1
    assert await store.read("run") == [bytes([answers.index(None)])]


async def test_an_append_whose_summary_cannot_be_stored_changes_nothing(tmp_path: Path) -> None:
    """Half of a surrogate pair has no bytes; the frames beside it must not be kept either."""
    odd = RunSummary("run-9", "flow", "running", "\ud800", 1.0, 1.0)
    store = DiskStore(tmp_path / "store")
    await store.open()
    answers = await together(store, **{"run-9": {"summary": odd}})
    assert isinstance(answers[9], NotStorable)
    assert [await store.last(run) for run in RUNS] == [run != "run-9" for run in RUNS]
    await store.close()


@pytest.mark.parametrize("durability", ["process", "power"])
async def test_appends_made_at_once_share_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durability: Any
) -> None:
    commits = []
    for name in ("append", "append_all"):
        original = getattr(Database, name)

        def counted(self: Database, what: Any, original: Any = original) -> Any:
            commits.append(what)
            return original(self, what)

        monkeypatch.setattr(Database, name, counted)
    store = DiskStore(tmp_path / "store", durability=durability)
    await store.open()
    await together(store)
    assert len(commits) <= 2  # the first may not have known of the others
    await together(store, 1)
    assert len(commits) <= 3
    await store.close()


async def test_an_append_that_comes_alone_is_committed_without_a_turn_of_the_loop(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store")
    await store.open()
    for after in range(3):
        alone = store.append("run", after, [b"x"])
        with pytest.raises(StopIteration):  # it ended without waiting for anything
            alone.send(None)
        await asyncio.sleep(0)
    assert await store.last("run") == 3
    await store.close()


async def test_a_caller_that_is_cancelled_leaves_the_others_their_appends(store: Store) -> None:
    tasks = [asyncio.ensure_future(store.append(run, 0, [b"x"])) for run in RUNS]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [await store.last(run) for run in RUNS[1::2]] == [1] * len(RUNS[1::2])


async def test_all_are_told_when_the_database_stays_busy(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store", lock_timeout=0.05)
    await store.open()
    await together(store)
    holder = sqlite3.connect(tmp_path / "store" / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answers = await together(store, 1)
    holder.close()
    assert all(isinstance(answer, StoreLocked) for answer in answers)
    assert await together(store, 1) == [None] * len(RUNS)
    await store.close()


@pytest.mark.parametrize("durability", ["process", "power"])
async def test_whatever_goes_wrong_with_a_shared_commit_nobody_is_left_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durability: Any
) -> None:
    def broken(self: Database, appends: object) -> Any:
        raise RuntimeError("no error of a store")

    store = DiskStore(tmp_path / "store", durability=durability)
    await store.open()
    await together(store)  # from now on, commits are shared
    monkeypatch.setattr(Database, "append_all", broken)
    async with asyncio.timeout(5):  # seconds; they are told within one turn
        answers = await together(store, 1)
    assert all(isinstance(answer, RuntimeError) for answer in answers)
    await store.close()
