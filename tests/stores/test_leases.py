"""Leases: compared and swapped whole."""

from __future__ import annotations

import asyncio

import pytest

from playhead.stores.port import Lease, Store

MINE = Lease("me", "host", 4711, 1.7e9 + 0.123456, 1.7e9 + 30.5)
YOURS = MINE._replace(owner="you", pid=4712)


async def test_a_free_lease_can_be_taken_once(store: Store, other: Store) -> None:
    assert await store.swap_lease("run", None, MINE)
    assert not await other.swap_lease("run", None, YOURS)
    assert await other.lease("run") == MINE


async def test_a_lease_is_renewed_by_who_knows_it(store: Store, other: Store) -> None:
    later = MINE._replace(expires=MINE.expires + 30)
    await store.swap_lease("run", None, MINE)
    assert await store.swap_lease("run", MINE, later)
    assert not await other.swap_lease("run", MINE, YOURS)
    assert await store.lease("run") == later


@pytest.mark.parametrize("field", ["owner", "host", "pid", "process_started", "expires"])
async def test_a_lease_that_differs_in_anything_is_another(store: Store, field: str) -> None:
    different = MINE._replace(**{field: "x" if isinstance(getattr(MINE, field), str) else 1})
    await store.swap_lease("run", None, MINE)
    assert not await store.swap_lease("run", different, YOURS)
    assert await store.lease("run") == MINE


async def test_a_released_lease_can_be_taken(store: Store) -> None:
    await store.swap_lease("run", None, MINE)
    assert not await store.swap_lease("run", YOURS, None)
    assert await store.swap_lease("run", MINE, None)
    assert await store.lease("run") is None
    assert await store.swap_lease("run", None, YOURS)


async def test_nothing_is_swapped_for_nothing(store: Store) -> None:
    assert await store.swap_lease("run", None, None)
    await store.swap_lease("run", None, MINE)
    assert not await store.swap_lease("run", None, None)


async def test_a_lease_is_of_one_run_and_needs_no_events(store: Store) -> None:
    await store.swap_lease("run", None, MINE)
    assert await store.lease("run-2") is None
    assert await store.last("run") == 0


async def test_of_many_who_ask_at_once_one_gets_it(store: Store, other: Store) -> None:
    asked = [MINE._replace(owner=f"owner-{number}") for number in range(20)]
    got = await asyncio.gather(
        *((store, other)[number % 2].swap_lease("run", None, lease) for number, lease in enumerate(asked))
    )
    assert sum(got) == 1
    assert await store.lease("run") == asked[got.index(True)]
