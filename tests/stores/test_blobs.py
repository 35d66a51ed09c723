"""Blobs: large values under the hash of their bytes."""

from __future__ import annotations

import asyncio

import pytest

from playhead.errors import StoreCorrupt
from playhead.stores.port import Store


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 4096])
async def test_a_blob_comes_back(store: Store, other: Store, data: bytes) -> None:
    digest = await store.put_blob("run", data)
    assert other.get_blob("run", digest) == data


async def test_equal_bytes_have_one_digest_and_others_another(store: Store) -> None:
    assert await store.put_blob("run", b"same") == await store.put_blob("run", b"same")
    assert await store.put_blob("run", b"same") == await store.put_blob("run-2", b"same")
    assert await store.put_blob("run", b"same") != await store.put_blob("run", b"other")


async def test_a_blob_belongs_to_its_run(store: Store) -> None:
    digest = await store.put_blob("run", b"data")
    with pytest.raises(StoreCorrupt, match="run-2"):
        store.get_blob("run-2", digest)


@pytest.mark.parametrize("digest", ["0" * 64, "", "..", "../../etc/passwd", "/etc/passwd", "G" * 64, "0" * 63])
async def test_a_blob_that_is_not_there_is_a_clear_error(store: Store, digest: str) -> None:
    await store.put_blob("run", b"data")
    with pytest.raises(StoreCorrupt, match="not in the store"):
        store.get_blob("run", digest)


async def test_a_bytearray_is_kept_as_it_was(store: Store) -> None:
    data = bytearray(b"before")
    digest = await store.put_blob("run", data)
    data[:] = b"after!"
    assert store.get_blob("run", digest) == b"before"


async def test_many_are_put_at_once(store: Store, other: Store) -> None:
    datas = [b"%d" % (number % 5) * 1000 for number in range(20)]
    digests = await asyncio.gather(
        *((store, other)[number % 2].put_blob("run", data) for number, data in enumerate(datas))
    )
    assert len(set(digests)) == 5
    assert [store.get_blob("run", digest) for digest in digests] == datas
