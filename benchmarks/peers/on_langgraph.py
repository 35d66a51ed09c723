"""LangGraph with its SQLite checkpointers, each step stored before the next one begins (``durability="sync"``).

Chains are one node that follows itself: its cheapest shape, and the only one in which 5,000 steps come to an end soon.
"""

from __future__ import annotations

import operator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict

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

STORED: Any = {"durability": "sync"}


class Count(TypedDict):
    number: int


class Parts(TypedDict, total=False):
    number: int
    done: Annotated[list[int], operator.add]


def saver_in(folder: Path) -> AbstractContextManager[SqliteSaver]:
    return SqliteSaver.from_conn_string(str(folder / "checkpoints.db"))


def async_saver_in(folder: Path) -> AbstractAsyncContextManager[AsyncSqliteSaver]:
    return AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db"))


def thread(name: str, steps: int) -> Any:
    """Where a run is stored, and after how many steps it would be taken to go on for ever."""
    return {"configurable": {"thread_id": name}, "recursion_limit": steps + 20}


def increment(state: Count) -> Count:
    return {"number": state["number"] + 1}


def chain(size: int) -> Any:
    graph = StateGraph(Count)
    graph.add_node("step", increment)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: "step" if state["number"] < size else END, ["step", END])
    return graph


async def run_chain(size: int, folder: Path, watch: Stopwatch) -> None:
    with saver_in(folder) as saver:
        saver.setup()
        graph = chain(size).compile(checkpointer=saver)
        with watch.running():
            result = graph.invoke({"number": 0}, thread("chain", size), **STORED)
    assert result["number"] == size


async def side_by_side(size: int, folder: Path, watch: Stopwatch) -> None:
    """One task for each part, sent from one step and joined by the next."""

    async def part(state: Parts) -> Parts:
        return {"done": [state["number"] + 1]}

    graph = StateGraph(Parts)
    graph.add_node("begin", lambda state: {})
    graph.add_node("part", part)
    graph.add_node("join", lambda state: {})
    graph.add_edge(START, "begin")
    graph.add_conditional_edges("begin", lambda _: [Send("part", {"number": n}) for n in range(size)], ["part"])
    graph.add_edge("part", "join")
    graph.add_edge("join", END)
    async with async_saver_in(folder) as saver:
        await saver.setup()
        limits = {**thread("parts", size), "max_concurrency": ITEMS_AT_ONCE}
        with watch.running():
            result = await graph.compile(checkpointer=saver).ainvoke({"done": []}, limits, **STORED)
    assert sum(result["done"]) == sum_after(size)


async def suspend_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    def ask(state: Count) -> Count:
        return {"number": state["number"] + interrupt("next?")}

    graph = StateGraph(Count)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    graph.add_conditional_edges("ask", lambda state: "ask" if state["number"] < size else END, ["ask", END])
    with saver_in(folder) as saver:
        saver.setup()
        compiled, where = graph.compile(checkpointer=saver), thread("questions", size)
        result = compiled.invoke({"number": 0}, where, **STORED)
        with watch.running():
            for _ in range(size):
                result = compiled.invoke(Command(resume=1), where, **STORED)
    assert result["number"] == size


async def many_runs(size: int, folder: Path, watch: Stopwatch) -> None:
    async with async_saver_in(folder) as saver:
        await saver.setup()
        graph = chain(STEPS_OF_MANY).compile(checkpointer=saver)

        async def run(number: int) -> None:
            result = await graph.ainvoke({"number": 0}, thread(f"run-{number}", STEPS_OF_MANY), **STORED)
            assert result["number"] == STEPS_OF_MANY

        with watch.running():
            await at_once(run, size)


def chain_that_asks(size: int) -> Any:
    graph = StateGraph(Count)
    graph.add_node("step", increment)
    graph.add_node("ask", lambda state: {"number": state["number"] + interrupt("go on?")})
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: "step" if state["number"] < size else "ask", ["step", "ask"])
    graph.add_edge("ask", END)
    return graph


async def wait(size: int, folder: Path, watch: Stopwatch) -> None:
    with saver_in(folder) as saver:
        graph = chain_that_asks(size).compile(checkpointer=saver)
        assert "__interrupt__" in graph.invoke({"number": 0}, thread("waiting", size), **STORED)


async def cold_resume(size: int, folder: Path, watch: Stopwatch) -> None:
    graph = chain_that_asks(size)
    with watch.running(), saver_in(folder) as saver:
        compiled = graph.compile(checkpointer=saver)
        result = compiled.invoke(Command(resume=ANSWER), thread("waiting", size), **STORED)
    assert result["number"] == size + ANSWER


if __name__ == "__main__":
    compete(
        {
            "chain": run_chain,
            "fan-out": side_by_side,
            "foreach": side_by_side,
            "suspend-resume": suspend_resume,
            "many-runs": many_runs,
            PREPARATION: wait,
            "cold-resume": cold_resume,
        }
    )
