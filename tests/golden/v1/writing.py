"""How each golden run of format 1 came to rest where it does, and how it can be gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from playhead import Run, RunResult, Runtime, Workflow
from tests.golden.v1 import flows


async def write(runtime: Runtime) -> None:
    """Every run, to where it rests. Those that are not at rest are left by leaving the runtime."""
    flow = {each().id: each() for each in flows.BUILDERS}

    def new(id: str) -> Run:
        return flow[id].create_run(run_id=id, resource_id="alice", runtime=runtime)

    await new("values").start(flows.Order(id="o-1", items=["a", "b"], colour=flows.Colour.BLUE))
    await new("values").fork("seal", run_id="fork")
    await new("parallel").start(1)
    await new("branch").start(3)
    await new("branch").time_travel("odd", input=5)
    await new("foreach").start([1, 2, 3, 4])
    await new("loop").start(1, per_step=True)
    await new("long").start(0)
    await new("nested").start(1)
    await new("nested").resume(10, label="manager")
    await new("state").start(7, state={"count": 1}, request={"once": 1, "kept": [1]})
    await new("tripwire").start(1)
    await _until_waiting(new("retry"))
    await _until_waiting(new("sleep"))
    await _until_waiting(new("canceled"))
    await new("canceled").cancel()
    await new("canceled").wait()
    await new("cut").begin(1)
    await flows.Present.reached.wait()


async def _until_waiting(run: Run) -> None:
    await run.begin(1)
    while run.status != "waiting":  # noqa: ASYNC110 - nothing says when a run begins to wait
        await asyncio.sleep(0.01)


#: How each run rests.
RESTS = {
    "values": "success",
    "fork": "paused",
    "parallel": "failed",
    "branch": "success",
    "foreach": "suspended",
    "loop": "paused",
    "long": "success",
    "nested": "suspended",
    "retry": "waiting",
    "sleep": "waiting",
    "cut": "running",
    "state": "success",
    "tripwire": "tripwire",
    "canceled": "canceled",
}


async def _answer_all(run: Run) -> RunResult:
    await run.resume(10, label="weight-3")
    return await run.resume(20, index=3)


async def _fork(run: Run, at: Any, **options: Any) -> RunResult:
    return await (await run.fork(at, **options)).proceed()


SEALED = {"line": "o-1 for 19.80", "sum": 0.0, "total": Decimal("19.80"), "big": 2**70}

#: How to go on with each run in a world that was mended, and what must come of it.
GOING_ON: dict[str, tuple[Callable[[Run], Awaitable[RunResult]], Any]] = {
    "values": (lambda run: _fork(run, "pack"), SEALED),
    "fork": (lambda run: run.proceed(), SEALED),
    "parallel": (lambda run: run.time_travel("credit"), 13),
    "branch": (lambda run: run.time_travel("grade"), ["odd 5", "small 3"]),
    "foreach": (_answer_all, [1, 2, 13, 24]),
    "loop": (lambda run: run.proceed(), 16),
    "long": (lambda run: _fork(run, 40), 120),
    "nested": (lambda run: run.resume(20, label="chief"), 64),
    "retry": (lambda run: run.restart(), 4),
    "sleep": (lambda run: run.restart(), 4),
    "cut": (lambda run: run.restart(), 7),
    "state": (lambda run: run.time_travel("decide", input=100), 200),
    "tripwire": (lambda run: run.time_travel("guard"), 2),
    "canceled": (
        lambda run: run.time_travel("twice", input=5, context={"nap": {"status": "success", "output": 2}}),
        10,
    ),
}


def workflows() -> list[Workflow[Any, Any]]:
    return [each() for each in flows.BUILDERS]
