"""Watching a run: the events of its log as they happen (catalogue B, 1.5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from playhead import Context, Event, Step, Workflow, step
from playhead.engines.call import CURRENT_CALL

from .cases import case
from .conftest import World
from .next_process import RUN
from .records import assert_succeeded

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def giving(step_id: str, output: Any) -> Step[Any, Any]:
    @step(id=step_id)
    def give(data: Any) -> Any:
        return output

    return give


def two_steps(flow_id: str = "two-steps") -> Any:
    flow = Workflow(flow_id).then(giving("step1", {"result": "success1"}))
    return flow.then(giving("step2", {"result": "success2"})).commit()


def shapes(events: list[Event]) -> list[tuple[str, str | None]]:
    """What happened, and to which step; nothing for events of the whole run."""
    return [(event.type, event.step_id or None) for event in events]


@case("STREAM-01")
async def test_a_streamed_run_gives_the_result_of_any_other(world: World) -> None:
    stream = two_steps().create_run().stream({})
    events = [event async for event in stream]
    result = await stream.result

    assert events
    assert result.status == "success"
    assert result.steps["step1"].input == {}
    assert_succeeded(result.steps["step1"], {"result": "success1"})
    assert result.steps["step2"].input == {"result": "success1"}
    assert_succeeded(result.steps["step2"], {"result": "success2"})


@case("STREAM-02")
async def test_events_tell_the_steps_in_the_order_they_ran(world: World) -> None:
    flow = Workflow("in-order")
    for number in (1, 2, 3):
        flow = flow.then(giving(f"step{number}", {}))
    stream = flow.commit().create_run().stream({})
    started = [event.step_id async for event in stream if event.type == "step-started"]
    result = await stream.result

    assert started == ["step1", "step2", "step3"]
    assert [record.status for record in result.steps.values()] == ["success"] * 3


@case("STREAM-03")
async def test_a_streamed_run_carries_state_from_step_to_step(world: World) -> None:
    @step(id="step1")
    def step1(ctx: Context[Any]) -> Data:
        ctx.set_state(counter=ctx.state["counter"] + 1)
        return {}

    @step(id="step2")
    def step2(ctx: Context[Any]) -> Data:
        counter = ctx.state["counter"]
        ctx.set_state(counter=counter + 1)
        return {"final_counter": counter}

    stream = Workflow("with-state").then(step1).then(step2).commit().create_run().stream({}, state={"counter": 0})
    result = await stream.result

    assert result.output == {"final_counter": 1}
    assert result.state == {"counter": 2}


@case("STREAM-04")
async def test_parallel_arms_each_tell_their_own_story_in_order(world: World) -> None:
    arms = [giving(f"arm-{number}", {"result": f"parallel-{number}"}) for number in (1, 2, 3)]
    stream = Workflow("arms").parallel(*arms).commit().create_run().stream({})
    events = [event async for event in stream]
    result = await stream.result

    assert result.status == "success"
    for number in (1, 2, 3):
        assert result.steps[f"arm-{number}"].output == {"result": f"parallel-{number}"}
        story = [event.type for event in events if event.step_id == f"arm-{number}"]
        assert story == ["step-started", "step-succeeded"]


@case("STREAM-05")
async def test_a_stream_ends_when_the_run_suspends(world: World) -> None:
    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        ctx.suspend({"reason": "waiting for input"})

    flow = Workflow("suspending").then(giving("step1", {"result": "success1"})).then(step2).commit()
    stream = flow.create_run().stream({})
    events = [event async for event in stream]
    result = await stream.result

    assert [event.type for event in events][-2:] == ["step-suspended", "run-suspended"]
    assert result.status == "suspended"
    assert result.steps["step1"].status == "success"
    assert result.steps["step2"].status == "suspended"
    assert result.steps["step2"].suspend_payload == {"reason": "waiting for input"}


async def test_what_a_body_prints_at_once_is_one_event_and_stands_before_what_it_says_next(world: World) -> None:
    @step
    async def talk(n: int, ctx: Context[Any]) -> None:
        call = CURRENT_CALL.get()
        assert call is not None
        for text in ("one", " ", "line", "\n"):
            call.printed(text)
        ctx.write("chunk")
        call.printed("more\n")

    run = Workflow("talking").then(talk).commit().create_run()
    await run.start(1)

    said = [event.data for event in await run.events() if event.type in ("step-printed", "step-output")]
    assert said == [{"text": "one line\n"}, {"output": "chunk"}, {"text": "more\n"}]


async def test_the_event_of_a_suspended_run_names_what_waits_in_the_order_in_which_it_began(world: World) -> None:
    @step
    async def ask(n: int, ctx: Context[Any]) -> None:
        ctx.suspend({"n": n})

    flow = Workflow("all-wait").foreach(ask, concurrency=12).commit()
    run = flow.create_run()
    await run.start(list(range(12)))

    last = (await run.events())[-1]
    assert last.data["suspended"] == [(f"ask#{index}",) for index in range(12)]


@case("STREAM-06", "STREAM-07", "STREAM-08", "OPT-01")
async def test_a_stream_is_exactly_the_log_of_the_run(world: World) -> None:
    run = two_steps().create_run(run_id="test-run-id")
    stream = run.stream({})
    events = [event async for event in stream]
    result = await stream.result

    # fine print 14: our names; the reference's extra step-finish has no counterpart.
    assert shapes(events) == [
        ("run-started", None),
        ("step-started", "step1"),
        ("step-succeeded", "step1"),
        ("step-started", "step2"),
        ("step-succeeded", "step2"),
        ("run-succeeded", None),
    ]
    assert [event.path for event in events] == [(), ("step1",), ("step1",), ("step2",), ("step2",), ()]
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert {event.run_id for event in events} == {"test-run-id"}
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.at.utcoffset() for event in events} == {timedelta(0)}
    assert [event.data["output"] for event in events if event.type == "step-succeeded"] == [
        {"result": "success1"},
        {"result": "success2"},
    ]
    assert set(result.steps) == {"step1", "step2"}
    assert await run.events() == events


def prompting(calls: Calls) -> Any:
    @step(id="get-user-input")
    def get_user_input(data: Data) -> Data:
        calls["get-user-input"] += 1
        return {"user_input": data["input"]}

    @step(id="prompt-agent")
    def prompt_agent(data: Data, ctx: Context[Any]) -> Data:
        calls["prompt-agent"] += 1
        if not ctx.resumed:
            ctx.write({"type": "custom-event", "payload": {"input": data["user_input"]}})
            ctx.suspend()
        return {"model_output": "test output"}

    @step(id="evaluate-tone")
    def evaluate_tone(data: Data) -> Data:
        calls["evaluate-tone"] += 1
        return {"tone": 0.8}

    return Workflow("prompts").then(get_user_input).then(prompt_agent).then(evaluate_tone).commit()


@case("STREAM-09", "STREAM-10")
async def test_a_suspended_run_is_resumed_as_a_stream_in_another_process(world: World, calls: Calls) -> None:
    stream = prompting(calls).create_run(run_id=RUN).stream({"input": "test input"})
    events = [event async for event in stream]  # ends by itself at the suspension
    assert (await stream.result).status == "suspended"
    types = [event.type for event in events]
    assert types[0] == "run-started"
    assert types[-1] == "run-suspended"
    assert {"step-started", "step-suspended"} <= set(types)
    assert (calls["get-user-input"], calls["prompt-agent"], calls["evaluate-tone"]) == (1, 1, 0)

    await world.restart()
    run = prompting(calls).create_run(run_id=events[0].run_id)
    stream = run.resume_stream({"user_input": "test input for resumption"}, step="prompt-agent")
    events = [event async for event in stream]
    result = await stream.result

    assert shapes(events) == [
        ("run-resumed", None),
        ("step-started", "prompt-agent"),
        ("step-succeeded", "prompt-agent"),
        ("step-started", "evaluate-tone"),
        ("step-succeeded", "evaluate-tone"),
        ("run-succeeded", None),
    ]
    assert calls == {"get-user-input": 1, "prompt-agent": 2, "evaluate-tone": 1}
    assert result.status == "success"
    assert result.input == {"input": "test input"}
    assert_succeeded(result.steps["get-user-input"], {"user_input": "test input"})
    resumed = result.steps["prompt-agent"]
    assert_succeeded(resumed, {"model_output": "test output"})
    assert resumed.input == {"user_input": "test input"}
    assert resumed.resume_data == {"user_input": "test input for resumption"}
    assert resumed.suspended_at is not None
    assert resumed.resumed_at is not None
    assert resumed.suspended_at <= resumed.resumed_at <= resumed.ended_at
    assert_succeeded(result.steps["evaluate-tone"], {"tone": 0.8})


@case("STREAM-11")
async def test_what_a_body_writes_is_an_event_before_its_suspension(world: World, calls: Calls) -> None:
    run = prompting(calls).create_run()
    stream = run.stream({"input": "test input for stream"})
    events = [event async for event in stream]
    assert (await stream.result).status == "suspended"

    (written,) = [event for event in events if event.type == "step-output"]
    assert written.step_id == "prompt-agent"
    chunk = {"type": "custom-event", "payload": {"input": "test input for stream"}}
    assert written.data == {"output": chunk}
    (suspension,) = [event for event in events if event.type == "step-suspended"]
    assert written.seq < suspension.seq

    stream = run.resume_stream({"user_input": "go"})
    assert (await stream.result).status == "success"


class RateLimited(Exception):
    def __init__(self, message: str, status_code: int, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.response_headers = headers


@case("STREAM-12", "EVW-11")
async def test_the_error_of_a_streamed_run_keeps_its_class_and_attributes(world: World) -> None:
    headers = {"retry-after": "60", "x-request-id": "req-1"}

    @step(id="limited")
    def limited() -> None:
        error = RateLimited("Rate limit exceeded", 429, headers)
        error.request_id = "req-1"  # type: ignore[attr-defined]  # set late, as libraries do
        error.is_retryable = True  # type: ignore[attr-defined]
        raise error

    run = Workflow("limited-flow").then(limited).commit().create_run(run_id=RUN)
    stream = run.stream({})
    types = [event.type async for event in stream]
    result = await stream.result
    assert types == ["run-started", "step-started", "step-failed", "run-failed"]

    await world.restart()
    stored = (await world.runtime.get(RUN)).error
    for error in (result.error, result.steps["limited"].error, stored):
        assert isinstance(error, RateLimited)
        assert str(error) == "Rate limit exceeded"
        assert error.status_code == 429
        assert error.response_headers == headers
        assert error.request_id == "req-1"  # type: ignore[attr-defined]
        assert error.is_retryable is True  # type: ignore[attr-defined]


@case("EVW-08")
async def test_a_stream_of_one_step_ends_with_the_pause(world: World) -> None:
    stream = two_steps().create_run().stream({}, per_step=True)
    events = [event async for event in stream]
    result = await stream.result

    assert shapes(events) == [
        ("run-started", None),
        ("step-started", "step1"),
        ("step-succeeded", "step1"),
        ("run-paused", None),
    ]
    assert result.status == "paused"
    assert result.steps["step1"].status == "success"
    assert "step2" not in result.steps


@case("EVW-09")
async def test_a_sleep_in_a_stream_waits_and_succeeds_and_never_starts(world: World) -> None:
    flow = (
        Workflow("sleeping-stream")
        .then(giving("step1", {"result": 1}))
        .sleep(seconds=0.01, id="nap")
        .then(giving("step2", {"result": 2}))
        .commit()
    )
    stream = flow.create_run().stream({})
    events = [event async for event in stream]
    result = await stream.result

    assert shapes(events) == [
        ("run-started", None),
        ("step-started", "step1"),
        ("step-succeeded", "step1"),
        ("step-waiting", "nap"),
        ("step-succeeded", "nap"),
        ("step-started", "step2"),
        ("step-succeeded", "step2"),
        ("run-succeeded", None),
    ]
    assert result.status == "success"
    assert result.output == {"result": 2}


@case("EVW-10")
async def test_an_emitted_event_stands_in_the_stream_under_its_own_type(world: World) -> None:
    @step(id="asking")
    def asking(ctx: Context[Any]) -> Data:
        if not ctx.resumed:
            ctx.emit({"type": "suspend-event", "message": "asking"})
            ctx.suspend()
        ctx.emit({"type": "resume-event", "message": "answered"})
        return {}

    run = Workflow("emits").then(asking).commit().create_run()
    stream = run.stream({})
    events = [event async for event in stream]
    assert (await stream.result).status == "suspended"

    types = [event.type for event in events]
    assert types.count("suspend-event") == 1
    assert types.index("suspend-event") < types.index("step-suspended")
    assert "step-output" not in types
    (emitted,) = [event for event in events if event.type == "suspend-event"]
    assert emitted.step_id == "asking"
    assert emitted.data["message"] == "asking"

    stream = run.resume_stream({})
    assert [event.type async for event in stream].count("resume-event") == 1
    assert (await stream.result).status == "success"


@case("ISO-01")
async def test_a_watcher_that_fails_neither_stops_nor_doubles_the_run(world: World, calls: Calls) -> None:
    gate = asyncio.Event()

    @step(id="slow")
    async def slow() -> Data:
        calls["slow"] += 1
        await gate.wait()
        return {"done": True}

    stream = Workflow("watched").then(slow).commit().create_run().stream({})

    async def watch() -> None:
        async for event in stream:
            if event.type == "step-started":
                raise RuntimeError("the watcher broke")

    with pytest.raises(RuntimeError, match="the watcher broke"):
        await watch()
    gate.set()

    assert (await stream.result).output == {"done": True}  # fine print 69
    assert calls == {"slow": 1}


async def test_an_observer_sees_the_whole_log_and_stops_with_the_run(world: World) -> None:
    flow = two_steps()
    result = await flow.create_run(run_id=RUN).start({})
    assert result.status == "success"

    await world.restart()
    run = two_steps().create_run(run_id=RUN)
    events = [event async for event in run.observe()]
    assert [event.type for event in events][-1] == "run-succeeded"
    assert [event async for event in run.observe(after=4)] == events[4:]


async def test_a_refused_start_comes_out_of_the_streams_result(world: World) -> None:
    run = two_steps().create_run(run_id=RUN)
    await run.start({})

    stream = two_steps().create_run(run_id=RUN).stream({})
    with pytest.raises(Exception, match=RUN) as refused:  # fine print 69
        await stream.result
    assert refused.value.code == "start-already-claimed"  # type: ignore[attr-defined]
