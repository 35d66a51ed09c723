"""Reading logs and listings, and forgetting runs."""

from __future__ import annotations

import pytest

from playhead.errors import StoreCorrupt
from playhead.stores.port import Lease, RunSummary, Store


async def test_an_unknown_run_is_empty(store: Store) -> None:
    assert await store.read("run") == []
    assert await store.read("run", 5) == []
    assert await store.last("run") == 0
    assert await store.summary("run") is None
    assert await store.lease("run") is None
    assert await store.summaries() == []


@pytest.mark.parametrize("after", range(9))
async def test_reading_begins_after_any_event(store: Store, after: int) -> None:
    await store.append("run", 0, [b"1"])
    await store.append("run", 1, [b"2", b"3", b"4"])
    await store.append("run", 4, [b"5", b"6"])
    assert await store.read("run", after) == [b"1", b"2", b"3", b"4", b"5", b"6"][after:]


async def test_a_long_log_is_read_whole_and_in_part(store: Store) -> None:
    frames = [b"%d" % number for number in range(1, 1301)]
    for seq in range(0, 1300, 2):
        await store.append("run", seq, frames[seq : seq + 2])
    assert await store.read("run") == frames
    for after in (1, 2, 255, 256, 511, 512, 513, 1299, 1300, 1301):
        assert await store.read("run", after) == frames[after:]


async def test_other_ways_see_appends_at_once(store: Store, other: Store) -> None:
    for seq in range(5):
        await store.append("run", seq, [b"%d" % seq])
        assert await other.last("run") == seq + 1
        assert await other.read("run", seq) == [b"%d" % seq]


async def test_listings_are_newest_first(store: Store) -> None:
    created = {"a": 3.0, "b": 1.0, "c": 2.0, "d": 2.0}
    for run_id, at in created.items():
        await store.append(run_id, 0, [b"1"], RunSummary(run_id, "flow", "running", None, at, 9.0 - at))
    assert [summary.run_id for summary in await store.summaries()] == ["a", "d", "c", "b"]


async def test_long_listings_are_whole(store: Store) -> None:
    for number in range(600):
        run_id = f"run-{number}"
        await store.append(run_id, 0, [b"1"], RunSummary(run_id, "flow", "success", None, number, number))
    found = await store.summaries()
    assert [summary.run_id for summary in found] == [f"run-{number}" for number in reversed(range(600))]


async def test_every_field_of_a_summary_comes_back(store: Store) -> None:
    summary = RunSummary("run", "flow-é", "suspended", "ärger \n \0", 1.1e9 + 1e-6, 0.1 + 0.2, ("p.1", 2**40))
    await store.append("run", 0, [b"1"], summary)
    found = await store.summary("run")
    assert found == summary._replace(last=1)
    assert found is not None
    assert type(found.parent) is tuple


async def test_a_deleted_run_is_gone_and_others_stay(store: Store, other: Store) -> None:
    lease = Lease("me", "host", 1, 2.0, 3.0)
    for run_id in ("run", "run-2"):
        await store.append(run_id, 0, [b"1"], RunSummary(run_id, "flow", "success", None, 1.0, 1.0))
        await store.append(run_id, 1, [b"2"])
        await store.swap_lease(run_id, None, lease)
        digest = await store.put_blob(run_id, b"large")
    await other.delete("run")
    assert await store.read("run") == []
    assert await store.last("run") == 0
    assert await store.summary("run") is None
    assert await store.lease("run") is None
    with pytest.raises(StoreCorrupt):
        store.get_blob("run", digest)
    assert [summary.run_id for summary in await store.summaries()] == ["run-2"]
    assert await store.read("run-2") == [b"1", b"2"]
    assert await store.lease("run-2") == lease
    assert store.get_blob("run-2", digest) == b"large"


async def test_deleting_an_unknown_run_is_no_error(store: Store) -> None:
    await store.delete("run")
    await store.delete("run")
