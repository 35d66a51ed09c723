"""The streaming cases written for language-model agents, with plain callables instead (catalogue B, 1.5).

An agent here is a step that takes a prompt, writes its answer chunk by chunk and gives ``{"text": …}``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Event, Step, TripWire, Workflow, step
from playhead.mapping import initial

from .cases import case
from .conftest import World
from .records import assert_succeeded

Data = dict[str, Any]


class Prompt(BaseModel):
    prompt: str


def agent(step_id: str, answer: str) -> Step[Any, Any]:
    @step(id=step_id, description=f"Says {answer}")
    async def speak(data: Prompt, ctx: Context[Any]) -> Data:
        ctx.write({"type": "start"})
        for letter in answer[:2]:
            ctx.write({"type": "text-delta", "text": letter})
        ctx.write({"type": "finish"})
        return {"text": answer}

    return speak


def two_agents() -> Any:
    @step(id="start")
    def start(data: Data) -> Data:
        return data

    return (
        Workflow("two-agents")
        .then(start)
        .map({"prompt": initial("prompt1")})
        .then(agent("agent-1", "Paris"))
        .map({"prompt": initial("prompt2")})
        .then(agent("agent-2", "London"))
        .commit()
    )


PROMPTS = {"prompt1": "Capital of France, just the name", "prompt2": "Capital of UK, just the name"}


async def streamed(flow: Any, data: Any) -> tuple[list[Event], Any]:
    stream = flow.create_run().stream(data)
    events = [event async for event in stream]
    return events, await stream.result


@case("STREAM-13")
async def test_each_step_of_a_chain_with_maps_starts_writes_and_succeeds_in_turn(world: World) -> None:
    events, result = await streamed(two_agents(), PROMPTS)

    first_map, second_map = [step_id for step_id in result.steps if step_id not in ("start", "agent-1", "agent-2")]
    expected: list[tuple[str, str | None]] = [("run-started", None)]
    for step_id in ("start", first_map, "agent-1", second_map, "agent-2"):
        written = 4 if step_id.startswith("agent") else 0
        expected += [("step-started", step_id)]
        expected += [("step-output", step_id)] * written
        expected += [("step-succeeded", step_id)]
    expected += [("run-succeeded", None)]
    assert [(event.type, event.step_id or None) for event in events] == expected


@case("STREAM-13")
async def test_unnamed_maps_have_the_same_ids_in_every_process(world: World) -> None:
    _, before = await streamed(two_agents(), PROMPTS)
    await world.restart()
    _, after = await streamed(two_agents(), PROMPTS)

    assert list(before.steps) == list(after.steps)


@case("STREAM-14")
async def test_agents_streamed_in_a_chain_each_give_their_text(world: World) -> None:
    _, result = await streamed(two_agents(), PROMPTS)

    assert result.status == "success"
    assert result.steps["agent-1"].output == {"text": "Paris"}
    assert result.steps["agent-2"].output == {"text": "London"}


async def speak_with(data: Prompt, ctx: Context[Any], *, temperature: float, on_chunk: Any, on_finish: Any) -> Data:
    """An agent with options of its own, which whoever makes the step chooses."""
    for word in (data.prompt, f"at {temperature}"):
        await ctx.write(word)
        on_chunk(word)
    on_finish(len(data.prompt))
    return {"text": "Response"}


@case("STREAM-15", "STREAM-16")
async def test_the_options_and_callbacks_bound_to_an_agent_reach_its_call(world: World) -> None:
    chunks: list[str] = []
    finishes: list[int] = []
    bound = partial(speak_with, temperature=0.7, on_chunk=chunks.append, on_finish=finishes.append)

    events, result = await streamed(Workflow("options").then(Step(bound, id="speaker")).commit(), {"prompt": "Hi"})

    assert result.output == {"text": "Response"}
    assert chunks == ["Hi", "at 0.7"]
    assert [event.data["output"] for event in events if event.type == "step-output"] == chunks
    assert finishes == [2]


@case("STREAM-17")
async def test_the_chunks_of_a_step_arrive_in_the_order_they_were_written(world: World) -> None:
    events, result = await streamed(two_agents(), PROMPTS)

    assert (events[0].type, events[-1].type) == ("run-started", "run-succeeded")
    assert {event.run_id for event in events} == {result.run_id}
    for step_id, letters in (("agent-1", ["P", "a"]), ("agent-2", ["L", "o"])):
        chunks = [event.data["output"] for event in events if event.step_id == step_id and "output" in event.type]
        assert [chunk["type"] for chunk in chunks] == ["start", "text-delta", "text-delta", "finish"]
        assert [chunk["text"] for chunk in chunks if chunk["type"] == "text-delta"] == letters


@case("STREAM-18")
async def test_a_chain_run_without_a_stream_gives_the_same_records(world: World) -> None:
    result = await two_agents().run(PROMPTS)

    assert_succeeded(result.steps["agent-1"], {"text": "Paris"})
    assert result.steps["agent-1"].input == Prompt(prompt=PROMPTS["prompt1"])
    assert_succeeded(result.steps["agent-2"], {"text": "London"})
    assert result.steps["agent-2"].input == Prompt(prompt=PROMPTS["prompt2"])
    assert agent("agent-1", "Paris").description == "Says Paris"


@case("STREAM-19")
async def test_a_step_takes_its_agent_from_the_resources_of_the_runtime(world: World) -> None:
    @step(id="asking")
    async def asking(data: Prompt, ctx: Context[Any]) -> Data:
        return {"text": ctx.resources["agents"]["test-agent"](data.prompt)}

    flow = Workflow("resources").then(asking).commit()
    await world.restart(resources={"agents": {"test-agent": str.upper}})
    _, result = await streamed(flow, {"prompt": "paris"})

    assert_succeeded(result.steps["asking"], {"text": "PARIS"})
    assert result.steps["asking"].input == Prompt(prompt="paris")


def tripping(*, after: str | None) -> Any:
    """A step that aborts the run, at once or after it has written something."""

    @step(id="guarded")
    async def guarded(data: Data, ctx: Context[Any]) -> Data:
        if after is not None:
            ctx.write({"type": "text-delta", "text": after})
        raise TripWire("Input blocked", retry=True, metadata={"severity": "high"})

    @step(id="next")
    def following(data: Data) -> Data:
        raise AssertionError("a tripped run goes no further")

    return Workflow("tripping").then(guarded).then(following).commit()


def assert_tripped(result: Any) -> None:
    assert result.status == "tripwire"
    assert result.tripwire.reason == "Input blocked"
    assert result.tripwire.retry is True
    assert result.tripwire.metadata == {"severity": "high"}
    assert result.error is None
    assert result.steps["guarded"].status == "failed"
    assert result.steps["guarded"].tripwire.reason == "Input blocked"
    assert "next" not in result.steps


@case("STREAM-20")
async def test_a_tripwire_ends_a_plain_run_with_its_reason(world: World) -> None:
    assert_tripped(await tripping(after=None).run({}))


@case("STREAM-21")
async def test_a_tripwire_ends_a_streamed_run_with_its_reason(world: World) -> None:
    events, result = await streamed(tripping(after=None), {})

    assert_tripped(result)
    assert [event.type for event in events] == ["run-started", "step-started", "step-failed", "run-tripped"]


@case("STREAM-22")
async def test_a_tripwire_after_output_keeps_the_output_in_the_stream(world: World) -> None:
    events, result = await streamed(tripping(after="secr"), {})

    assert_tripped(result)
    (written,) = [event for event in events if event.type == "step-output"]
    assert written.data == {"output": {"type": "text-delta", "text": "secr"}}


class Summary(BaseModel):
    summary: str
    tags: list[str]


@case("STREAM-23")
async def test_a_structured_output_is_the_next_steps_input(world: World) -> None:
    @step(id="structured-agent")
    async def structured(data: Prompt) -> Summary:
        return Summary(summary="A test", tags=["test", "summary"])

    @step(id="process")
    def process(data: Summary) -> Data:
        return {"processed": bool(data.summary), "tag_count": len(data.tags)}

    flow = Workflow("structured").then(structured).then(process).commit()
    _, result = await streamed(flow, {"prompt": "Summarise"})

    assert result.output == {"processed": True, "tag_count": 2}


@pytest.mark.parametrize("keep", [True, False])
async def test_a_chunk_written_for_live_only_is_seen_but_not_stored(world: World, keep: bool) -> None:
    @step(id="writing")
    async def writing(ctx: Context[Any]) -> Data:
        ctx.write("chunk", keep=keep)
        return {}

    run = Workflow("live-only").then(writing).commit().create_run()
    stream = run.stream({})
    seen = [event.type async for event in stream]

    assert seen.count("step-output") == 1  # fine print 70
    stored = [event.type for event in await run.events()]
    assert stored.count("step-output") == (1 if keep else 0)
