"""Watching a run that has come to rest (catalogue B, 1.13: TOPIC).

The reference clears a run's topic some time after its end, and takes care never to clear one that is still
wanted. Here nothing is cleared: memory lets go of an ended run at once, and its log is there for whoever comes.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from typing import Any

import pytest

from playhead import Event, Run, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN


def counting(*, fails: bool = False) -> Any:
    def adding(step_id: str) -> Any:
        @step(id=step_id)
        async def add(data: int) -> int:
            if fails and step_id == "c":
                raise ValueError("enough")
            return data + 1

        return add

    return Workflow("watched").then(adding("a")).then(adding("b")).then(adding("c")).commit()


async def watched(run: Run, after: int = 0) -> list[Event]:
    return [event async for event in run.observe(after=after)]


@case("TOPIC-01", "TOPIC-02")
@pytest.mark.parametrize("fails", [False, True], ids=["success", "failed"])
async def test_an_ended_run_leaves_memory_and_can_still_be_watched_from_its_beginning(
    world: World, fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    # A record that pytest keeps has a traceback, and so holds whatever the frames of the failed step refer to.
    caplog.set_level(logging.CRITICAL, logger="playhead")
    stream = counting(fails=fails).create_run(run_id=RUN).stream(0)
    live = [event.type async for event in stream]
    assert live[-1] == ("run-failed" if fails else "run-succeeded")

    in_memory = weakref.ref(world.runtime.log_of(RUN))
    del stream
    await asyncio.sleep(0)  # one turn, in which the run's task ends
    gc.collect()
    assert in_memory() is None
    for _ in range(2):
        assert [event.type for event in await watched(counting().create_run(run_id=RUN))] == live


@case("TOPIC-03")
async def test_a_paused_run_is_watched_across_its_pauses(world: World) -> None:
    run = counting().create_run(run_id=RUN)
    await run.start(0, per_step=True)
    seen = await watched(run)
    assert seen[-1].type == "run-paused"

    await world.restart()
    run = counting().create_run(run_id=RUN)
    await run.step()
    seen += await watched(run, after=seen[-1].seq)
    await run.proceed()
    seen += await watched(run, after=seen[-1].seq)

    assert [event.step_id for event in seen if event.type == "step-succeeded"] == ["a", "b", "c"]
    assert [event.type for event in seen if event.type.startswith("run-")].count("run-paused") == 2
    assert seen == await watched(run)


@case("TOPIC-04", "TOPIC-05", "TOPIC-06", "TOPIC-07")
@pytest.mark.parametrize("elsewhere", [False, True], ids=["same-process", "next-process"])
async def test_a_run_that_goes_on_after_its_end_is_watched_on_and_shows_nothing_twice(
    world: World, elsewhere: bool
) -> None:
    run = counting().create_run(run_id=RUN)
    await run.start(0)
    first = await watched(run)
    if elsewhere:
        await world.restart()
        run = counting().create_run(run_id=RUN)

    await run.time_travel("b")
    second = await watched(run, after=first[-1].seq)

    assert [event.step_id for event in second if event.type == "step-started"] == ["b", "c"]
    assert second[-1].type == "run-succeeded"
    assert first + second == await watched(run)
