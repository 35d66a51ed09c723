"""What a run writes: changes of state and nothing else, large values compressed and only once."""

from __future__ import annotations

import random
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]

SIZE = 20_000
"""Characters of a large value that still stands in the log itself."""

HUGE = 400_000
"""Characters of a value that is too large for the log."""


def noise(size: int, seed: int) -> str:
    """Text that does not compress to less than about three quarters."""
    return "".join(
        random.Random(seed).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=size)
    )


async def written(world: World, run_id: str = RUN) -> int:
    """Bytes of the run's log as the store has it."""
    return sum(len(frame) for frame in await world.runtime.store.read(run_id))


def counting(step_id: str) -> Step[Any, Any]:
    @step(id=step_id)
    async def count(ctx: Context[Any]) -> None:
        ctx.set_state(count=ctx.state["count"] + 1)

    return count


def chain(length: int) -> Any:
    flow = Workflow("counts")
    for number in range(length):
        flow = flow.then(counting(f"count-{number}"))
    return flow.commit()


@case("DELTA-01")
async def test_state_that_no_step_touches_is_written_once_however_many_carry_it(world: World) -> None:
    run = chain(30).create_run(run_id=RUN)
    result = await run.start(None, state={"count": 0, "carried": noise(SIZE, 1)})

    assert result.state == {"count": 30, "carried": noise(SIZE, 1)}
    assert await written(world) < SIZE + 30 * 600  # bytes of the events of one step, at most


@case("WRAMP-01")
async def test_what_is_written_grows_with_the_steps_and_not_with_their_square(world: World) -> None:
    async def written_by(length: int) -> int:
        """By so many steps, each with a result of its own, that all carry the same state and count in it."""
        flow = Workflow(f"grows-{length}")
        for number in range(length):

            @step(id=f"tool-{number}")
            async def tool(data: Any, ctx: Context[Any]) -> str:
                ctx.set_state(calls=ctx.state["calls"] + 1)
                return noise(2_000, ctx.state["calls"])

            flow = flow.then(tool)
        run = flow.commit().create_run(run_id=f"run-{length}")
        await run.start("go", state={"calls": 0, "carried": noise(2_000, -1)})
        return await written(world, run.run_id)

    four, eight, sixteen = [await written_by(length) for length in (4, 8, 16)]
    assert eight < 2 * four
    assert sixteen < 2 * eight
    assert sixteen < 16 * 2_000 + 2_000 + 16 * 600  # each result once, the state once, and the events


@case("DELTA-02")
async def test_of_many_keys_only_the_one_that_changed_is_written_again(world: World) -> None:
    large = {f"key-{number}": noise(SIZE, number) for number in range(3)}

    def changing(step_id: str, key: str) -> Any:
        @step(id=step_id)
        async def change(ctx: Context[Any]) -> None:
            ctx.set_state({key: noise(SIZE, 9)})

        return change

    flow = Workflow("changes").then(changing("a", "key-1")).then(changing("b", "new")).commit()
    result = await flow.create_run(run_id=RUN).start(None, state=large)

    assert result.state == {**large, "key-1": noise(SIZE, 9), "new": noise(SIZE, 9)}
    assert await written(world) < 5.5 * SIZE


@case("DELTA-03")
async def test_the_whole_state_of_every_moment_comes_back_from_the_changes(world: World) -> None:
    await chain(5).create_run(run_id=RUN).start(None, state={"count": 0, "carried": "all along"})

    await world.restart()
    run = chain(5).create_run(run_id=RUN)
    ends = [event.seq for event in await run.events() if event.type == "step-succeeded"]
    states = [(await run.snapshot(at=seq)).state for seq in ends]
    assert states == [{"count": number, "carried": "all along"} for number in (1, 2, 3, 4, 5)]


@case("DELTA-04")
@pytest.mark.parametrize("kind", ["chain", "parallel", "foreach"])
async def test_a_large_value_that_flows_on_is_not_written_again_as_an_input(world: World, kind: str) -> None:
    def looking(step_id: str) -> Any:
        @step(id=step_id)
        async def look(data: Any) -> int:
            return len(data)

        return look

    @step(id="make")
    async def make() -> Any:
        return [noise(SIZE // 4, number) for number in range(4)] if kind == "foreach" else noise(SIZE, 1)

    flow = Workflow("flows").then(make)
    if kind == "chain":
        flow = flow.sleep(seconds=0).then(looking("look"))
    elif kind == "parallel":
        flow = flow.parallel(*(looking(f"look-{number}") for number in range(4)))
    else:
        flow = flow.foreach(looking("look"))
    result = await flow.commit().create_run(run_id=RUN).start(None)

    assert result.status == "success"
    assert await written(world) < 1.5 * SIZE


@case("PACK-01")
async def test_large_state_that_repeats_itself_is_stored_small_and_comes_back(world: World) -> None:
    table = [{"name": "a customer", "city": "Helsinki", "total": number % 7} for number in range(2_000)]

    def build() -> Any:
        @step(id="keep")
        async def keep(ctx: Context[Any]) -> None:
            if not ctx.resumed:
                ctx.set_state(table=table)
                ctx.suspend()

        return Workflow("keeps-table").then(keep).commit()

    await build().create_run(run_id=RUN).start(None)
    assert await written(world) < 0.2 * len(repr(table))

    result = await answer(world, build(), "go")
    assert result.state == {"table": table}


def passing_on(value: Any) -> Any:
    """Two steps that give the same value, and one between them that asks."""

    def giving(step_id: str) -> Any:
        @step(id=step_id)
        async def give(data: Any, ctx: Context[Any]) -> Any:
            if step_id == "second" and not ctx.resumed:
                ctx.suspend()
            return value

        return give

    return Workflow("passes-on").then(giving("first")).then(giving("second")).commit()


def blobs_put(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The digest and the number of bytes of each value that is put beside the log from now on."""
    put: list[tuple[str, int]] = []
    original = world.runtime.store.put_blob

    async def noting(run_id: str, data: bytes) -> str:
        digest = await original(run_id, data)
        put.append((digest, len(data)))
        return digest

    monkeypatch.setattr(world.runtime.store, "put_blob", noting)
    return put


@case("PACK-02")
async def test_a_huge_value_stands_beside_the_log_once_and_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = blobs_put(world, monkeypatch)
    value = noise(HUGE, 1)
    await passing_on(value).create_run(run_id=RUN).start(None)
    first = {digest for digest, _ in put}

    await world.restart()
    put = blobs_put(world, monkeypatch)
    result = await passing_on(value).create_run(run_id=RUN).resume()

    assert result.output == value
    assert result.steps["first"].output == value
    assert await written(world) < SIZE
    assert len(first) == 1
    assert {digest for digest, _ in put} == first


@case("PACK-03")
async def test_a_huge_value_that_repeats_itself_is_stored_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = blobs_put(world, monkeypatch)
    value = "all work and no play " * (HUGE // 21)
    await passing_on(value).create_run(run_id=RUN).start(None)
    result = await answer(world, passing_on(value), None)

    assert result.output == value
    assert await written(world) + sum(size for _, size in set(put)) < 0.1 * HUGE


@case("PACK-04")
async def test_what_does_not_get_smaller_is_stored_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = blobs_put(world, monkeypatch)
    value = random.Random(1).randbytes(HUGE)
    await passing_on(value).create_run(run_id=RUN).start(None)
    result = await answer(world, passing_on(value), None)

    assert result.output == value
    assert put
    assert all(HUGE <= size < HUGE + 100 for _, size in put)
