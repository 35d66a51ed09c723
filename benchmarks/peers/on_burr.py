"""Burr with its SQLite persisters, which commit after each action.

Chains are one action that follows itself. A fan-out gathers sub-applications; a foreach runs them on ten threads, which
is the only limit Burr has. An application halts before the action that needs an answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from burr.core import ApplicationBuilder, State, action, default, expr
from burr.core.parallelism import MapStates
from burr.core.persistence import SQLitePersister
from burr.integrations.persisters.b_aiosqlite import AsyncSQLitePersister

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


@contextmanager
def persister_in(folder: Path) -> Iterator[Any]:
    # Its threads take turns by themselves; SQLite's own check would refuse all but the first.
    persister = SQLitePersister(str(folder / "states.db"), connect_kwargs={"check_same_thread": False})
    persister.initialize()
    try:
        yield persister
    finally:
        persister.cleanup()


@asynccontextmanager
async def async_persister_in(folder: Path) -> AsyncIterator[Any]:
    persister = await AsyncSQLitePersister.from_values(str(folder / "states.db"))
    await persister.initialize()
    try:
        yield persister
    finally:
        await persister.cleanup()


@action(reads=["number"], writes=["number"])
def step(state: State) -> State:
    return state.update(number=state["number"] + 1)


@action(reads=["number"], writes=["number"])
async def async_step(state: State) -> State:
    return state.update(number=state["number"] + 1)


@action(reads=[], writes=[])
def end(state: State) -> State:
    return state


def chain(size: int, work: Any, run_id: str, persister: Any) -> ApplicationBuilder:
    return (
        ApplicationBuilder()
        .with_actions(step=work, end=end)
        .with_transitions(("step", "step", expr(f"number < {size}")), ("step", "end", default))
        .with_state(number=0)
        .with_entrypoint("step")
        .with_identifiers(app_id=run_id)
        .with_state_persister(persister)
    )


async def run_chain(size: int, folder: Path, watch: Stopwatch) -> None:
    with persister_in(folder) as persister:
        application = chain(size, step, "chain", persister).build()
        with watch.running():
            _, _, state = application.run(halt_after=["end"])
    assert state["number"] == size


class OnThreads(MapStates):
    """``size`` sub-applications of one step."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def action(self, state: State, inputs: dict[str, Any]) -> Any:
        return step

    def states(self, state: State, context: Any, inputs: dict[str, Any]) -> Any:
        return (state.update(number=number) for number in range(self.size))

    def reduce(self, state: State, results: Any) -> Any:
        return state.update(total=sum(result["number"] for result in results))

    @property
    def reads(self) -> list[str]:
        return ["number"]

    @property
    def writes(self) -> list[str]:
        return ["total"]


class Gathered(OnThreads):
    """The same on the event loop."""

    def action(self, state: State, inputs: dict[str, Any]) -> Any:
        return async_step

    def is_async(self) -> bool:
        return True

    async def states(self, state: State, context: Any, inputs: dict[str, Any]) -> Any:
        for number in range(self.size):
            yield state.update(number=number)

    async def reduce(self, state: State, results: Any) -> Any:
        return state.update(total=sum([result["number"] async for result in results]))


def side_by_side(parts: OnThreads, persister: Any) -> ApplicationBuilder:
    return (
        ApplicationBuilder()
        .with_actions(parts=parts, end=end)
        .with_transitions(("parts", "end"))
        .with_state(number=0)
        .with_entrypoint("parts")
        .with_identifiers(app_id="parts")
        .with_state_persister(persister)
    )


async def fan_out(size: int, folder: Path, watch: Stopwatch) -> None:
    async with async_persister_in(folder) as persister:
        application = await side_by_side(Gathered(size), persister).abuild()
        with watch.running():
            _, _, state = await application.arun(halt_after=["end"])
    assert state["total"] == sum_after(size)


async def foreach(size: int, folder: Path, watch: Stopwatch) -> None:
    with persister_in(folder) as persister:
        builder = side_by_side(OnThreads(size), persister)
        application = builder.with_parallel_executor(lambda: ThreadPoolExecutor(ITEMS_AT_ONCE)).build()
        with watch.running():
            _, _, state = application.run(halt_after=["end"])
    assert state["total"] == sum_after(size)


@action(reads=["number"], writes=["number"])
def ask(state: State, answer: int) -> State:
    return state.update(number=state["number"] + answer)


def chain_that_asks(size: int, persister: Any) -> Any:
    """From where its run was left, or else from the beginning: ``size`` steps before each question."""
    return (
        ApplicationBuilder()
        .with_actions(step=step, ask=ask)
        .with_transitions(("step", "step", expr(f"number < {size}")), ("step", "ask", default), ("ask", "step"))
        .with_identifiers(app_id="waiting")
        .with_state_persister(persister)
        .initialize_from(persister, resume_at_next_action=True, default_state={"number": 0}, default_entrypoint="step")
        .build()
    )


async def suspend_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    with persister_in(folder) as persister:
        application = chain_that_asks(0, persister)
        application.run(halt_before=["ask"])
        with watch.running():
            for _ in range(size):
                _, _, state = application.run(halt_before=["ask"], inputs={"answer": 1})
    assert state["number"] == 2 * size + 1  # a step goes before each question


async def many_runs(size: int, folder: Path, watch: Stopwatch) -> None:
    async with async_persister_in(folder) as persister:

        async def run(number: int) -> None:
            application = await chain(STEPS_OF_MANY, async_step, f"run-{number}", persister).abuild()
            _, _, state = await application.arun(halt_after=["end"])
            assert state["number"] == STEPS_OF_MANY

        with watch.running():
            await at_once(run, size)


async def wait(size: int, folder: Path, watch: Stopwatch) -> None:
    with persister_in(folder) as persister:
        _, _, state = chain_that_asks(size, persister).run(halt_before=["ask"])
    assert state["number"] == size


async def cold_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    with watch.running(), persister_in(folder) as persister:
        _, _, state = chain_that_asks(size, persister).run(halt_after=["ask"], inputs={"answer": ANSWER})
    assert state["number"] == size + ANSWER


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
