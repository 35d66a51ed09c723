"""F6 and F7: writes and fsyncs that fail: a typed error each time, nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.store_writer import EVENTS
from tests.faults.syscalls import check, make_store, needs_strace, write_under, writes

pytestmark = needs_strace

EVERY_DAY = 3  # of all places, so many are tried every day, and the last two


def chosen(places: list[int], campaign: bool) -> list[int]:
    return places if campaign else [*places[: -2 : len(places) // EVERY_DAY], *places[-2:]]


async def writes_of_appends(folder: Path, campaign: bool, durability: str = "process") -> list[int]:
    """Which writes are those to SQLite's log. Those to its shared memory come first, where it does not tell why they
    failed; those to the database last, where it matters to nobody."""
    await make_store(folder)
    files = writes(folder, durability=durability)
    return chosen([k for k, file in enumerate(files, 1) if file == "cache.db-wal"], campaign)


@pytest.mark.parametrize("durability", ["process", "power"])
@pytest.mark.parametrize(("fault", "name"), [("ENOSPC", "StoreFull"), ("EIO", "StoreError")])
async def test_one_failed_write_is_told_and_the_next_goes_on(
    tmp_path: Path, fault: str, name: str, durability: str, campaign: bool
) -> None:
    for k in await writes_of_appends(tmp_path / "whole", campaign, durability):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"pwrite64:error={fault}:when={k}", folder, durability=durability)
        assert outcome.errors, f"write {k} failed and nobody heard of it"
        assert {error.split()[0] for error in outcome.errors} == {name}
        assert outcome.acknowledged[-1] == EVENTS
        await check(folder, outcome)


@pytest.mark.parametrize(("fault", "name"), [("ENOSPC", "StoreFull"), ("EIO", "StoreError")])
async def test_a_disk_that_stays_broken_keeps_what_was_acknowledged(
    tmp_path: Path, fault: str, name: str, campaign: bool
) -> None:
    for k in await writes_of_appends(tmp_path / "whole", campaign):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"pwrite64:error={fault}:when={k}+", folder)
        assert outcome.errors[0].split()[0] == name
        assert {error.split()[0] for error in outcome.errors} <= {name, "StoreError"}
        assert len(outcome.acknowledged) < EVENTS
        await check(folder, outcome)


async def test_a_failed_fsync_is_told_and_the_handle_not_used_again(tmp_path: Path, campaign: bool) -> None:
    for k in (1, 3, 7, *range(8, 13 if campaign else 8)):  # the second is the folder's, which SQLite ignores
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"fdatasync:error=EIO:when={k}", folder, durability="power")
        assert [error.split()[0] for error in outcome.errors] == ["StoreError"]
        assert outcome.acknowledged[-1] == EVENTS
        await check(folder, outcome)


@pytest.mark.parametrize("syscall", ["write", "fsync", "rename"])
@pytest.mark.parametrize(("fault", "name"), [("ENOSPC", "StoreFull"), ("EIO", "StoreError")])
async def test_a_large_value_that_cannot_be_kept_is_told(
    tmp_path: Path, syscall: str, fault: str, name: str, campaign: bool
) -> None:
    for k in range(2, 12 if campaign else 4):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"{syscall}:error={fault}:when={k}", folder, blobs=True)
        assert {error.split()[0] for error in outcome.errors} <= {name}
        assert outcome.acknowledged[-1] == EVENTS
        await check(folder, outcome)


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
async def test_a_store_that_cannot_be_made_is_told_and_can_be_made_later(
    tmp_path: Path, fault: str, campaign: bool
) -> None:
    files = writes(tmp_path / "whole")
    for k in chosen([k for k, file in enumerate(files, 1) if file.startswith("new-")], campaign):
        folder = tmp_path / f"{k}"
        outcome = write_under(f"pwrite64:error={fault}:when={k}", folder)
        assert {error.split()[0] for error in outcome.errors} <= {"StoreFull", "StoreError"}
        # strace counts anew in each thread, and each try to make a store has one of its own: it fails each time.
        assert outcome.errors or outcome.acknowledged[-1] == EVENTS
        assert list(folder.glob("new-*")) == []
        await check(folder, outcome)
