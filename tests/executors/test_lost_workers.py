"""Workers die: the step fails with an error that says so, and the run is not lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from playhead import MemoryStore, Runtime, Step, Workflow
from playhead.errors import StepInterrupted, WorkerLost
from playhead.executors.processes import Processes
from tests.executors import bodies
from tests.executors.courier import Courier
from tests.executors.test_contract import flow_of, outcome


@pytest.fixture
def pool() -> Iterator[ProcessPoolExecutor]:
    """A process pool to be broken."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def mending() -> Iterator[Processes]:
    """Our own, which mends itself."""
    with Processes(1) as pool:
        yield pool


@pytest.fixture
def mark(tmp_path: Path) -> str:
    """The file that says that a worker has died already."""
    return str(tmp_path / "died")


async def test_a_run_whose_worker_was_killed_goes_on_with_a_new_pool(pool: Executor, mark: str) -> None:
    store = MemoryStore()
    flow = flow_of(bodies.die)
    async with Runtime(store, executor=pool) as runtime:
        run = flow.create_run(run_id="the-run", runtime=runtime)
        lost = await run.start(mark)
        again = await run.time_travel("die")
    for result in (lost, again):
        assert isinstance(result.error, WorkerLost)
        assert (result.status, result.error.step_id) == ("failed", "die")
        assert "A broken pool takes no more work: give the runtime or the step a new one" in str(result.error)
        assert isinstance(result.error.__cause__, BrokenExecutor)
    with Processes(1) as fresh:
        async with Runtime(store, executor=fresh) as runtime:
            done = await flow.create_run(run_id="the-run", runtime=runtime).time_travel("die")
    assert (done.status, done.output) == ("success", "alive")


async def test_a_lost_step_is_retried_on_a_pool_that_mends_itself(mending: Executor, mark: str) -> None:
    async with Runtime(engine="direct", executor=mending) as runtime:
        result = await outcome(runtime, mark, bodies.die_and_retry)
    assert (result.output, result.steps["die_and_retry"].attempts) == ("alive", 2)


async def test_all_that_a_dead_worker_takes_with_it_is_retried(mending: Executor, mark: str) -> None:
    many = Workflow("many").foreach(bodies.die_and_retry, concurrency=4).commit()
    async with Runtime(engine="direct", executor=mending) as runtime:
        result = await many.run([__file__, mark, __file__, __file__], runtime=runtime)
    assert result.output == ["alive"] * 4


async def test_a_step_that_runs_at_most_once_is_not_retried_when_its_worker_dies(mending: Executor, mark: str) -> None:
    async with Runtime(engine="direct", executor=mending) as runtime:
        result = await outcome(runtime, mark, bodies.die_at_most_once)
    assert isinstance(result.error, StepInterrupted)
    assert "runs at most once, and was lost by its executor when it may have begun" in str(result.error)
    assert result.steps["die_at_most_once"].attempts == 1


async def test_an_executor_that_takes_no_work_loses_the_step() -> None:
    closed = ThreadPoolExecutor(1)
    closed.shutdown()
    async with Runtime(engine="direct", executor=closed) as runtime:
        result = await outcome(runtime, 1, bodies.double)
    assert isinstance(result.error, WorkerLost)
    assert "RuntimeError: cannot schedule new futures after shutdown" in str(result.error)


async def test_an_executor_that_drops_its_work_loses_the_step() -> None:
    class Dropping(Courier):
        """Takes work, and gives it up at once."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            future: Future[Any] = Future()
            future.cancel()
            return future

    with Dropping() as executor:
        async with Runtime(engine="direct", executor=executor) as runtime:
            result = await outcome(runtime, 1, bodies.double)
    assert isinstance(result.error, WorkerLost)
    assert "it was shut down before it ran the step" in str(result.error)


async def test_an_executor_whose_bytes_do_not_arrive_loses_the_step() -> None:
    class Losing(Courier):
        """Fails on the way back."""

        def _carry(self, work: bytes, back: Any) -> None:
            back.set_exception(ConnectionError("the line is dead"))

    with Losing() as executor:
        async with Runtime(engine="direct", executor=executor) as runtime:
            result = await outcome(runtime, 1, Step(bodies.double.fn, id="double"))
    assert isinstance(result.error, WorkerLost)
    assert "ConnectionError: the line is dead" in str(result.error)


async def test_an_interrupt_of_all_processes_does_not_end_the_workers(mending: Executor) -> None:
    worker = mending.submit(os.getpid).result()
    os.kill(worker, signal.SIGINT)
    async with Runtime(engine="direct", executor=mending) as runtime:
        result = await outcome(runtime, 1, bodies.be_interrupted, Step(bodies.process_of, id="after"))
    assert (result.steps["be_interrupted"].output, result.output) == ("went on", worker)


def test_processes_are_made_when_they_are_needed_and_can_be_left_unused() -> None:
    before = multiprocessing.active_children()
    with Processes():
        assert multiprocessing.active_children() == before
