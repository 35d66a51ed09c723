"""A store that stops taking writes: unrecorded work goes no further, and can go on (catalogue B, 1.13)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from playhead import Context, Runtime, Workflow, step
from playhead.errors import StoreFull, WorkflowError

from .breaking_store import BreakingStore
from .cases import case
from .next_process import PATIENCE, RUN
from .shared_place import SharedPlace

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


@pytest.fixture
def store(place: SharedPlace) -> BreakingStore:
    return BreakingStore(place.store())


@case("CONC-03", "CONC-08")
async def test_a_resume_that_could_not_be_recorded_leaves_the_suspension_as_it_was(
    place: SharedPlace, store: BreakingStore, calls: Calls
) -> None:
    @step(id="ask")
    def ask(ctx: Context[Any]) -> Any:
        if not ctx.resumed:
            ctx.suspend()
        calls["resumed"] += 1
        return ctx.resume_data

    @step(id="downstream")
    def downstream(data: Any) -> Any:
        calls["downstream"] += 1
        return data

    run_of = Workflow("resume-fails").then(ask).then(downstream).commit().create_run
    async with Runtime(store=store, engine=place.engine) as runtime:
        await run_of(run_id=RUN).start(None)
        store.writes_left = 0
        with pytest.raises(StoreFull):
            await run_of(run_id=RUN).resume("lost")
        assert calls == {}
        assert (await runtime.get(RUN)).status == "suspended"

        store.mend()
        assert (await run_of(run_id=RUN).resume("kept")).output == "kept"
    assert calls == {"resumed": 1, "downstream": 1}


def counting(calls: Calls, shape: str) -> Any:
    """A workflow whose first entry is of the given shape; it tells what its steps saw."""

    @step(id="count")
    async def count(data: Data, ctx: Context[Any]) -> Data:
        calls["count"] += 1
        return {"input": ctx.input_data, "total": ctx.state["total"], "tenant": ctx.request["tenant"]}

    flow = Workflow("dies-early")
    if shape == "parallel":
        return flow.parallel(count, count.as_("count-2")).commit()
    if shape == "branch":
        return flow.branch((lambda data: True, count), (lambda data: False, count.as_("not-taken"))).commit()
    if shape == "nested":
        return flow.then(Workflow("inner").then(count).commit()).commit()
    return flow.then(count).commit()


EXPECTED = {"input": {"value": 42}, "total": 7, "tenant": "one"}


@case("CONC-13", "CRASH-07")
@pytest.mark.parametrize("shape", ["step", "parallel", "branch", "nested"])
async def test_a_run_that_dies_after_its_first_write_restarts_from_its_original_input(
    place: SharedPlace, store: BreakingStore, calls: Calls, shape: str
) -> None:
    async with Runtime(store=store, engine=place.engine):
        store.writes_left = 1
        run = counting(calls, shape).create_run(run_id=RUN)
        with pytest.raises(StoreFull):
            await run.start({"value": 42}, state={"total": 7}, request={"tenant": "one"})
    store.mend()
    calls.clear()

    async with Runtime(store=store, engine=place.engine):
        result = await counting(calls, shape).create_run(run_id=RUN).restart()

    outputs = {
        "step": EXPECTED,
        "nested": EXPECTED,
        "parallel": {"count": EXPECTED, "count-2": EXPECTED},
        "branch": {"count": EXPECTED},
    }
    assert result.status == "success"
    assert result.output == outputs[shape]
    assert calls == {"count": 2 if shape == "parallel" else 1}


@case("FENCE-04")
async def test_a_start_that_could_not_be_recorded_runs_nothing_and_may_be_tried_again(
    place: SharedPlace, store: BreakingStore, calls: Calls
) -> None:
    async with Runtime(store=store, engine=place.engine) as runtime:
        store.writes_left = 0
        run = counting(calls, "step").create_run(run_id=RUN)
        options: Data = {"state": {"total": 7}, "request": {"tenant": "one"}}
        with pytest.raises(StoreFull):
            await run.start({"value": 42}, **options)
        assert calls == {}
        assert (await runtime.runs()).total == 0

        store.mend()
        assert (await run.start({"value": 42}, **options)).output == EXPECTED
    assert calls == {"count": 1}


@case("CRASH-12")
async def test_when_a_result_could_not_be_recorded_the_next_step_does_not_run(
    place: SharedPlace, store: BreakingStore, calls: Calls
) -> None:
    breaks = ["once"]

    def build() -> Any:
        @step(id="step1")
        async def step1(data: Data) -> Data:
            calls["step1"] += 1
            if breaks:
                breaks.clear()
                store.writes_left = 0
            return {"value": data["value"] + 1}

        @step(id="step2")
        async def step2(data: Data) -> Data:
            calls["step2"] += 1
            return data

        return Workflow("result-lost").then(step1).then(step2).commit()

    async with Runtime(store=store, engine=place.engine):
        with pytest.raises(StoreFull):
            await build().create_run(run_id=RUN).start({"value": 1})
        # architecture rule 3: direct drives in memory and writes at rest, so that there step2 had run already.
        assert calls == ({"step1": 1} if place.engine == "evented" else {"step1": 1, "step2": 1})
    store.mend()
    calls.clear()

    async with Runtime(store=store, engine=place.engine) as runtime:
        assert (await runtime.get(RUN)).status == "running"
        result = await build().create_run(run_id=RUN).restart()
    assert result.output == {"value": 2}
    assert calls == {"step1": 1, "step2": 1}


@case("FENCE-02")
async def test_a_restart_that_could_not_be_recorded_lets_the_next_one_try(
    place: SharedPlace, store: BreakingStore, calls: Calls
) -> None:
    async with Runtime(store=store, engine=place.engine):
        store.writes_left = 1
        run = counting(calls, "step").create_run(run_id=RUN)
        with pytest.raises(StoreFull):
            await run.start({"value": 42}, state={"total": 7}, request={"tenant": "one"})

    async with Runtime(store=store, engine=place.engine) as first:
        with pytest.raises(StoreFull):
            await counting(calls, "step").create_run(run_id=RUN, runtime=first).restart()
        store.mend()
        calls.clear()
        async with Runtime(store=store, engine=place.engine) as second:
            result = await counting(calls, "step").create_run(run_id=RUN, runtime=second).restart()

    assert result.output == EXPECTED
    assert calls == {"count": 1}


@case("CANC-04")
async def test_a_cancel_that_could_not_be_recorded_says_so_and_still_tells_the_body(
    place: SharedPlace, store: BreakingStore
) -> None:
    reached, told = asyncio.Event(), asyncio.Event()

    @step(id="slow")
    async def slow(ctx: Context[Any]) -> None:
        reached.set()
        await ctx.cancelled
        told.set()
        await asyncio.Event().wait()

    async with Runtime(store=store, engine=place.engine, cancel_grace=0.05) as runtime:
        run = Workflow("cancel-fails").then(slow).commit().create_run(run_id=RUN)
        start = asyncio.ensure_future(run.start(None))
        await reached.wait()
        before = await store.read(RUN)

        store.writes_left = 0
        with pytest.raises(StoreFull):
            await run.cancel()
        async with asyncio.timeout(PATIENCE):
            await told.wait()
        assert await store.read(RUN) == before
        assert (await runtime.get(RUN)).status == "running"
    with pytest.raises(WorkflowError):
        await start


@case("CONC-08")
async def test_who_waits_only_after_the_store_has_refused_is_told_all_the_same(
    place: SharedPlace, store: BreakingStore, calls: Calls
) -> None:
    async with Runtime(store=store, engine=place.engine) as runtime, asyncio.timeout(PATIENCE):
        run = counting(calls, "step").create_run(run_id=RUN)
        store.writes_left = 1  # for the claim
        await run.begin({"value": 42}, state={"total": 7}, request={"tenant": "one"})
        if (driven := runtime.drive_of(RUN)) is not None:
            await asyncio.wait([driven.task])
        with pytest.raises(StoreFull):
            await run.wait()
    store.mend()
    async with Runtime(store=store, engine=place.engine):
        assert (await counting(calls, "step").create_run(run_id=RUN).restart()).output == EXPECTED
    assert calls == {"count": 2}
