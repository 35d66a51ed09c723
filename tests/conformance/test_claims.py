"""Who comes first wins: racing starts, resumes and answers (catalogue B, 1.13)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest

from playhead import Context, MemoryStore, Runtime, Step, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import PATIENCE, RUN, Hold
from .shared_place import SharedPlace

Data = dict[str, Any]
Calls = Counter[str]

TURNS = 20
"""Turns of the event loop in which a step that may end has ended, and its run is on its way to rest."""


@pytest.fixture
def calls() -> Calls:
    return Counter()


async def loser_of(*calls: Awaitable[Any]) -> tuple[WorkflowError, list[asyncio.Future[Any]]]:
    """The error of the first call to end, and the calls that have not ended."""
    tasks = {asyncio.ensure_future(call) for call in calls}
    done, pending = await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    (loser,) = done
    error = loser.exception()
    assert isinstance(error, WorkflowError)
    return error, list(pending)


def asking(calls: Calls, hold: Hold) -> Any:
    """A step that asks and then, once answered, stops at ``hold``; and a step after it."""

    @step(id="ask")
    async def ask(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({})
        calls["resumed"] += 1
        await hold.here()
        return {"answer": ctx.resume_data}

    @step(id="downstream")
    def downstream(data: Data) -> Data:
        calls["downstream"] += 1
        return data

    return Workflow("claims").then(ask).then(downstream).commit()


@case("CONC-01", "CONC-05")
async def test_of_two_resumes_at_once_exactly_one_wins(world: World, calls: Calls) -> None:
    hold = Hold()
    flow = asking(calls, hold)
    await flow.create_run(run_id=RUN).start({})

    error, winners = await loser_of(
        flow.create_run(run_id=RUN).resume("first"), flow.create_run(run_id=RUN).resume("second")
    )
    assert error.code == "resume-already-claimed"
    await hold.is_reached()
    hold.open()
    (winner,) = winners
    assert (await winner).status == "success"
    assert calls == {"resumed": 1, "downstream": 1}


@case("CONC-02")
async def test_of_two_processes_that_both_saw_the_suspension_exactly_one_wins(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    flow = asking(calls, hold)
    async with place.runtime() as one, place.runtime() as another:
        runtimes = (one, another)
        await flow.create_run(run_id=RUN, runtime=one).start({})
        runs = [asking(calls, hold).create_run(run_id=RUN, runtime=runtime) for runtime in runtimes]
        assert [(await run.snapshot()).status for run in runs] == ["suspended", "suspended"]

        error, winners = await loser_of(*(run.resume(number) for number, run in enumerate(runs)))
        assert error.code == "resume-already-claimed"
        hold.open()
        (winner,) = winners
        assert (await winner).status == "success"
    assert calls == {"resumed": 1, "downstream": 1}


def asking_twice() -> Any:
    """Two steps, one after the other, each of which asks."""

    async def ask(data: Data, ctx: Context[Any]) -> Data:
        return {**data, ctx.step_id: ctx.resume_data} if ctx.resumed else ctx.suspend({})

    return Workflow("asking-twice").then(Step(ask, id="first")).then(Step(ask, id="second")).commit()


@case("CONC-02")
async def test_a_question_that_was_asked_after_an_answer_elsewhere_can_be_answered_here(place: SharedPlace) -> None:
    async with place.runtime() as one, place.runtime() as another:
        await asking_twice().create_run(run_id=RUN, runtime=one).start({})
        late = asking_twice().create_run(run_id=RUN, runtime=another)
        assert (await late.snapshot()).suspended == [("first",)]

        await asking_twice().create_run(run_id=RUN, runtime=one).resume(1)
        with pytest.raises(WorkflowError) as refused:
            await late.resume(2, step="first")
        assert refused.value.code == "resume-already-claimed"
        assert (await late.resume(2)).output == {"first": 1, "second": 2}


@case("CONC-02")
async def test_an_answer_to_a_run_that_has_ended_elsewhere_is_refused(place: SharedPlace) -> None:
    async with place.runtime() as one, place.runtime() as another:
        await asking_twice().create_run(run_id=RUN, runtime=one).start({})
        late = asking_twice().create_run(run_id=RUN, runtime=another)
        await late.snapshot()
        for answer in (1, 2):
            ended = await asking_twice().create_run(run_id=RUN, runtime=one).resume(answer)
        with pytest.raises(WorkflowError) as refused:
            await late.resume(3)
        assert refused.value.code == "nothing-suspended"
        assert (await late.snapshot()).output == ended.output == {"first": 1, "second": 2}


@case("CONC-02")
async def test_a_run_that_works_on_an_answer_is_listed_as_running_everywhere(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    async with place.runtime() as one, place.runtime() as another:
        run = asking(calls, hold).create_run(run_id=RUN, runtime=one)
        await run.start({})
        assert [(info.status, info.run_id) for info in (await another.runs()).items] == [("suspended", RUN)]
        going = asyncio.ensure_future(run.resume(1))
        await hold.is_reached()
        assert (await another.runs(status="running")).total == 1
        assert (await another.runs(status="suspended")).total == 0
        hold.open()
        await going
        assert [info.status for info in (await another.runs()).items] == ["success"]


@case("CRASH-02")
async def test_a_run_that_was_left_while_it_worked_on_an_answer_is_recovered(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()
    async with place.runtime() as one:
        await asking(calls, hold).create_run(run_id=RUN, runtime=one).start({})
        going = asyncio.ensure_future(asking(calls, hold).create_run(run_id=RUN, runtime=one).resume(1))
        await hold.is_reached()
    with pytest.raises(WorkflowError):
        await going
    hold.open()
    async with place.runtime(workflows=[asking(calls, hold)]) as another:
        assert await another.abandoned() == [RUN]
        recovery = await another.recover(wait=True)
        assert [run.run_id for run in recovery.runs] == [RUN]
        assert (await recovery.runs[0].snapshot()).output == {"answer": 1}


@case("CONC-06")
async def test_of_two_resumed_streams_at_once_exactly_one_wins(world: World, calls: Calls) -> None:
    hold = Hold()
    flow = asking(calls, hold)
    await flow.create_run(run_id=RUN).start({})

    streams = [flow.create_run(run_id=RUN).resume_stream(number) for number in (1, 2)]
    error, winners = await loser_of(*(stream.result for stream in streams))
    assert error.code == "resume-already-claimed"
    hold.open()
    (winner,) = winners
    assert (await winner).status == "success"
    assert calls == {"resumed": 1, "downstream": 1}


@case("CONC-07")
async def test_a_resume_while_the_answer_is_worked_on_is_refused_and_after_it_too(world: World, calls: Calls) -> None:
    hold = Hold()
    flow = asking(calls, hold)
    await flow.create_run(run_id=RUN).start({})
    first = asyncio.ensure_future(flow.create_run(run_id=RUN).resume("first"))
    await hold.is_reached()

    with pytest.raises(WorkflowError) as refused:
        await flow.create_run(run_id=RUN).resume("second")
    assert refused.value.code == "resume-already-claimed"  # fine print 47

    hold.open()
    assert (await first).output == {"answer": "first"}
    with pytest.raises(WorkflowError) as refused:
        await flow.create_run(run_id=RUN).resume("third")
    assert refused.value.code == "nothing-suspended"
    assert calls == {"resumed": 1, "downstream": 1}


@case("CONC-09")
async def test_a_resume_nobody_contends_just_works(world: World, calls: Calls) -> None:
    hold = Hold()
    hold.open()
    flow = asking(calls, hold)
    await flow.create_run(run_id=RUN).start({})

    assert (await flow.create_run(run_id=RUN).resume("only")).output == {"answer": "only"}
    assert calls == {"resumed": 1, "downstream": 1}


@case("CONC-04")
async def test_nested_children_of_a_foreach_are_answered_each_on_its_own(world: World) -> None:
    # fine print A5 and 48: children have no run ids, and the claim is on the suspension, not on the run.
    holds = [Hold(), Hold()]

    @step(id="gate")
    async def gate(data: Data, ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.suspend({"child": data["child"]})
        await holds[data["child"]].here()
        return {"child": data["child"], "answer": ctx.resume_data}

    child = Workflow("child").then(gate).commit()
    flow = Workflow("children").foreach(child, concurrency=2).commit()
    first = await flow.create_run(run_id=RUN).start([{"child": 0}, {"child": 1}])
    assert [waiting.path for waiting in first.suspensions] == [("child#0", "gate"), ("child#1", "gate")]

    answering_0 = asyncio.ensure_future(flow.create_run(run_id=RUN).resume("a", index=0))
    await holds[0].is_reached()
    with pytest.raises(WorkflowError) as refused:
        await flow.create_run(run_id=RUN).resume("again", index=0)
    assert refused.value.code == "resume-already-claimed"
    holds[0].open()
    assert (await answering_0).status == "suspended"

    holds[1].open()
    result = await flow.create_run(run_id=RUN).resume("b", index=1)
    assert result.status == "success"
    assert result.output == [{"child": 0, "answer": "a"}, {"child": 1, "answer": "b"}]


@pytest.mark.parametrize("same_run_object", [True, False], ids=["one-object", "two-objects"])
async def test_two_arms_answered_at_once_are_both_accepted(world: World, same_run_object: bool) -> None:
    holds = {"a": Hold(), "b": Hold()}

    def arm(step_id: str) -> Any:
        @step(id=step_id)
        async def ask(data: Any, ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend()
            await holds[step_id].here()
            return ctx.resume_data

        return ask

    flow = Workflow("both-arms").parallel(arm("a"), arm("b")).commit()
    run = flow.create_run(run_id=RUN)
    await run.start(None)
    other = run if same_run_object else flow.create_run(run_id=RUN)

    first = asyncio.ensure_future(run.resume(1, step="a"))
    await holds["a"].is_reached()
    second = asyncio.ensure_future(other.resume(2, step="b"))
    await holds["b"].is_reached()
    holds["a"].open()
    holds["b"].open()

    # fine print 78: each returns when the run next comes to rest.
    assert [(await each).output for each in (first, second)] == [{"a": 1, "b": 2}] * 2


@case("CONC-10")
async def test_of_two_processes_that_start_one_run_exactly_one_wins(place: SharedPlace, calls: Calls) -> None:
    hold = Hold()

    @step(id="step1")
    async def step1(data: Data) -> Data:
        calls["step1"] += 1
        await hold.here()
        return data

    flow = Workflow("starts").then(step1).commit()

    def start(runtime: Runtime, number: int) -> Awaitable[Any]:
        return flow.create_run(run_id=RUN, runtime=runtime).start({"caller": number})

    async with place.runtime() as a, place.runtime() as b:
        error, winners = await loser_of(start(a, 1), start(b, 2))
        assert error.code == "start-already-claimed"
        hold.open()
        (winner,) = winners
        result = await winner
        assert calls == {"step1": 1}

        for runtime in (a, b):
            with pytest.raises(WorkflowError) as refused:
                await start(runtime, 3)
            assert refused.value.code == "start-already-claimed"
        assert (await b.get(RUN)).output == result.output
    assert calls == {"step1": 1}


@case("CONC-11")
async def test_a_start_that_was_refused_for_its_input_leaves_the_run_startable(world: World, calls: Calls) -> None:
    @step(id="step1")
    def step1(data: int) -> int:
        calls["step1"] += 1
        return data

    run = Workflow("validated", input=int).then(step1).commit().create_run(run_id=RUN)
    with pytest.raises(WorkflowError) as refused:
        await run.start("not a number")
    assert refused.value.code == "input-invalid"
    assert calls == {}

    assert (await run.start(7)).output == 7


@case("CONC-11", "EVW-01")
async def test_a_start_that_on_start_refuses_leaves_the_run_startable(world: World, calls: Calls) -> None:
    asked: list[str] = []

    def on_start(run: Any) -> None:
        asked.append(run.run_id)
        if len(asked) == 1:
            raise RuntimeError("quota exceeded")

    @step(id="step1")
    def step1(data: int) -> int:
        calls["step1"] += 1
        return data

    run = Workflow("on-start", on_start=on_start).then(step1).commit().create_run(run_id=RUN)
    with pytest.raises(RuntimeError, match="quota exceeded"):
        await run.start(7)
    assert calls == {}
    # fine print 23: nothing is stored before `start`; the reference keeps a pending record.
    assert {item.status for item in (await world.runtime.runs()).items} <= {"pending"}

    assert (await run.start(7)).status == "success"
    assert asked == [RUN, RUN]
    assert calls == {"step1": 1}
    assert (await world.runtime.get(RUN)).status == "success"


@case("CONC-12")
async def test_creating_a_run_object_late_does_not_disturb_the_running_run(world: World, calls: Calls) -> None:
    hold = Hold()

    @step(id="step1")
    async def step1(data: int) -> int:
        calls["step1"] += 1
        await hold.here()
        return data

    flow = Workflow("late").then(step1).commit()
    start = asyncio.ensure_future(flow.create_run(run_id=RUN).start(7))
    await hold.is_reached()

    late = flow.create_run(run_id=RUN)
    assert (await late.snapshot()).status == "running"
    assert (await world.runtime.get(RUN)).status == "running"

    hold.open()
    assert (await start).output == 7
    assert (await late.snapshot()).output == 7
    assert calls == {"step1": 1}


class SlowReader(MemoryStore):
    """A store of which one read is held up: the next but ``passing``."""

    hold: Hold | None = None

    def hold_up(self, *, passing: int) -> Hold:
        self.hold, self._passing = Hold(), passing
        return self.hold

    async def read(self, run_id: str, after: int = 0) -> list[bytes]:
        hold = self.hold
        if hold is not None:
            self._passing -= 1
            if self._passing < 0:
                self.hold = None
                await hold.here()
        return await super().read(run_id, after)


def arms(calls: Calls, gates: dict[str, Hold], *, asking: set[str]) -> Any:
    """A block of steps, some of which ask first; each stops at its gate."""

    def arm(step_id: str) -> Any:
        @step(id=step_id)
        async def run(data: Any, ctx: Context[Any]) -> Any:
            if step_id in asking and not ctx.resumed:
                ctx.suspend()
            calls[step_id] += 1
            await gates[step_id].here()
            return ctx.resume_data

        return run

    return Workflow("arms").parallel(*map(arm, gates)).commit()


async def refused_with(call: Awaitable[Any]) -> str:
    with pytest.raises(WorkflowError) as refused:
        async with asyncio.timeout(PATIENCE):
            await call
    return refused.value.code


async def test_an_answer_is_judged_by_the_log_and_not_by_what_its_driver_has_not_written_yet(calls: Calls) -> None:
    gates = {"asks": Hold(), "works": Hold(), "stays": Hold()}
    flow, store = arms(calls, gates, asking={"asks"}), SlowReader()
    async with Runtime(store=store) as ours, Runtime(store=store) as theirs:
        run = flow.create_run(run_id=RUN, runtime=ours)
        start = asyncio.ensure_future(run.start())
        for gate in ("works", "stays"):
            await gates[gate].is_reached()
        await flow.create_run(run_id=RUN, runtime=theirs).answer("theirs", step="asks")

        hold = store.hold_up(passing=1)  # to see what came first, and then to take it in
        gates["works"].open()
        await hold.is_reached()
        answer = asyncio.ensure_future(run.answer("ours", step="asks"))
        await asyncio.sleep(0)  # so that it is on its way before the other one is known
        hold.open()
        assert await refused_with(answer) == "resume-already-claimed"

        gates["asks"].open()
        gates["stays"].open()
        assert (await start).output["asks"] == "theirs"
    assert calls == {"asks": 1, "works": 1, "stays": 1}


async def test_a_run_goes_on_if_another_process_answered_just_before_it_came_to_rest(calls: Calls) -> None:
    gates = {"first": Hold(), "second": Hold()}
    gates["first"].open()
    flow, store = arms(calls, gates, asking={"first", "second"}), SlowReader()
    async with Runtime(store=store, engine="direct") as ours, Runtime(store=store, engine="direct") as theirs:
        run = flow.create_run(run_id=RUN, runtime=ours)
        await run.start()
        resumed = asyncio.ensure_future(run.resume("ours", step="second"))
        await gates["second"].is_reached()
        await flow.create_run(run_id=RUN, runtime=theirs).answer("theirs", step="first")

        hold = store.hold_up(passing=1)
        answer = asyncio.ensure_future(run.answer("too late", step="first"))
        await hold.is_reached()
        gates["second"].open()  # which is all that goes on, as far as is known here
        for _ in range(TURNS):
            await asyncio.sleep(0)
        hold.open()
        assert await refused_with(answer) == "resume-already-claimed"

        async with asyncio.timeout(PATIENCE):
            assert (await resumed).output == {"first": "theirs", "second": "ours"}
    assert calls == {"first": 1, "second": 1}


async def test_a_wait_in_a_process_that_has_seen_nothing_of_the_run_tells_how_it_stands(place: SharedPlace) -> None:
    flow = Workflow("elsewhere").map(lambda _: "done").commit()
    async with place.runtime() as a, place.runtime() as b:
        await flow.create_run(run_id=RUN, runtime=a).start()
        assert (await flow.create_run(run_id=RUN, runtime=b).wait()).output == "done"
