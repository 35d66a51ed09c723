"""F6 and F7: writes and fsyncs that fail: a typed error each time, nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.store_writer import EVENTS
from tests.faults.syscalls import check, make_store, needs_strace, write_under

pytestmark = needs_strace

# The first eight writes of a thread may be those for SQLite's shared memory, where it does not tell why.
FIRST = 9
EVERY_DAY = (9, 14, 33, 90)


def places(campaign: bool) -> tuple[int, ...]:
    return tuple(range(FIRST, 101)) if campaign else EVERY_DAY


@pytest.mark.parametrize("durability", ["process", "power"])
@pytest.mark.parametrize(("fault", "name"), [("ENOSPC", "StoreFull"), ("EIO", "StoreError")])
async def test_one_failed_write_is_told_and_the_next_goes_on(
    tmp_path: Path, fault: str, name: str, durability: str, campaign: bool
) -> None:
    for k in places(campaign):
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
    for k in places(campaign):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"pwrite64:error={fault}:when={k}+", folder)
        assert outcome.errors[0].split()[0] == name
        assert {error.split()[0] for error in outcome.errors} <= {name, "StoreError"}
        assert len(outcome.acknowledged) < EVENTS
        await check(folder, outcome)


async def test_a_write_that_stops_half_way_is_tried_again_or_told(tmp_path: Path, campaign: bool) -> None:
    for k in places(campaign):
        folder = tmp_path / f"{k}"
        await make_store(folder)
        outcome = write_under(f"pwrite64:retval=7:when={k}", folder)
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
    for k in range(1, 90, 3 if campaign else 29):
        folder = tmp_path / f"{k}"
        outcome = write_under(f"pwrite64:error={fault}:when={k}", folder)
        assert {error.split()[0] for error in outcome.errors} <= {"StoreFull", "StoreError"}
        assert outcome.acknowledged[-1] == EVENTS
        await check(folder, outcome)
