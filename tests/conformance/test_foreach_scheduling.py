"""Which items and arms run when, and again after a crash (catalogue B, 1.13: FEC and BRR)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN, Hold, answer, die_at

Calls = Counter[str]


class Items:
    """A foreach over numbers whose bodies wait to be let go, one by one; and what it has seen."""

    def __init__(self, *, asks: set[int] | None = None, holds: set[int] | None = None) -> None:
        self.started: list[int] = []
        self.asks = asks or set()
        self.gates = {item: Hold() for item in holds or ()}

    def flow(self, concurrency: Any) -> Any:
        @step(id="item")
        async def item(data: int, ctx: Context[Any]) -> Any:
            self.started.append(data)
            if data in self.asks and not ctx.resumed:
                ctx.suspend({"item": data})
            if data in self.gates:
                await self.gates[data].here()
            return f"done-{data}"

        @step(id="after")
        def after(data: list[str]) -> list[str]:
            return data

        return Workflow("schedules").foreach(item, concurrency=concurrency).then(after).commit()

    async def begin(self, concurrency: Any, *items: int) -> asyncio.Future[Any]:
        """Start the run and wait until all the bodies that are held have begun, if they are to begin."""
        return asyncio.ensure_future(self.flow(concurrency).create_run(run_id=RUN).start(list(items)))


@case("FEC-01")
async def test_a_width_function_is_called_once_with_the_items_and_the_input(world: World) -> None:
    items = Items(holds={0, 1, 2}, asks={4})
    asked: list[Any] = []

    async def width(data: list[int], ctx: Context[Any]) -> int:
        asked.append((data, ctx.input_data))
        return 3

    start = await items.begin(width, 0, 1, 2, 3, 4)
    await items.gates[2].is_reached()
    assert items.started == [0, 1, 2]
    for gate in items.gates.values():
        gate.open()
    assert (await start).status == "suspended"

    result = await answer(world, items.flow(width), {})
    assert result.output == [f"done-{number}" for number in range(5)]
    assert asked == [([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])]  # architecture rule 6: recorded, never again


@case("FEC-02", "FEC-04")
async def test_only_as_many_items_start_as_there_are_slots_and_a_free_slot_takes_the_next(
    world: World,
) -> None:
    items = Items(holds={0, 1, 2})
    start = await items.begin(2, 0, 1, 2)
    await items.gates[1].is_reached()
    assert items.started == [0, 1]

    items.gates[1].open()
    await items.gates[2].is_reached()
    assert items.started == [0, 1, 2]

    items.gates[0].open()
    items.gates[2].open()
    assert (await start).output == ["done-0", "done-1", "done-2"]


@case("FEC-03")
@pytest.mark.parametrize("width", [-5, 0, 1.5, "two"])
async def test_a_width_that_is_no_positive_number_fails_the_run(world: World, width: Any) -> None:
    items = Items()
    # fine print 43: refused; the reference takes it for 1.
    result = await (await items.begin(lambda data: width, 0, 1))

    assert result.status == "failed"
    assert items.started == []


@case("FEC-05")
async def test_with_one_slot_a_suspended_item_lets_no_other_start(world: World) -> None:
    items = Items(asks={0})
    result = await (await items.begin(1, 0, 1))

    assert result.status == "suspended"
    assert items.started == [0]


@case("FEC-06")
async def test_a_suspended_item_keeps_its_slot_and_a_finished_one_gives_it_up(world: World) -> None:
    items = Items(asks={0})
    result = await (await items.begin(2, 0, 1, 2))

    assert result.status == "suspended"
    assert items.started == [0, 1, 2]
    assert [waiting.index for waiting in result.suspensions] == [0]


@case("FEC-07")
async def test_when_all_slots_are_suspended_each_item_is_told_by_its_index(world: World) -> None:
    items = Items(asks={0, 1})
    result = await (await items.begin(2, 0, 1, 2))

    assert items.started == [0, 1]
    assert [(waiting.index, waiting.payload) for waiting in result.suspensions] == [
        (0, {"item": 0}),
        (1, {"item": 1}),
    ]
    assert [item.status for item in result.steps["item"].items][:2] == ["suspended", "suspended"]


@case("FEC-08", "FEC-11")
@pytest.mark.parametrize("concurrency", [1, 2])
async def test_after_a_crash_finished_items_stay_and_the_others_run(world: World, concurrency: int) -> None:
    restarted: list[tuple[int, bool]] = []
    hold = Hold()

    def build() -> Any:
        @step(id="item")
        async def item(data: int, ctx: Context[Any]) -> str:
            restarted.append((data, ctx.restarted))
            if data == 1:
                await hold.here()
            return f"done-{data}"

        return Workflow("crashes").foreach(item, concurrency=concurrency).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start([0, 1, 2]))
    finished = len([number for number, _ in restarted]) - 1
    restarted.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.output == ["done-0", "done-1", "done-2"]
    assert restarted[0] == (1, True)
    assert len(restarted) == 3 - finished


@case("FEC-09")
async def test_after_a_crash_a_complete_foreach_hands_its_whole_list_on(world: World) -> None:
    items, hold = Items(), Hold()

    def build() -> Any:
        @step(id="held")
        async def held(data: list[str]) -> list[str]:
            await hold.here()
            return data

        return Workflow("complete").then(items.flow(1)).then(held).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start([0, 1]))
    items.started.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.output == ["done-0", "done-1"]
    assert items.started == []


@case("FEC-10")
async def test_a_crash_while_the_width_is_worked_out_begins_with_a_normal_first_batch(
    world: World,
) -> None:
    items, hold = Items(), Hold()

    async def width(data: list[int]) -> int:
        await hold.here()
        return 2

    await die_at(hold, world, items.flow(width).create_run(run_id=RUN).start([0, 1, 2]))
    assert items.started == []
    result = await items.flow(width).create_run(run_id=RUN).restart()

    assert result.output == ["done-0", "done-1", "done-2"]
    assert items.started == [0, 1, 2]


@case("FEC-12")
async def test_after_a_crash_a_suspended_item_still_waits(world: World) -> None:
    items = Items(asks={0}, holds={1})
    stream = items.flow(2).create_run(run_id=RUN).stream([0, 1])
    async for event in stream:
        if event.type == "step-suspended":
            break
    await die_at(items.gates[1], world, stream.result)
    items.started.clear()
    result = await items.flow(2).create_run(run_id=RUN).restart()

    assert result.status == "suspended"
    assert items.started == [1]
    assert [waiting.index for waiting in result.suspensions] == [0]
    assert (await answer(world, items.flow(2), {})).output == ["done-0", "done-1"]


@case("BRR-01", "BRR-02")
async def test_after_a_crash_only_the_arm_in_flight_runs_at_the_same_place(world: World) -> None:
    hold = Hold()
    judged: Calls = Counter()
    paths: list[Any] = []

    def build() -> Any:
        def judge(name: str) -> Any:
            def is_taken(data: Any) -> bool:
                judged[name] += 1
                return name != "b"

            return is_taken

        def arm(name: str) -> Any:
            @step(id=name)
            async def run_arm(data: Any, ctx: Context[Any]) -> str:
                paths.append(ctx.path)
                if name == "c":
                    await hold.here()
                return name

            return run_arm

        return Workflow("branches").branch(*((judge(name), arm(name)) for name in "abc")).commit()

    stream = build().create_run(run_id=RUN).stream(None)
    async for event in stream:
        if event.type == "step-succeeded":
            break
    await die_at(hold, world, stream.result)
    assert paths == [("a",), ("c",)]
    assert judged == {"a": 1, "b": 1, "c": 1}
    paths.clear()
    judged.clear()
    result = await build().create_run(run_id=RUN).restart()

    assert result.output == {"a": "a", "c": "c"}
    assert paths == [("c",)]
    assert judged == {}  # fine print A2: conditions are not judged again
