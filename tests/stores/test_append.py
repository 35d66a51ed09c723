"""Compare-and-append: atomic, in order, refused when somebody else was first."""

from __future__ import annotations

import asyncio

import pytest

from playhead.errors import StoreConflict
from playhead.stores.port import RunSummary, Store
from tests.stores.conftest import raises_invalid_id

SUMMARY = RunSummary("run", "flow", "running", "alice", 1.5, 2.5, ("parent", 7))


async def test_frames_come_back_in_order(store: Store) -> None:
    await store.append("run", 0, [b"1", b"2"])
    await store.append("run", 2, [b"3"])
    assert await store.read("run") == [b"1", b"2", b"3"]
    assert await store.last("run") == 3


@pytest.mark.parametrize("frames", [[b""], [b"", b""], [b"", b"x"], [b"x", b""], [bytes(range(256))]])
async def test_any_bytes_come_back_as_they_were(store: Store, frames: list[bytes]) -> None:
    await store.append("run", 0, frames)
    await store.append("run", len(frames), [b"end"])
    assert await store.read("run") == [*frames, b"end"]


async def test_large_frames_and_many_frames_come_back(store: Store) -> None:
    frames = [bytes([number % 256]) * (number * 37 % 5000) for number in range(500)] + [b"x" * 300_000]
    await store.append("run", 0, frames)
    assert await store.read("run") == frames


@pytest.mark.parametrize("after", [1, 2, 3, 5, 100])
async def test_a_gap_is_refused(store: Store, after: int) -> None:
    with pytest.raises(StoreConflict) as refused:
        await store.append("run", after, [b"x"])
    assert (refused.value.run_id, refused.value.expected, refused.value.actual) == ("run", after, 0)
    assert await store.read("run") == []


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 100])
async def test_only_the_last_event_may_be_followed(store: Store, after: int) -> None:
    """1 and 3 stand within a batch, 2 at its end, 5 and 100 beyond the log."""
    await store.append("run", 0, [b"1", b"2"])
    await store.append("run", 2, [b"3", b"4"])
    with pytest.raises(StoreConflict) as refused:
        await store.append("run", after, [b"x"])
    assert refused.value.actual == 4
    assert await store.read("run") == [b"1", b"2", b"3", b"4"]


async def test_a_negative_number_is_refused(store: Store) -> None:
    with pytest.raises(StoreConflict):
        await store.append("run", -1, [b"x"])


async def test_the_stale_one_of_two_writers_is_refused(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1"])
    await other.append("run", 1, [b"2"])
    with pytest.raises(StoreConflict):
        await store.append("run", 1, [b"mine"])
    assert await store.read("run") == await other.read("run") == [b"1", b"2"]


async def test_runs_do_not_mix(store: Store) -> None:
    names = ["a", "a-", "a-b", "a.b", "aa", "A", "a0", "a_"]
    for name in names:
        await store.append(name, 0, [name.encode()])
    for name in names:
        assert await store.read(name) == [name.encode()]
        assert await store.last(name) == 1


async def test_the_summary_is_kept_with_the_frames(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1"], SUMMARY)
    assert await other.summary("run") == SUMMARY._replace(last=1)


async def test_a_summary_tells_after_which_event_it_was_written(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1", b"2"], SUMMARY)
    await store.append("run", 2, [b"3"])
    assert [summary.last for summary in await other.summaries()] == [2]
    await store.append("run", 3, [b"4"], SUMMARY)
    assert [summary.last for summary in await other.summaries()] == [4]


@pytest.mark.parametrize("summary", [None, SUMMARY])
@pytest.mark.parametrize("after", [-2, -1, 0, 2])
async def test_what_does_not_follow_the_last_event_is_refused(
    store: Store, after: int, summary: RunSummary | None
) -> None:
    await store.append("run", 0, [b"1"])
    with pytest.raises(StoreConflict):
        await store.append("run", after, [b"x"], summary)
    assert await store.read("run") == [b"1"]
    assert await store.summary("run") is None


async def test_a_refused_append_leaves_the_summary(store: Store) -> None:
    await store.append("run", 0, [b"1"], SUMMARY)
    changed = RunSummary("run", "flow", "success", None, 1.5, 9.0, None)
    with pytest.raises(StoreConflict):
        await store.append("run", 0, [b"x"], changed)
    assert await store.summary("run") == SUMMARY._replace(last=1)
    await store.append("run", 1, [b"2"], changed)
    assert await store.summary("run") == changed._replace(last=2)


async def test_a_summary_without_frames_is_compared_too(store: Store) -> None:
    await store.append("run", 0, [b"1"])
    with pytest.raises(StoreConflict):
        await store.append("run", 0, [], SUMMARY)
    assert await store.summary("run") is None
    await store.append("run", 1, [], SUMMARY)
    assert await store.summary("run") == SUMMARY._replace(last=1)
    assert await store.last("run") == 1


async def test_nothing_appended_is_only_compared(store: Store) -> None:
    await store.append("run", 0, [])
    assert await store.last("run") == 0
    with pytest.raises(StoreConflict):
        await store.append("run", 1, [])


async def test_after_a_deletion_the_log_begins_anew(store: Store, other: Store) -> None:
    await store.append("run", 0, [b"1", b"2"], SUMMARY)
    await other.delete("run")
    with pytest.raises(StoreConflict) as refused:
        await store.append("run", 2, [b"3"])
    assert refused.value.actual == 0
    await store.append("run", 0, [b"new"])
    assert await other.read("run") == [b"new"]


async def test_of_many_at_once_in_one_loop_one_wins(store: Store, other: Store) -> None:
    for seq in range(20):
        frames = [b"%d-%d" % (seq, number) for number in range(8)]
        answers = await asyncio.gather(
            *((store, other)[number % 2].append("run", seq, [frame]) for number, frame in enumerate(frames)),
            return_exceptions=True,
        )
        won = [frame for frame, answer in zip(frames, answers, strict=True) if answer is None]
        assert len(won) == 1
        assert sum(isinstance(answer, StoreConflict) for answer in answers) == 7
        assert await store.read("run", seq) == won


async def test_what_was_appended_is_there_after_closing_and_opening(store: Store) -> None:
    await store.append("run", 0, [b"1"], SUMMARY)
    await store.close()
    await store.open()
    assert await store.read("run") == [b"1"]
    assert await store.summaries() == [SUMMARY._replace(last=1)]
    await store.append("run", 1, [b"2"])


async def test_opening_and_closing_twice_does_nothing(store: Store) -> None:
    await store.open()
    await store.append("run", 0, [b"1"])
    await store.open()
    assert await store.read("run") == [b"1"]
    await store.close()
    await store.close()


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "../x", "a b", "con", "x" * 129, "é"])
async def test_no_id_can_act_as_a_path(store: Store, run_id: str) -> None:
    with raises_invalid_id():
        await store.append(run_id, 0, [b"1"])
    with raises_invalid_id():
        await store.read(run_id)
    with raises_invalid_id():
        await store.last(run_id)
    with raises_invalid_id():
        await store.summary(run_id)
    with raises_invalid_id():
        await store.delete(run_id)
    with raises_invalid_id():
        await store.lease(run_id)
    with raises_invalid_id():
        await store.swap_lease(run_id, None, None)
    with raises_invalid_id():
        await store.put_blob(run_id, b"")
    with raises_invalid_id():
        store.get_blob(run_id, "0" * 64)
    with raises_invalid_id():
        await store.wait(run_id, 0, 0)
