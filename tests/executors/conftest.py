"""Every executor there is, each under the same tests. A new one is added to `EXECUTORS`, and here only."""

from __future__ import annotations

import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import Any

import pytest

from playhead import MemoryStore, Runtime
from playhead.executors.threads import Threads
from tests.executors.courier import Courier

WORKERS = 2

EXECUTORS: dict[str, Callable[[], Executor]] = {"threads": Threads, "courier": Courier}


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """The standard library's process pool, made once: a spawned process takes a second to begin."""
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(abs, -1).result()  # its threads begin with its first work, and no test shall have begun them
        yield pool


def each_of(names: list[str]) -> Any:
    """A fixture that gives each of the executors by turns."""

    @pytest.fixture(params=names)
    def executor(request: pytest.FixtureRequest, processes: Executor) -> Iterator[Executor]:
        if request.param == "processes":
            yield processes
            return
        with EXECUTORS[request.param]() as made:
            yield made

    return executor


executor = each_of([*EXECUTORS, "processes"])
elsewhere = each_of(["courier", "processes"])


@pytest.fixture
async def runtime(executor: Executor) -> AsyncIterator[Runtime]:
    """The current runtime, whose plain bodies run on `executor`."""
    async with Runtime(store=MemoryStore(), executor=executor, transient_request=["token"]) as runtime:
        yield runtime


@pytest.fixture
async def runtime_elsewhere(elsewhere: Executor) -> AsyncIterator[Runtime]:
    """The current runtime, whose plain bodies run on `elsewhere`."""
    async with Runtime(store=MemoryStore(), executor=elsewhere, resources={"db": object()}) as runtime:
        yield runtime
