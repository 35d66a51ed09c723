"""DBOS with its system database in SQLite: a workflow is a function, and the result of each step it calls is stored.

Ten items at a time are gathered before the next ten begin, because DBOS tells steps apart by the order of their calls.
It looks for messages once a second by default; here a hundred times, so that its clock is not what is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dbos import DBOS, SetWorkflowID

from benchmarks.peers.contest import (
    ANSWER,
    ITEMS_AT_ONCE,
    PREPARATION,
    STEPS_OF_MANY,
    Stopwatch,
    at_once,
    compete,
    sum_after,
)

RUN = "waiting"
#: Seconds between looks for a message.
LOOKING = 0.01
#: Seconds a workflow may wait for an answer.
PATIENCE = 600


@DBOS.step()
async def increment(number: int) -> int:
    return number + 1


@DBOS.workflow()
async def chain(size: int) -> int:
    number = 0
    for _ in range(size):
        number = await increment(number)
    return number


@DBOS.workflow()
async def parts(size: int, width: int) -> int:
    total = 0
    for first in range(0, size, width):
        total += sum(await asyncio.gather(*(increment(n) for n in range(first, min(size, first + width)))))
    return total


@DBOS.workflow()
async def questions(size: int) -> int:
    number = 0
    for _ in range(size):
        number += await DBOS.recv_async("answer", timeout_seconds=PATIENCE)
    return number


@DBOS.workflow()
async def chain_that_asks(size: int) -> int:
    number = 0
    for _ in range(size):
        number = await increment(number)
    return number + int(await DBOS.recv_async("answer", timeout_seconds=PATIENCE))


def launch(folder: Path) -> None:
    DBOS(
        config={
            "name": "bench",
            "system_database_url": f"sqlite:///{folder / 'dbos.db'}",
            "log_level": "ERROR",
            "application_version": "1",  # a run is taken up again by the version that began it only
            "executor_id": "bench",
            "notification_listener_polling_interval_sec": LOOKING,
        }
    )
    DBOS.launch()


@asynccontextmanager
async def launched(folder: Path) -> AsyncIterator[None]:
    launch(folder)
    yield
    DBOS.destroy()


async def run_chain(size: int, folder: Path, watch: Stopwatch) -> None:
    async with launched(folder):
        with watch.running():
            assert await chain(size) == size


async def fan_out(size: int, folder: Path, watch: Stopwatch) -> None:
    async with launched(folder):
        with watch.running():
            assert await parts(size, size) == sum_after(size)


async def foreach(size: int, folder: Path, watch: Stopwatch) -> None:
    async with launched(folder):
        with watch.running():
            assert await parts(size, ITEMS_AT_ONCE) == sum_after(size)


async def suspend_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    async with launched(folder):
        with SetWorkflowID("questions"):
            run = await DBOS.start_workflow_async(questions, size)
        with watch.running():
            for _ in range(size):
                await DBOS.send_async("questions", 1, topic="answer")
            assert await run.get_result() == size


async def many_runs(size: int, folder: Path, watch: Stopwatch) -> None:
    async def run(number: int) -> None:
        assert await chain(STEPS_OF_MANY) == STEPS_OF_MANY

    async with launched(folder):
        with watch.running():
            await at_once(run, size)


async def wait(size: int, folder: Path, watch: Stopwatch) -> None:
    launch(folder)
    with SetWorkflowID(RUN):
        await DBOS.start_workflow_async(chain_that_asks, size)
    while len(await DBOS.list_workflow_steps_async(RUN)) < size:  # noqa: ASYNC110  # DBOS tells nobody how far it is
        await asyncio.sleep(LOOKING)


async def cold_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    with watch.running():
        launch(folder)  # takes up again what was under way
        await DBOS.send_async(RUN, ANSWER, topic="answer")
        run = await DBOS.retrieve_workflow_async(RUN)
        assert await run.get_result(polling_interval_sec=LOOKING) == size + ANSWER


if __name__ == "__main__":
    compete(
        {
            "chain": run_chain,
            "fan-out": fan_out,
            "foreach": foreach,
            "suspend-resume": suspend_resume,
            "many-runs": many_runs,
            PREPARATION: wait,
            "cold-resume": cold_resume,
        }
    )
