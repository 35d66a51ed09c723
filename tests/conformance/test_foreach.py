"""Catalogue A, section 10: foreach, its width, its order, its state, its progress."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Event, RunResult, Step, Workflow, step

from .cases import case
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]
TOO_LATE = 5  # seconds; only reached when items that should overlap do not


class Gauge:
    """The body `map` (value + 11), which measures how many items are inside it at once.

    Each item waits until `meet` of them are inside together, so that the peak is never too low by chance.
    """

    def __init__(self, meet: int = 1) -> None:
        self.active = self.peak = self.calls = 0
        self._barrier = asyncio.Barrier(meet)
        self.step = Step(self._body, id="map")

    async def _body(self, data: Data) -> Data:
        self.calls += 1
        self.active += 1
        self.peak = max(self.peak, self.active)
        async with asyncio.timeout(TOO_LATE):
            await self._barrier.wait()
        await asyncio.sleep(0.005)
        self.active -= 1
        return {"value": data["value"] + 11}


@step
async def final(data: list[Data]) -> Data:
    return {"final_value": sum(item["value"] for item in data)}


def items(*values: int) -> list[Data]:
    return [{"value": value} for value in values]


def looping(body: Step, **options: Any) -> Workflow:
    return Workflow("foreach", validate=False).foreach(body, **options).then(final).commit()


def assert_mapped(result: RunResult) -> None:
    """What every case over the items 1, 22 and 333 ends with."""
    assert result.status == "success"
    assert result.input == items(1, 22, 333)
    assert_succeeded(result.steps["map"], items(12, 33, 344))
    assert result.steps["map"].input == items(1, 22, 333)
    assert_succeeded(result.steps["final"], {"final_value": 389})


@case("FOREACH-01")
async def test_items_run_one_at_a_time_by_default() -> None:
    gauge = Gauge()

    result = await looping(gauge.step).run(items(1, 22, 333))

    assert_mapped(result)
    assert (gauge.calls, gauge.peak) == (3, 1)


@case("FOREACH-02")
async def test_items_run_at_once_up_to_the_concurrency() -> None:
    gauge = Gauge(meet=3)

    result = await looping(gauge.step, concurrency=3).run(items(1, 22, 333))

    assert_mapped(result)
    assert (gauge.calls, gauge.peak) == (3, 3)


@case("FOREACH-02")
async def test_outputs_stand_in_input_order_whatever_finishes_first() -> None:
    second_done = asyncio.Event()

    @step(id="map")
    async def second_first(data: Data) -> Data:
        if data["value"] == 22:
            second_done.set()
        else:
            async with asyncio.timeout(TOO_LATE):
                await second_done.wait()
        return {"value": data["value"] + 11}

    assert_mapped(await looping(second_first, concurrency=3).run(items(1, 22, 333)))


@case("FOREACH-03")
async def test_the_peak_of_items_at_work_is_exactly_the_concurrency() -> None:
    gauge = Gauge(meet=2)

    result = await looping(gauge.step, concurrency=2).run(items(1, 2, 3, 4))

    assert result.status == "success"
    assert (gauge.calls, gauge.peak) == (4, 2)
    assert_succeeded(result.steps["map"], items(12, 13, 14, 15))
    assert_succeeded(result.steps["final"], {"final_value": 54})


@case("FOREACH-04")
async def test_an_empty_list_gives_an_empty_list_without_calling_the_body() -> None:
    gauge = Gauge()

    @step(id="final")
    async def count(data: list[Data]) -> Data:
        return {"count": len(data)}

    flow = Workflow("foreach-empty", validate=False).foreach(gauge.step).then(count).commit()
    result = await flow.run([])

    assert result.status == "success"
    assert gauge.calls == 0
    assert_succeeded(result.steps["map"], [])
    assert_succeeded(result.steps["final"], {"count": 0})


class Count(BaseModel):
    count: int


@case("FOREACH-05")
async def test_a_generated_list_is_transformed_and_summed() -> None:
    @step
    async def generate(data: Count) -> list[Data]:
        return items(*range(1, data.count + 1))

    @step
    async def transform(data: Data) -> Data:
        return {"doubled": data["value"] * 2}

    @step(id="sum")
    async def total(data: list[Data]) -> Data:
        return {"total": sum(item["doubled"] for item in data)}

    flow = Workflow("foreach-chain", input=Count).then(generate).foreach(transform).then(total).commit()
    result = await flow.run({"count": 3})

    assert result.status == "success"
    assert_succeeded(result.steps["generate"], items(1, 2, 3))
    assert_succeeded(result.steps["transform"], [{"doubled": 2}, {"doubled": 4}, {"doubled": 6}])
    assert_succeeded(result.steps["sum"], {"total": 12})


class Output(BaseModel):
    output: int


@case("FOREACH-06")
async def test_state_set_deep_inside_one_item_is_seen_by_the_next() -> None:
    seen: list[int] = []

    @step(state=Output)
    async def set_two(ctx: Context[Output]) -> int:
        ctx.set_state(output=2)
        return 20

    @step(state=Output)
    async def see_two(ctx: Context[Output]) -> int:
        seen.append(ctx.state.output)
        return 10

    arm1 = Workflow("foreach-state-s1", state=Output).then(see_two).commit()
    arm2 = Workflow("foreach-state-s2", state=Output).then(set_two).commit()
    routing = (
        Workflow("routing", input=int, state=Output)
        .branch((lambda item: item == 1, arm1), (lambda item: item == 2, arm2))
        .map(lambda arms: arms.get("foreach-state-s1", 0) + arms.get("foreach-state-s2", 0))
        .commit()
    )
    flow = Workflow("foreach-state", input=list[int], state=Output).foreach(routing).commit()
    result = await flow.create_run().start([2, 1], state={"output": 0})

    assert result.status == "success"
    assert seen == [2]
    assert result.state == Output(output=2)
    assert result.output == [20, 10]


@case("FOREACH-07")
async def test_bail_in_an_item_ends_the_run_with_the_bailed_value() -> None:
    started: list[int] = []

    @step(id="map", state=Output)
    async def stop_after_two(item: int, ctx: Context[Output]) -> int:
        started.append(item)
        if ctx.state.output > 1:
            ctx.bail([15])
        ctx.set_state(output=item)
        return item

    @step
    async def after_bail() -> None:
        started.append(0)

    flow = Workflow("foreach-bail", input=list[int], state=Output).foreach(stop_after_two).then(after_bail)
    result = await flow.commit().create_run().start([1, 2, 3, 4], state={"output": 0})

    assert result.status == "success"
    assert started == [1, 2, 3]
    assert result.state == Output(output=2)
    assert result.output == [15]
    assert_succeeded(result.steps["map"], [15])
    assert "after_bail" not in result.steps


@case("FOREACH-08")
async def test_records_are_processed_and_aggregated() -> None:
    @step
    async def process(record: Data) -> Data:
        return {"name": record["name"].upper(), "score": record["score"] * 10}

    @step
    async def aggregate(records: list[Data]) -> Data:
        total = sum(record["score"] for record in records)
        return {"names": [r["name"] for r in records], "total_score": total, "count": len(records)}

    flow = Workflow("foreach-aggregate").foreach(process).then(aggregate).commit()
    result = await flow.run(
        [{"name": "alice", "score": 3}, {"name": "bob", "score": 5}, {"name": "charlie", "score": 7}]
    )

    assert result.status == "success"
    processed = [("ALICE", 30), ("BOB", 50), ("CHARLIE", 70)]
    assert_succeeded(result.steps["process"], [{"name": name, "score": score} for name, score in processed])
    assert_succeeded(result.steps["aggregate"], {"names": ["ALICE", "BOB", "CHARLIE"], "total_score": 150, "count": 3})


async def progress_of(flow: Workflow) -> tuple[list[Event], RunResult]:
    """The item-finished events of one run over 1, 22 and 333, and its result."""
    stream = flow.create_run().stream(items(1, 22, 333))
    events = [event async for event in stream if event.type == "item-finished"]
    return events, await stream.result


def told(events: Sequence[Event], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(event.data[name] for name in names) for event in events]


@case("FOREACH-09")
async def test_every_item_reports_its_progress_on_the_stream() -> None:
    events, result = await progress_of(looping(Gauge().step))

    assert_mapped(result)
    assert [event.step_id for event in events] == ["map", "map", "map"]
    assert told(events, "index", "completed", "total", "status") == [
        (0, 1, 3, "success"),
        (1, 2, 3, "success"),
        (2, 3, 3, "success"),
    ]


@case("FOREACH-10")
async def test_concurrent_items_report_their_progress_too() -> None:
    events, result = await progress_of(looping(Gauge().step, concurrency=2))

    assert_mapped(result)
    assert told(events, "completed", "total", "status") == [
        (1, 3, "success"),
        (2, 3, "success"),
        (3, 3, "success"),
    ]
    assert sorted(told(events, "index")) == [(0,), (1,), (2,)]


@case("FOREACH-11")
async def test_a_failing_item_reports_its_failure_and_stops_the_rest() -> None:
    started: list[int] = []

    @step(id="map")
    async def fail_at_22(data: Data) -> Data:
        started.append(data["value"])
        if data["value"] == 22:
            raise ValueError("Simulated failure for value 22")
        return {"value": data["value"] + 11}

    events, result = await progress_of(looping(fail_at_22))

    assert told(events, "index", "completed", "total", "status") == [
        (0, 1, 3, "success"),
        (1, 2, 3, "failed"),
    ]
    assert events[1].step_id == "map"
    assert started == [1, 22]
    assert result.status == "failed"
    assert_failed(result.steps["map"], "Simulated failure for value 22")
    assert "final" not in result.steps
