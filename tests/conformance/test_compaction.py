"""A long log has a compaction point: it is opened without being read from its start, and its history stays whole."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import StoreFull
from playhead.stores.port import Store

from .conftest import World
from .next_process import RUN

ITEMS = 100
"""Items of the foreach of a long run: three events each, more than a log grows by until it gets a point."""

LARGE = "x" * 1_000
HUGE = "y" * 300_000


def long_flow() -> Any:
    @step(id="make")
    async def make(n: int) -> list[int]:
        return list(range(n))

    @step(id="ship")
    async def ship(n: int, ctx: Context[Any]) -> dict[str, Any]:
        ctx.set_state({f"shipped-{n % 3}": n})
        return {"n": n, "label": f"{LARGE}{n}", "huge": HUGE if n == 7 else None}

    @step(id="ask")
    async def ask(shipped: list[Any], ctx: Context[Any]) -> int:
        if not ctx.resumed:
            ctx.suspend({"shipped": len(shipped), "note": LARGE})
        return len(shipped) + int(ctx.resume_data)

    return Workflow("long").then(make).foreach(ship, concurrency=10).then(ask).commit()


async def a_long_run(world: World) -> Any:
    run = long_flow().create_run(run_id=RUN)
    result = await run.start(ITEMS, state={"carried": LARGE}, request={"user": LARGE})
    assert result.status == "suspended"
    return run


class Reading:
    """Notes what is read of logs from now on."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames = 0
        self.single = 0
        read, frame = store.read, store.frame

        async def reading(run_id: str, after: int = 0) -> list[bytes]:
            found = await read(run_id, after)
            self.frames += len(found)
            return found

        def reading_one(run_id: str, seq: int) -> bytes:
            self.single += 1
            return frame(run_id, seq)

        monkeypatch.setattr(store, "read", reading)
        monkeypatch.setattr(store, "frame", reading_one)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda world: Reading(world.runtime.store, monkeypatch)


async def test_a_long_run_is_opened_without_reading_its_log(world: World, reading: Any) -> None:
    await a_long_run(world)
    await world.restart(workflows=[long_flow()])
    noted = reading(world)

    stored = await world.runtime.get(RUN)
    assert stored.status == "suspended"
    assert len(stored.steps or {}) == 3
    assert noted.frames == 0
    assert noted.single == 1  # whether the point fits the log

    steps = stored.steps
    assert steps is not None
    assert steps["ask"].suspend_payload == {"shipped": ITEMS, "note": LARGE}
    assert noted.single == 2


async def test_an_opened_run_is_the_run_that_was_left(world: World) -> None:
    run = await a_long_run(world)
    before = await run.snapshot()
    items = [(item.output, item.input, item.started_at, item.ended_at) for item in before.steps["ship"].items]
    await world.restart()

    after = await long_flow().create_run(run_id=RUN).snapshot()
    assert after.seq == before.seq
    assert after.state == before.state
    assert after.input == before.input
    assert after.suspended == before.suspended
    assert [(i.output, i.input, i.started_at, i.ended_at) for i in after.steps["ship"].items] == items
    assert after.steps["ask"].input == before.steps["ask"].input


async def test_an_opened_run_goes_on(world: World, reading: Any) -> None:
    await a_long_run(world)
    await world.restart()
    noted = reading(world)

    result = await long_flow().create_run(run_id=RUN).resume(5)
    assert (result.status, result.output) == ("success", ITEMS + 5)
    assert noted.frames < 10


async def test_the_history_of_an_opened_run_is_whole(world: World) -> None:
    run = await a_long_run(world)
    events = await run.events()
    moments = [await run.snapshot(at=seq) for seq in range(0, events[-1].seq, 37)]
    history = await run.history()
    await world.restart()

    again = long_flow().create_run(run_id=RUN)
    await again.snapshot()
    assert await again.history() == history
    assert await again.events() == events
    found = [await again.snapshot(at=seq) for seq in range(0, events[-1].seq, 37)]
    assert [(m.seq, m.status, m.state, list(m.steps)) for m in found] == [
        (m.seq, m.status, m.state, list(m.steps)) for m in moments
    ]
    assert (await again.resume(1)).output == ITEMS + 1


async def test_the_end_of_a_log_is_read_without_its_beginning(world: World, reading: Any) -> None:
    run = await a_long_run(world)
    last = (await run.events())[-1]
    await world.restart()
    noted = reading(world)

    again = long_flow().create_run(run_id=RUN)
    assert await again.events(after=last.seq) == []
    assert noted.frames == 0
    assert await again.events(after=last.seq - 1) == [last]
    assert noted.frames >= last.seq - 1


async def test_an_opened_run_can_be_watched_from_any_moment(world: World) -> None:
    run = await a_long_run(world)
    events = await run.events()
    await world.restart()

    again = long_flow().create_run(run_id=RUN)
    await again.snapshot()
    assert [event async for event in again.observe(after=events[10].seq)] == events[11:]
    assert [event async for event in again.observe()] == events


async def test_an_opened_run_can_be_rewound_and_forked(world: World) -> None:
    await a_long_run(world)
    await world.restart()
    run = long_flow().create_run(run_id=RUN)
    child = await run.fork(at="ask")
    assert (await child.proceed()).status == "suspended"

    await world.restart()
    forked = long_flow().create_run(run_id=child.run_id)
    result = await forked.resume(2)
    assert (result.output, result.parent) == (ITEMS + 2, child.parent)

    await world.restart()
    again = await long_flow().create_run(run_id=RUN).time_travel("ask", resume_data=3)
    assert again.output == ITEMS + 3


async def test_a_fork_that_grew_long_reads_its_values_from_the_logs_of_its_ancestors(world: World) -> None:
    async def forked(run_id: str) -> str:
        """A fork that does the whole foreach once more."""
        child = await long_flow().create_run(run_id=run_id).fork(at="ship")
        assert (await child.proceed()).status == "suspended"
        await world.restart()
        return str(child.run_id)

    await a_long_run(world)
    await world.restart()
    grandchild = await forked(await forked(RUN))

    found = await long_flow().create_run(run_id=grandchild).snapshot()
    assert found.steps["make"].output == list(range(ITEMS))  # in the first ancestor's log
    assert found.steps["ship"].items[7].output == {"n": 7, "label": f"{LARGE}7", "huge": HUGE}
    assert found.state["carried"] == LARGE
    assert (await long_flow().create_run(run_id=grandchild).resume(1)).output == ITEMS + 1


async def test_a_point_of_another_log_is_not_taken(world: World) -> None:
    await a_long_run(world)
    store = world.runtime.store
    point = await store.point(RUN)
    assert point is not None
    await world.runtime.delete(RUN)
    await long_flow().create_run(run_id=RUN).start(ITEMS)
    await store.put_point(RUN, point)
    await world.restart()

    assert "carried" not in (await long_flow().create_run(run_id=RUN).snapshot()).state


async def test_a_point_that_cannot_be_kept_is_done_without(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(run_id: str, point: bytes) -> None:
        raise StoreFull("There is no space left (a test says so).")

    monkeypatch.setattr(world.runtime.store, "put_point", full)
    await a_long_run(world)
    await world.restart()
    assert (await long_flow().create_run(run_id=RUN).resume(1)).output == ITEMS + 1


async def test_a_short_run_has_no_point(world: World) -> None:
    await long_flow().create_run(run_id=RUN).start(2)
    assert await world.runtime.store.point(RUN) is None


async def test_points_are_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a run does, its points do not add up to more than a few times the last one."""

    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> int:
        return n + 1 if ctx.resumed else ctx.suspend()

    flow = Workflow("asks").dountil(ask, lambda n: n >= 200).commit()
    kept: list[int] = []
    put = world.runtime.store.put_point

    async def counting(run_id: str, point: bytes) -> None:
        kept.append(len(point))
        await put(run_id, point)

    monkeypatch.setattr(world.runtime.store, "put_point", counting)
    run = flow.create_run(run_id=RUN)
    result = await run.start(0)
    while result.status == "suspended":
        result = await run.resume("on")
    assert result.output == 200
    assert 2 <= len(kept) <= 8
    assert sum(kept) < 5 * kept[-1]


async def test_what_a_step_writes_does_not_grow_with_the_length_of_the_run(world: World) -> None:
    """Counted in the store itself, points and listing included."""

    @step(id="work")
    async def work(n: int, ctx: Context[Any]) -> int:
        ctx.set_state(last=n)
        return n + 1

    written = 0
    store = world.runtime.store
    append, put_point = store.append, store.put_point

    async def appending(run_id: str, after: int, frames: Any, summary: Any = None) -> None:
        nonlocal written
        written += sum(map(len, frames))
        await append(run_id, after, frames, summary)

    async def putting(run_id: str, point: bytes) -> None:
        nonlocal written
        written += len(point)
        await put_point(run_id, point)

    store.append, store.put_point = appending, putting  # type: ignore[method-assign]  # counts, and does the same

    async def bytes_per_step(length: int) -> float:
        nonlocal written
        written = 0
        flow = Workflow(f"works-{length}").dountil(work, lambda n: n >= length).commit()
        result = await flow.create_run().start(0)
        assert result.output == length
        return written / length

    short, long = await bytes_per_step(100), await bytes_per_step(1_000)
    assert long < 1.2 * short
