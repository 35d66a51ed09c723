"""What happens across processes: one dies in the middle of a run, another answers, goes on or looks.

Leaving a runtime is the shape of a process that dies: bodies in flight are cancelled and nothing is recorded
of them (fine print 58). The next runtime, on the same store, knows only what the log says.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playhead import RunResult
from playhead.errors import RunInterrupted

from .conftest import World

RUN = "the-run"
"""The run id of tests that need only one run."""

PATIENCE = 5.0
"""Seconds after which something that should have happened at once counts as never happening."""


async def answer(world: World, flow: Any, data: Any = None, *, run_id: str = RUN, **address: Any) -> RunResult:
    """Leave the runtime, open another on the same store, and resume ``run_id`` there."""
    await world.restart()
    result: RunResult = await flow.create_run(run_id=run_id).resume(data, **address)
    return result


class Hold:
    """A place in a body that is not passed until somebody opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def here(self) -> None:
        """Say that the body is here, and stay until `open`."""
        self.reached.set()
        await self.opened.wait()

    async def is_reached(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.reached.wait()

    def open(self) -> None:
        self.opened.set()


async def die_at(hold: Hold, world: World, call: Any, **options: Any) -> None:
    """Make ``call`` (a start or a resume), let the process die at ``hold``, and begin the next one."""
    task = asyncio.ensure_future(call)
    await hold.is_reached()
    await world.restart(**options)
    with pytest.raises(RunInterrupted, match="restart"):  # fine print 72
        await task
    hold.open()
