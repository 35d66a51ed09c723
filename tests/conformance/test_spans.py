"""Runs as OpenTelemetry spans: workflow, step and attempt, nested, in one trace whoever takes the run up again."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from playhead import Context, Workflow, step
from playhead.errors import TripWire

from .conftest import World
from .next_process import RUN, Hold, die_at


class Traces:
    """What was exported so far, and the provider that exports it."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def tree(self) -> list[str]:
        """The spans by name, each behind the names of those around it, in the order in which they began."""
        by_id = {span.context.span_id: span for span in self.spans}

        def line(span: ReadableSpan) -> str:
            outer = by_id.get(span.parent.span_id) if span.parent else None
            return f"{line(outer)} > {span.name}" if outer else span.name

        lines = [(span.start_time, line(span)) for span in self.spans]
        return [line for _, line in sorted(lines, key=lambda pair: (pair[0], pair[1].count(">")))]

    def statuses(self) -> dict[str, Any]:
        return {span.name: span.attributes["playhead.status"] for span in self.spans if span.attributes}


@pytest.fixture
async def traces(world: World) -> AsyncIterator[Traces]:
    found = Traces()
    await world.restart(tracer_provider=found.provider)
    yield found
    found.provider.shutdown()


def two_steps() -> Any:
    @step(id="double")
    async def double(n: int) -> int:
        return 2 * n

    @step(id="show")
    def show(n: int) -> str:
        return str(n)

    return Workflow("sums").then(double).then(show).commit()


async def test_a_run_is_a_span_with_its_steps_and_their_attempts_inside(traces: Traces) -> None:
    result = await two_steps().run(4)

    assert traces.tree() == [
        "workflow sums",
        "workflow sums > step double",
        "workflow sums > step double > attempt 0",
        "workflow sums > step show",
        "workflow sums > step show > attempt 0",
    ]
    assert len({span.context.trace_id for span in traces.spans}) == 1
    run = traces.named("workflow sums")
    assert dict(run.attributes or {}) == {
        "playhead.run_id": result.run_id,
        "playhead.workflow_id": "sums",
        "playhead.status": "success",
    }
    assert run.parent is None


async def test_spans_have_the_times_of_the_events(traces: Traces) -> None:
    result = await two_steps().run(4)
    record = result.steps["double"]
    assert record.started_at is not None
    assert record.ended_at is not None
    span = traces.named("step double")
    assert span.start_time == pytest.approx(record.started_at.timestamp() * 1e9, abs=2_000)  # ns; datetimes end at µs
    assert span.end_time == pytest.approx(record.ended_at.timestamp() * 1e9, abs=2_000)


async def test_blocks_are_around_what_is_inside_them(traces: Traces) -> None:
    @step(id="ship")
    async def ship(n: int) -> int:
        return n

    inner = Workflow("inner").then(ship.as_("pack")).map(lambda n: n + 1, id="next").commit()
    flow = (
        Workflow("blocks")
        .foreach(ship, concurrency=2)
        .map(lambda items: items[0], id="first")
        .dountil(inner, lambda n: n >= 2)
        .sleep(0, id="rest")
        .commit()
    )
    await flow.run([0, 5])
    assert traces.tree().count("workflow blocks > foreach ship > step ship > attempt 0") == 2
    assert traces.tree().count("workflow blocks > loop inner > workflow inner > step pack > attempt 0") == 2
    assert traces.tree().count("workflow blocks > loop inner > workflow inner > map next") == 2
    assert "workflow blocks > sleep rest" in traces.tree()
    items = [dict(span.attributes or {}) for span in traces.spans if span.name == "step ship"]
    assert sorted((item["playhead.index"], item["playhead.path"]) for item in items) == [(0, "ship#0"), (1, "ship#1")]


async def test_each_attempt_has_a_span_and_tells_its_error(traces: Traces) -> None:
    @step(id="flaky", retries=2)
    async def flaky(ctx: Context[Any]) -> int:
        if ctx.attempt < 2:
            raise ValueError(f"try {ctx.attempt}")
        return ctx.attempt

    await Workflow("retries").then(flaky).commit().run(None)
    assert traces.statuses() == {
        "workflow retries": "success",
        "step flaky": "success",
        "attempt 0": "failed",
        "attempt 1": "failed",
        "attempt 2": "success",
    }
    failed = traces.named("attempt 1")
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert failed.status.description == "ValueError: try 1"
    (event,) = failed.events
    assert event.attributes is not None
    assert event.attributes["exception.type"] == "ValueError"
    assert "raise ValueError" in str(event.attributes["exception.stacktrace"])
    assert traces.named("step flaky").status.status_code is trace.StatusCode.UNSET


@pytest.mark.parametrize(("error", "status"), [(KeyError("gone"), "failed"), (TripWire("no"), "tripwire")])
async def test_a_failure_is_told_once_and_marks_what_is_around_it(
    traces: Traces, error: Exception, status: str
) -> None:
    @step(id="fail")
    async def fail() -> None:
        raise error

    inner = Workflow("inner").then(fail).commit()
    await Workflow("fails").then(inner).commit().run(None)
    assert traces.statuses()["workflow fails"] == status
    for name in ("workflow fails", "workflow inner", "step fail", "attempt 0"):
        assert traces.named(name).status.status_code is trace.StatusCode.ERROR
    assert [span.name for span in traces.spans if span.events] == ["attempt 0"]


async def test_inputs_and_outputs_are_not_exported(traces: Traces) -> None:
    @step(id="keep")
    async def keep(secret: str, ctx: Context[Any]) -> str:
        ctx.set_state(kept=secret)
        return secret

    await Workflow("secrets").then(keep).commit().run("hunter2", request={"token": "hunter2"})
    assert "hunter2" not in "".join(span.to_json() for span in traces.spans)


# -- what bodies see -------------------------------------------------------------------------------------------


async def test_a_body_has_the_span_of_its_attempt_in_coroutines_and_threads(traces: Traces) -> None:
    @step(id="note")
    async def note(n: int, ctx: Context[Any]) -> int:
        ctx.span.set_attribute("mine", n)
        assert ctx.span is trace.get_current_span()
        with traces.provider.get_tracer("mine").start_as_current_span("query"):
            await asyncio.sleep(0)
        return n

    @step(id="thread")
    def thread(n: int, ctx: Context[Any]) -> int:
        assert ctx.span is trace.get_current_span()
        bare = threading.Thread(target=lambda: ctx.span.set_attribute("mine", "of a bare thread"))
        bare.start()
        bare.join()
        with traces.provider.get_tracer("mine").start_as_current_span("count"):
            return n

    flow = Workflow("notes").parallel(note, thread).map(_noted, id="map").commit()
    assert (await flow.run(7)).status == "success"
    tree = traces.tree()
    assert "workflow notes > step note > attempt 0 > query" in tree
    assert "workflow notes > step thread > attempt 0 > count" in tree
    mine = {str(span.attributes["playhead.path"]): span.attributes.get("mine") for span in traces.spans
            if span.attributes and span.name == "attempt 0"}  # fmt: skip
    assert mine == {"note": 7, "thread": "of a bare thread"}
    assert (traces.named("map map").attributes or {})["mine"] == "map"


def _noted(value: Any, ctx: Context[Any]) -> Any:
    ctx.span.set_attribute("mine", "map")
    return value


async def test_a_condition_has_the_span_of_the_block_around_it(traces: Traces) -> None:
    @step(id="turn")
    async def turn(n: int) -> int:
        return n + 1

    def enough(n: int, ctx: Context[Any]) -> bool:
        ctx.span.set_attribute("mine", n)
        return n >= 2

    await Workflow("loops").dountil(turn, enough).commit().run(0)
    assert (traces.named("loop turn").attributes or {})["mine"] == 2


async def test_a_run_is_inside_the_span_of_its_caller(traces: Traces) -> None:
    with traces.provider.get_tracer("mine").start_as_current_span("request"):
        await two_steps().run(1)
    assert traces.tree()[:2] == ["request", "request > workflow sums"]


# -- over more than one life -----------------------------------------------------------------------------------


def asking() -> Any:
    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> int:
        return n + int(ctx.resume_data) if ctx.resumed else ctx.suspend("how many?")

    inner = Workflow("inner").then(ask).commit()
    return Workflow("asks").then(inner).commit()


async def test_a_resumed_run_joins_its_trace_in_another_process(world: World, traces: Traces) -> None:
    await asking().create_run(run_id=RUN).start(1)
    assert traces.statuses() == {
        "workflow asks": "suspended",
        "workflow inner": "suspended",
        "step ask": "suspended",
        "attempt 0": "suspended",
    }
    first = traces.named("workflow asks")
    traces.exporter.clear()
    await world.restart(tracer_provider=traces.provider)
    await asking().create_run(run_id=RUN).resume(2)

    again = traces.named("workflow asks")
    assert again.context.trace_id == first.context.trace_id
    assert again.parent is not None
    assert again.parent.span_id == first.context.span_id
    assert traces.tree() == [
        "workflow asks",
        "workflow asks > workflow inner",
        "workflow asks > workflow inner > step ask",
        "workflow asks > workflow inner > step ask > attempt 0",
    ]
    assert set(traces.statuses().values()) == {"success"}


async def test_a_resume_inside_another_trace_is_linked_to_it(world: World, traces: Traces) -> None:
    run = asking().create_run(run_id=RUN)
    await run.start(1)
    first = traces.named("workflow asks")
    traces.exporter.clear()
    with traces.provider.get_tracer("mine").start_as_current_span("request") as request:
        await run.resume(2)
    again = traces.named("workflow asks")
    assert again.context.trace_id == first.context.trace_id
    assert [link.context.span_id for link in again.links] == [request.get_span_context().span_id]


async def test_a_run_that_was_taken_up_joins_its_trace_too(world: World, traces: Traces) -> None:
    hold = Hold()

    @step(id="work")
    async def work() -> int:
        await hold.here()
        return 1

    flow = Workflow("works").then(work).commit()
    await die_at(hold, world, flow.create_run(run_id=RUN).start(None), tracer_provider=traces.provider)
    first = traces.named("workflow works")
    assert "playhead.status" not in (first.attributes or {})  # nobody knows what became of it
    assert len(traces.spans) == 3
    traces.exporter.clear()

    await flow.create_run(run_id=RUN).restart()
    again = traces.named("workflow works")
    assert again.context.trace_id == first.context.trace_id
    assert (traces.named("step work").attributes or {})["playhead.restarted"] is True


async def test_a_paused_run_leaves_no_span_open(world: World, traces: Traces) -> None:
    run = Workflow("outer").then(two_steps()).commit().create_run(run_id=RUN)
    await run.start(1, per_step=True)
    assert traces.statuses()["workflow sums"] == "paused"
    traces.exporter.clear()
    await run.proceed()
    assert traces.tree() == [
        "workflow outer",
        "workflow outer > workflow sums",
        "workflow outer > workflow sums > step show",
        "workflow outer > workflow sums > step show > attempt 0",
    ]


async def test_a_run_that_began_untraced_begins_a_trace_when_it_goes_on(world: World) -> None:
    await asking().create_run(run_id=RUN).start(1)
    found = Traces()
    await world.restart(tracer_provider=found.provider)
    run = asking().create_run(run_id=RUN)
    await run.resume(2)
    assert found.named("workflow asks").parent is None
    await run.time_travel(("inner", "ask"))
    assert len({span.context.trace_id for span in found.spans}) == 1
    found.provider.shutdown()


async def test_a_fork_has_a_trace_of_its_own(traces: Traces) -> None:
    run = two_steps().create_run(run_id=RUN)
    await run.start(1)
    parent = traces.named("workflow sums")
    traces.exporter.clear()
    child = await run.fork(at="show")
    await child.proceed()
    fork = traces.named("workflow sums")
    assert fork.context.trace_id != parent.context.trace_id
    assert (fork.attributes or {})["playhead.forked_from"] == RUN


async def test_a_damaged_reference_to_a_trace_begins_another(world: World, traces: Traces) -> None:
    run = asking().create_run(run_id=RUN)
    await run.start(1)
    log = run._control.log
    log.snapshot = log.snapshot._replace(trace="no reference at all")
    traces.exporter.clear()
    assert (await run.resume(1)).status == "success"
    assert traces.named("workflow asks").context.is_valid


# -- nothing but tracing is ever affected ----------------------------------------------------------------------


async def test_a_fault_of_the_tracing_is_not_the_runs(world: World, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            raise RuntimeError("a broken exporter")

    provider = TracerProvider()
    provider.add_span_processor(Broken())
    await world.restart(tracer_provider=provider)
    with caplog.at_level(logging.WARNING, "playhead"):
        result = await two_steps().run(4)
    assert result.output == "8"
    assert "the run is not affected" in caplog.text


async def test_a_run_that_is_not_sampled_runs_as_ever(world: World) -> None:
    await world.restart(tracer_provider=TracerProvider(sampler=ALWAYS_OFF))
    assert (await two_steps().run(4)).output == "8"


async def test_without_an_sdk_a_run_has_no_trace_and_the_log_says_nothing_of_one(world: World) -> None:
    run = two_steps().create_run(run_id=RUN)
    await run.start(4)
    assert run._control.log.snapshot.trace is None
    assert all("trace" not in event.data for event in run._control.log.events)


CONFIGURED = """
import asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from playhead import MemoryStore, Runtime, Workflow, step

@step
async def one() -> int:
    return 1

async def main():
    exporter = InMemorySpanExporter()
    trace.set_tracer_provider(TracerProvider())
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(exporter))
    async with Runtime(engine="direct", store=MemoryStore()):
        await Workflow("flow").then(one).commit().run(None)
    print(*(span.name for span in exporter.get_finished_spans()), sep=",")

asyncio.run(main())
"""
UNCONFIGURED = """
import asyncio, sys
from playhead import MemoryStore, Runtime, Workflow, step

@step
async def one() -> int:
    return 1

async def main():
    async with Runtime(engine="direct", store=MemoryStore()):
        await Workflow("flow").then(one).commit().run(None)
    print(*(name for name in sys.modules if name.startswith("opentelemetry")), sep=",")

asyncio.run(main())
"""


def test_an_sdk_that_is_configured_globally_is_used() -> None:
    assert output_of(CONFIGURED) == "attempt 0,step one,workflow flow"


def test_nothing_of_opentelemetry_is_loaded_where_nobody_uses_it() -> None:
    assert output_of(UNCONFIGURED) == ""


def output_of(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


async def test_a_provider_that_does_nothing_does_no_harm(world: World) -> None:
    await world.restart(tracer_provider=trace.NoOpTracerProvider())
    run = two_steps().create_run(run_id=RUN)
    assert (await run.start(4)).output == "8"
    assert run._control.log.snapshot.trace is None
