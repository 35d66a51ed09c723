"""F3: killed inside a system call, at each of them: nothing acknowledged is lost, the log has no gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.syscalls import check, make_store, needs_strace, write_under, writes

pytestmark = needs_strace

PARTS = 4
EVERY_DAY = 7  # of so many places, one is tried every day


@pytest.mark.parametrize("durability", ["process", "power"])
@pytest.mark.parametrize("start", range(1, PARTS + 1))
async def test_killed_in_a_write_of_an_append(tmp_path: Path, start: int, durability: str, campaign: bool) -> None:
    survived = 0
    await make_store(tmp_path / "whole")
    last = len(writes(tmp_path / "whole", durability=durability))
    for k in range(start, last + 1, PARTS if campaign else PARTS * EVERY_DAY):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"pwrite64:signal=KILL:when={k}", folder, durability=durability)
        await check(folder, outcome)
        survived += not outcome.killed
    assert survived == 0, "the writes end before the faults do"


@pytest.mark.parametrize("start", range(1, PARTS + 1))
async def test_killed_while_the_store_is_made(tmp_path: Path, start: int, campaign: bool) -> None:
    last = sum(file.startswith("new-") for file in writes(tmp_path / "whole"))
    for k in range(start, last + 1, PARTS if campaign else PARTS * 2 * EVERY_DAY):
        outcome = write_under(f"pwrite64:signal=KILL:when={k}", tmp_path / f"{k}")
        assert outcome.killed
        await check(tmp_path / f"{k}", outcome)


@pytest.mark.parametrize("syscall", ["fdatasync", "fsync", "write", "rename", "link", "ftruncate", "unlink"])
async def test_killed_in_any_other_call_that_changes_a_file(tmp_path: Path, syscall: str, campaign: bool) -> None:
    for k in range(1, 40 if campaign else 4):
        folder = tmp_path / f"{k}"
        outcome = write_under(f"{syscall}:signal=KILL:when={k}", folder, durability="power", blobs=True)
        await check(folder, outcome)
