"""Processes racing for one folder: one winner each time, and nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playhead.stores.disk import DiskStore
from tests.stores import racer


@contextmanager
def racers(folder: Path, job: object, names: list[str], count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ready to race; `begin` lets them go."""
    command = [sys.executable, "-W", "error", racer.__file__, str(folder), job.__name__]  # type: ignore[attr-defined]
    started = [
        subprocess.Popen([*command, name, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("ready")
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def race(folder: Path, job: object, names: list[str], count: int) -> list[Any]:
    """What each process answers."""
    with racers(folder, job, names, count) as processes:
        begin(processes)
        return finish(processes)


def begin(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def finish(processes: list[subprocess.Popen[str]]) -> list[Any]:
    return [json.loads(process.communicate(timeout=60)[0]) for process in processes]


async def test_every_place_of_a_log_has_one_winner(tmp_path: Path, campaign: bool) -> None:
    count = 2000 if campaign else 250
    won = race(tmp_path / "store", racer.append_all, ["a", "b", "c", "d"], count)
    assert sorted(seq for places in won for seq in places) == list(range(count))
    store = DiskStore(tmp_path / "store")
    await store.open()
    log = await store.read("run")
    await store.close()
    owner = {seq: name for name, places in zip("abcd", won, strict=True) for seq in places}
    assert log == [f"{owner[seq]} {seq}".encode() for seq in range(count)]


async def test_a_new_folder_may_be_opened_by_many_at_once(tmp_path: Path, campaign: bool) -> None:
    names = [f"run-{number}" for number in range(6)]
    for turn in range(20 if campaign else 2):
        folder = tmp_path / f"deep/er/store-{turn}"
        assert race(folder, racer.open_and_append, names, 5) == [5] * len(names)
        assert sorted(path.name for path in folder.iterdir()) == ["cache.db"]
        store = DiskStore(folder)
        await store.open()
        assert [await store.last(name) for name in names] == [5] * len(names)
        await store.close()


async def test_nothing_is_lost_when_the_last_one_out_meets_the_first_one_in(tmp_path: Path, campaign: bool) -> None:
    count, names = 200 if campaign else 25, ["a", "b", "c"]
    assert race(tmp_path / "store", racer.come_and_go, names, count) == [count] * len(names)
    store = DiskStore(tmp_path / "store")
    await store.open()
    for name in names:
        assert await store.read(name) == [b"%d" % seq for seq in range(count)]
    await store.close()


async def test_every_swap_of_a_lease_has_one_winner(tmp_path: Path, campaign: bool) -> None:
    count, names = 500 if campaign else 50, ["a", "b", "c", "d"]
    assert race(tmp_path / "store", racer.count_up, names, count) == [count] * len(names)
    store = DiskStore(tmp_path / "store")
    await store.open()
    lease = await store.lease("run")
    assert lease is not None
    assert lease.expires == count * len(names)
    await store.close()


async def test_a_log_can_be_followed_from_another_process(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store")
    await store.open()
    with racers(tmp_path / "store", racer.follow, ["reader"], 60) as processes:
        begin(processes)
        for seq in range(0, 60, 3):
            await store.append("run", seq, [b"%d" % number for number in range(seq, seq + 3)])
            await store.wait("run", seq + 3, 0.01)
        (seen,) = finish(processes)
    assert seen == [str(number) for number in range(60)]
    await store.close()
