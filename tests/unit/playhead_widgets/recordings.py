"""Recorded runs to look at: small workflows that together reach every kind of block, state and event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache
from typing import Any, TypeAlias

from pydantic import BaseModel

from playhead import Context, MemoryStore, NonRetryableError, Runtime, TripWire, Workflow, step
from playhead.runs.run import Run
from playhead_widgets.source import Recording

Act: TypeAlias = Callable[[Run], Awaitable[Any]]


class Verdict(BaseModel):
    """The answer to a question."""

    ok: bool
    note: str = ""


@step(description="One more\nand nothing else")
def more(n: int) -> int:
    return n + 1


@step
def twice(n: int) -> int:
    return 2 * n


@step
def total(parts: Any) -> int:
    return sum(parts.values()) if isinstance(parts, dict) else sum(parts)


@step
async def tally(n: int, ctx: Context[Any]) -> int:
    ctx.set_state(seen=n, count=(ctx.state or {}).get("count", 0) + 1)
    return n


@step(resume=Verdict)
async def approve(n: int, ctx: Context[Any]) -> int:
    if ctx.resume_data is None:
        ctx.suspend({"question": f"Is {n} enough?", "limit": 10}, label="boss")
    return n if ctx.resume_data.ok else 0


@step
def explode(n: int) -> int:
    raise KeyError(f"no {n}")


@step
def trip(n: int) -> int:
    raise TripWire("enough")


@step(retries=2)
async def stumble(n: int, ctx: Context[Any]) -> int:
    print(f"try {ctx.attempt}")
    if ctx.attempt < 2:
        raise TimeoutError(f"too slow {ctx.attempt}")
    return n


@step(retries=3)
def give_up(n: int) -> int:
    raise NonRetryableError("never")


def is_large(n: int) -> bool:
    return n >= 10


def is_small(n: int) -> bool:
    return n < 10


def enough(n: int) -> bool:
    return n >= 3


def listed(n: int) -> list[int]:
    return [n, n + 1, n + 2]


def summed(parts: Any) -> int:
    return sum(parts.values()) if isinstance(parts, dict) else sum(parts)


async def recorded(flow: Any, input: Any, *acts: Act, run_id: str = "run-1", **options: Any) -> Recording:
    """Start the flow and do what ``acts`` say; what is refused on the way is left as it is."""
    async with Runtime(store=MemoryStore(), workflows=[flow]) as runtime:
        run = flow.create_run(run_id=run_id, runtime=runtime)
        await run.start(input, **options)
        for act in acts:
            await act(run)
        return Recording(flow, list(runtime.log_of(run.run_id).events), run_id=run_id)


def chain() -> Any:
    return Workflow("chain").then(more).then(twice).commit()


def arms() -> Any:
    return (
        Workflow("arms")
        .parallel(more, twice)
        .then(total)
        .branch((is_large, tally), (is_small, more.as_("tiny")))
        .map(summed, id="sum")
        .commit()
    )


def loops() -> Any:
    """A foreach in a workflow in a loop."""
    page = Workflow("page").then(more.as_("fetch")).then(twice.as_("parse")).commit()
    body = Workflow("crawl").map(listed, id="links").foreach(page, concurrency=2).map(lambda x: 1, id="one").commit()
    return Workflow("loops").dowhile(body, lambda n, ctx: ctx.iteration < 3).dountil(more, enough).commit()


def asking() -> Any:
    return Workflow("asking").then(tally).then(approve).then(twice).commit()


def asking_often() -> Any:
    return Workflow("asking-often").map(listed, id="links").foreach(approve, concurrency=3).then(total).commit()


def asking_inside() -> Any:
    inner = Workflow("inner").then(approve).then(twice).commit()
    return Workflow("asking-inside").then(tally).dowhile(inner, lambda n, ctx: ctx.iteration < 2).commit()


def failing() -> Any:
    inner = Workflow("inner").then(more).then(explode).commit()
    return Workflow("failing").then(tally).then(inner).then(twice).commit()


def failing_arms() -> Any:
    return Workflow("failing-arms").parallel(more, explode, approve).then(total).commit()


def tripping() -> Any:
    return Workflow("tripping").then(more).then(trip).commit()


def retrying() -> Any:
    return Workflow("retrying").then(stumble).then(twice).commit()


def sleeping() -> Any:
    return Workflow("sleeping").then(more).sleep(0.01, id="nap").then(twice).commit()


async def yes(run: Run) -> None:
    await run.resume({"ok": True}, step="approve")


async def _yes_inside(run: Run) -> None:
    await run.resume({"ok": True}, step=("inner", "approve"))


async def _back(run: Run) -> None:
    await run.time_travel("twice", input=50)


async def _to_the_branch(run: Run) -> None:
    await run.time_travel("total", input={"more": 50, "twice": 1})


async def _one_item(run: Run) -> None:
    await run.resume({"ok": True}, step="approve", index=1)


async def _cancel(run: Run) -> None:
    await run.cancel()
    await run.wait()


async def fork(flow: Any, given: Any, at: Any, *, goes_on: bool = True, **changes: Any) -> Recording:
    """The recording of a fork, which goes on to its end."""
    async with Runtime(store=MemoryStore(), workflows=[flow]) as runtime:
        run = flow.create_run(run_id="parent", runtime=runtime)
        await run.start(given)
        child = await run.fork(at, run_id="child", **changes)
        if goes_on:
            await child.proceed()
        return Recording(flow, list(runtime.log_of("child").events), run_id="child")


_MAKERS: dict[str, Callable[[], Coroutine[Any, Any, Recording]]] = {
    "chain": lambda: recorded(chain(), 1),
    "step by step": lambda: recorded(chain(), 1, per_step=True),
    "travelled": lambda: recorded(chain(), 1, _back),
    "arms": lambda: recorded(arms(), 7),
    "arms travelled": lambda: recorded(arms(), 1, _to_the_branch),
    "loops": lambda: recorded(loops(), 1),
    "asking": lambda: recorded(asking(), 4),
    "answered": lambda: recorded(asking(), 4, yes),
    "answered inside": lambda: recorded(asking_inside(), 4, _yes_inside, _yes_inside),
    "canceled": lambda: recorded(asking(), 4, _cancel),
    "asking often": lambda: recorded(asking_often(), 4, _one_item),
    "failing": lambda: recorded(failing(), 4),
    "failing arms": lambda: recorded(failing_arms(), 4),
    "tripping": lambda: recorded(tripping(), 4),
    "retrying": lambda: recorded(retrying(), 4),
    "sleeping": lambda: recorded(sleeping(), 4),
    "forked": lambda: fork(chain(), 1, "twice", input=30),
    "forked and resting": lambda: fork(chain(), 1, "twice", goes_on=False),
}
NAMES = tuple(_MAKERS)


@cache
def recording(name: str) -> Recording:
    """The run of that name, recorded once; not for tests that have a loop of their own."""
    return asyncio.run(_MAKERS[name]())
