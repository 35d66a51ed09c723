"""Observers replay from any event and then follow, from whatever process; slow ones hold nobody up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from playhead import Context, Workflow, step

from .conftest import World
from .next_process import PATIENCE, RUN, Hold
from .shared_place import SharedPlace

CHUNKS = 300


def asking(hold: Hold) -> Any:
    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> int:
        return n + 1 if ctx.resumed else ctx.suspend()

    @step(id="work")
    async def work(n: int, ctx: Context[Any]) -> int:
        ctx.write(f"chunk {n}")
        await hold.here()
        return n + 1

    return Workflow("asks").then(ask).then(work).commit()


def talking(hold: Hold, *, keep: bool = True) -> Any:
    @step(id="talk")
    async def talk(ctx: Context[Any]) -> str:
        for number in range(CHUNKS):
            await ctx.write(number, keep=keep)
        await hold.here()
        return "done"

    return Workflow("talks").then(talk).commit()


async def collected(stream: Any) -> list[Any]:
    return [event async for event in stream]


@pytest.mark.parametrize("after", [0, 2, 5])
async def test_an_observer_in_another_process_replays_and_then_follows(engine: str, tmp_path: Path, after: int) -> None:
    place, hold = SharedPlace(engine, tmp_path), Hold()
    async with place.runtime() as ours, place.runtime() as theirs:
        run = asking(hold).create_run(run_id=RUN, runtime=ours)
        assert (await run.start(1)).status == "suspended"
        await run.answer()
        await hold.is_reached()

        watched = asking(hold).create_run(run_id=RUN, runtime=theirs)
        observing = asyncio.ensure_future(collected(watched.observe(after=after)))
        await asyncio.sleep(0.05)
        assert not observing.done()
        hold.open()
        async with asyncio.timeout(PATIENCE):
            seen = await observing
        await run.wait()
        assert seen == await run.events(after)
        assert seen[-1].type == "run-succeeded"


async def test_events_before_the_first_are_refused(world: World) -> None:
    run = asking(Hold()).create_run(runtime=world.runtime)
    await run.start(1)
    with pytest.raises(ValueError, match=r"after is -1; give the number of an event, or 0 for the whole log"):
        await run.events(after=-1)
    with pytest.raises(ValueError, match="after is -1"):
        await collected(run.observe(after=-1))


async def test_a_moment_is_not_named_by_a_step(world: World) -> None:
    run: Any = asking(Hold()).create_run(runtime=world.runtime)
    await run.start(1)
    for look in (run.snapshot, run.events):
        with pytest.raises(TypeError, match=r"named by its number, as in run\.history\(\), not by 'ask'"):
            await look("ask")


async def test_an_observer_of_a_run_at_rest_gets_what_there_is_and_ends(engine: str, tmp_path: Path) -> None:
    place, hold = SharedPlace(engine, tmp_path), Hold()
    async with place.runtime() as ours, place.runtime() as theirs:
        run = asking(hold).create_run(run_id=RUN, runtime=ours)
        await run.start(1)
        watched = asking(hold).create_run(run_id=RUN, runtime=theirs)
        async with asyncio.timeout(PATIENCE):
            assert await collected(watched.observe()) == await run.events()
            assert await collected(watched.observe(after=1_000)) == []


async def test_an_observer_that_stops_reading_does_not_hold_the_run_up_and_misses_nothing(world: World) -> None:
    hold = Hold()
    run = talking(hold).create_run(run_id=RUN)
    stream = run.stream(None)
    reading = aiter(stream)
    first = await anext(reading)
    await hold.is_reached()  # the run went on to its end while nobody read
    hold.open()
    assert (await stream.result).output == "done"

    seen = [first, *[event async for event in reading]]
    assert seen == await run.events()
    chunks = [event.data["output"] for event in seen if event.type == "step-output"]
    assert chunks == list(range(CHUNKS))


async def test_many_observers_see_the_same(world: World) -> None:
    hold = Hold()
    run = talking(hold).create_run(run_id=RUN)
    await run.begin(None)
    observing = [asyncio.ensure_future(collected(run.observe())) for _ in range(5)]
    await hold.is_reached()
    hold.open()
    async with asyncio.timeout(PATIENCE):
        seen = await asyncio.gather(*observing)
    assert seen == [await run.events()] * 5


async def test_what_is_only_live_is_dropped_for_those_who_are_too_slow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playhead.streaming.LIVE_LIMIT", 10)
    hold = Hold()
    stream = talking(hold, keep=False).create_run(run_id=RUN).stream(None)
    reading = aiter(stream)
    await anext(reading)
    await hold.is_reached()
    hold.open()
    await stream.result

    chunks = [event.data["output"] async for event in reading if event.live]
    assert chunks == list(range(CHUNKS - 10, CHUNKS))


async def test_an_observer_that_leaves_is_forgotten(world: World) -> None:
    hold = Hold()
    run = talking(hold).create_run(run_id=RUN)
    await run.begin(None)
    listening = len(run._control.log._listeners)
    observing = run.observe()
    await anext(observing)
    assert len(run._control.log._listeners) == listening + 1
    await observing.aclose()  # type: ignore[attr-defined]  # what an async generator has
    assert len(run._control.log._listeners) == listening
    hold.open()
    assert (await run.wait()).status == "success"
