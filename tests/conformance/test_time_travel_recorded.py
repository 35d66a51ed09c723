"""Time travel of a run that has a past: suspended, failed, incomplete (catalogue B, 1.3, 1.13 and 2.4)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN, answer

Data = dict[str, Any]
Calls = Counter[str]


def improving(calls: Calls) -> Any:
    """Two steps that ask, each followed by one that does not."""

    @step(id="get-user-input")
    def get_user_input(data: Data) -> Data:
        calls["get-user-input"] += 1
        return {"user_input": data["input"]}

    @step(id="prompt-agent")
    def prompt_agent(data: Data, ctx: Context[Any]) -> Data:
        calls["prompt-agent"] += 1
        if not ctx.resumed:
            ctx.suspend({"test_payload": "hello"})
        return {"model_output": f"{data['user_input']} {ctx.resume_data['user_input']}"}

    @step(id="evaluate-tone")
    def evaluate_tone(data: Data) -> Data:
        calls["evaluate-tone"] += 1
        return {"tone": 0.8, **data}

    @step(id="improve-response")
    def improve_response(data: Data, ctx: Context[Any]) -> Data:
        calls["improve-response"] += 1
        if not ctx.resumed:
            ctx.suspend()
        return {"improved": True}

    @step(id="evaluate-improved")
    def evaluate_improved(data: Data) -> Data:
        calls["evaluate-improved"] += 1
        return {"tone": 0.9}

    return (
        Workflow("travels-suspended")
        .then(get_user_input)
        .then(prompt_agent)
        .then(evaluate_tone)
        .then(improve_response)
        .then(evaluate_improved)
        .commit()
    )


@case("TT-21")
async def test_a_suspended_run_travels_back_and_takes_its_answer_along(world: World) -> None:
    calls: Calls = Counter()
    first = await improving(calls).create_run(run_id=RUN).start({"input": "test"})
    assert first.steps["prompt-agent"].status == "suspended"
    assert calls["prompt-agent"] == 1

    await world.restart()
    run = improving(calls).create_run(run_id=RUN)
    second = await run.time_travel("get-user-input", resume_data={"user_input": "input for resumption"})

    assert second.status == "suspended"
    assert second.suspended == [("improve-response",)]
    assert second.steps["prompt-agent"].output == {"model_output": "test input for resumption"}
    assert (calls["get-user-input"], calls["prompt-agent"]) == (2, 2)

    result = await answer(world, improving(calls), {})
    assert result.status == "success"
    assert calls["evaluate-improved"] == 1


def adding(calls: Calls, flow_id: str = "adds-three") -> Any:
    def add_one(step_id: str) -> Any:
        @step(id=step_id)
        def add(data: int) -> int:
            calls[step_id] += 1
            return data + 1

        return add

    return Workflow(flow_id).then(add_one("a")).then(add_one("b")).then(add_one("c")).commit()


async def test_travelling_past_steps_that_never_ran_is_refused_and_writes_nothing(world: World) -> None:
    calls: Calls = Counter()
    run = adding(calls).create_run(run_id=RUN)
    await run.start(0, per_step=True)
    before = await run.events()

    with pytest.raises(WorkflowError, match="b") as refused:  # fine print 66
        await run.time_travel("c")

    assert refused.value.code == "history-incomplete"
    assert await run.events() == before
    assert calls == {"a": 1}


async def test_travelling_in_a_run_never_started_needs_every_result_before_the_target(
    world: World,
) -> None:
    calls: Calls = Counter()

    with pytest.raises(WorkflowError) as refused:  # fine print 66
        await adding(calls).create_run().time_travel("c", context={"a": {"status": "success", "output": 1}})

    assert refused.value.code == "history-incomplete"
    assert calls == {}


async def test_a_given_result_may_be_one_of_an_earlier_run(world: World) -> None:
    calls: Calls = Counter()
    earlier = await adding(calls).run(10)
    calls.clear()

    result = await adding(calls).create_run().time_travel("b", context={"a": earlier.steps["a"]})

    assert result.output == 13
    assert calls == {"b": 1, "c": 1}


async def test_steps_after_the_target_lose_their_results_until_they_run_again(world: World) -> None:
    calls: Calls = Counter()
    run = adding(calls).create_run(run_id=RUN)
    await run.start(0)

    result = await run.time_travel("b", per_step=True)

    assert result.status == "paused"
    assert set(result.steps) == {"a", "b"}


async def test_travelling_may_start_from_another_state(world: World) -> None:
    seen: list[Any] = []

    @step(id="a")
    def a(ctx: Context[Any]) -> None:
        ctx.set_state(total=1)

    @step(id="b")
    def b(ctx: Context[Any]) -> None:
        seen.append(ctx.state["total"])

    run = Workflow("travels-with-state").then(a).then(b).commit().create_run()
    await run.start(None)
    await run.time_travel("b", state={"total": 41})

    assert seen == [1, 41]


async def test_a_loop_as_target_is_run_again_in_its_last_turn(world: World) -> None:
    calls: list[int] = []

    @step(id="count")
    def count(data: int) -> int:
        calls.append(data)
        return data + 1

    run = Workflow("travels-to-loop").dountil(count, lambda output: output >= 3).commit().create_run()
    await run.start(0)
    calls.clear()

    result = await run.time_travel("count")  # fine print 66: in loops the last turn

    assert calls == [2]
    assert result.output == 3


@case("EVW-12")
async def test_travelling_to_a_failed_foreach_runs_only_the_items_that_did_not_finish(
    world: World,
) -> None:
    executions = [0, 0]

    def build() -> Any:
        @step(id="ship")
        def ship(data: int) -> int:
            executions[data] += 1
            if data == 1 and executions[1] == 1:
                raise ValueError("no lorry")
            return data * 10

        return Workflow("travels-to-foreach").foreach(ship).commit()

    failed = await build().create_run(run_id=RUN).start([0, 1])
    assert failed.status == "failed"
    assert executions == [1, 1]

    await world.restart()
    result = await build().create_run(run_id=RUN).time_travel("ship")

    assert result.status == "success"
    assert result.output == [0, 10]
    assert executions == [1, 2]


@pytest.mark.parametrize("lists", [([1], [3, 4]), ([1, 2, 3], [5]), ([0, 1], [2, 3], [4, 5, 6])])
async def test_travelling_to_a_foreach_with_another_list_runs_every_item_of_it(
    world: World, lists: tuple[list[int], ...]
) -> None:
    @step
    def numbers(n: int) -> list[int]:
        return lists[0]

    @step
    def ship(n: int) -> int:
        return n * 10

    flow = Workflow("travels-with-lists", input=int).then(numbers).foreach(ship).commit()
    run = flow.create_run(run_id=RUN)
    await run.start(0)
    for given in lists[1:]:
        result = await run.time_travel("ship", input=given)
        assert result.output == [n * 10 for n in given]


async def test_travelling_to_a_foreach_that_got_no_list_looks_at_its_input_again(world: World) -> None:
    found: list[Any] = [7]

    @step
    def numbers(n: int) -> Any:
        return found[0]

    @step
    def ship(n: int) -> int:
        return n * 10

    flow = Workflow("travels-without-list", input=int).then(numbers).foreach(ship).commit()
    run = flow.create_run(run_id=RUN)
    failed = await run.start(0)
    again = await run.time_travel("ship")
    assert (failed.status, again.status) == ("failed", "failed")
    assert str(again.error) == str(failed.error)

    given = await run.time_travel("ship", input=[1, 2])
    assert given.output == [10, 20]
    wrong = await run.time_travel("ship", input=3)
    assert wrong.status == "failed"
    found[0] = [5]
    assert (await run.time_travel("numbers")).output == [50]


async def test_time_travel_may_be_streamed(world: World) -> None:
    calls: Calls = Counter()
    run = adding(calls).create_run(run_id=RUN)
    await run.start(0)
    calls.clear()

    stream = run.time_travel_stream("b")
    started = [event.step_id async for event in stream if event.type == "step-started"]

    assert started == ["b", "c"]
    assert (await stream.result).output == 3
    assert calls == {"b": 1, "c": 1}
