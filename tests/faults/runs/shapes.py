"""Twelve workflow shapes, each with what comes out of it and which side effects it must have had.

What is expected is written out and not computed, so that it does not depend on what is tested. Each is built
anew for each process, as a program does that is started again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playhead import Context, Workflow, step
from tests.faults.runs.ledger import Ledger

Flow = Workflow[Any, Any]

NAP = 0.02  # seconds; long enough to be killed in


@dataclass(frozen=True)
class Shape:
    """One workflow: how to build it, what to start it with, how to answer its questions, and what must come of it.

    ``effects`` names every side effect (see `effect_of`); ``state`` is what the state must be at the end.
    """

    name: str
    build: Callable[[Ledger], Flow]
    input: Any
    output: Any
    effects: frozenset[str]
    answers: Mapping[str, Any] = field(default_factory=dict)
    start_state: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)


def adding(ledger: Ledger, id: str, amount: int, *, in_thread: bool = False) -> Any:
    """A step that adds ``amount`` and leaves its mark in the ledger."""
    if in_thread:

        @step(id=id)
        def add_in_thread(n: int, ctx: Context[Any]) -> int:
            ledger.effect(ctx)
            return n + amount

        return add_in_thread

    @step(id=id)
    async def add(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        return n + amount

    return add


def asking(ledger: Ledger, id: str) -> Any:
    """A step that asks under the label ``id`` (an item adds its number), and adds the answer."""

    @step(id=id)
    async def ask(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        if not ctx.resumed:
            ctx.suspend({"n": n}, label=id if ctx.index is None else f"{id}-{ctx.index}")
        return n + int(ctx.resume_data)

    return ask


def counting(ledger: Ledger, id: str, key: str, amount: int) -> Any:
    """A step that adds to the state."""

    @step(id=id)
    async def count(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        ctx.set_state({key: ctx.state[key] + amount})
        return n

    return count


def flaky(ledger: Ledger, id: str, failures: int) -> Any:
    """A step that fails so many times before it adds 1."""

    @step(id=id, retries=failures, retry_delay=0.005)
    async def try_(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        if ctx.attempt < failures:
            raise ConnectionError(f"try {ctx.attempt}")
        return n + 1

    return try_


def totalling(ledger: Ledger, id: str) -> Any:
    """A step that sums the outputs of the arms before it."""

    @step(id=id)
    async def total(arms: dict[str, int], ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        return sum(arms.values())

    return total


def linear(ledger: Ledger) -> Flow:
    first, second = adding(ledger, "one", 1), adding(ledger, "two", 2, in_thread=True)
    return Workflow("linear").then(first).then(second).then(adding(ledger, "three", 3)).commit()


def parallel(ledger: Ledger) -> Flow:
    arms = adding(ledger, "a", 1), adding(ledger, "b", 2, in_thread=True), adding(ledger, "c", 3)
    return Workflow("parallel").parallel(*arms).then(totalling(ledger, "total")).commit()


def foreach(ledger: Ledger) -> Flow:
    return Workflow("foreach").foreach(adding(ledger, "item", 10), concurrency=2).commit()


def nested(ledger: Ledger) -> Flow:
    inner = Workflow("inner").then(adding(ledger, "deep", 1)).then(adding(ledger, "deeper", 2)).commit()
    middle = Workflow("middle").then(inner).then(adding(ledger, "shallow", 3)).commit()
    return Workflow("nested").then(adding(ledger, "before", 1)).then(middle).commit()


def branch(ledger: Ledger) -> Flow:
    arms = [
        (lambda n: n > 0, adding(ledger, "positive", 1)),
        (lambda n: n > 100, adding(ledger, "large", 2)),
        (lambda n: n % 2 == 1, adding(ledger, "odd", 3, in_thread=True)),
    ]
    return Workflow("branch").branch(*arms).then(totalling(ledger, "total")).commit()


def dowhile(ledger: Ledger) -> Flow:
    return Workflow("dowhile").dowhile(adding(ledger, "turn", 1), lambda n: n < 4).commit()


def dountil(ledger: Ledger) -> Flow:
    body = Workflow("body").then(adding(ledger, "in", 1)).then(adding(ledger, "out", 1)).commit()
    return Workflow("dountil").dountil(body, lambda n: n >= 5).commit()


def retry(ledger: Ledger) -> Flow:
    return Workflow("retry").then(flaky(ledger, "flaky", 2)).then(adding(ledger, "after", 1)).commit()


def suspend(ledger: Ledger) -> Flow:
    first = Workflow("suspend").then(adding(ledger, "before", 1)).then(asking(ledger, "manager"))
    return first.then(adding(ledger, "after", 1)).commit()


def sleep(ledger: Ledger) -> Flow:
    first = Workflow("sleep").then(adding(ledger, "before", 1)).sleep(NAP, id="nap")
    return first.then(adding(ledger, "after", 1)).commit()


def state(ledger: Ledger) -> Flow:
    first = Workflow("state").then(counting(ledger, "first", "a", 1))
    both = first.parallel(counting(ledger, "left", "b", 10), counting(ledger, "right", "c", 100))
    return both.map(lambda arms: arms["left"], id="either").then(counting(ledger, "last", "a", 1)).commit()


def mixed(ledger: Ledger) -> Flow:
    waiting = Workflow("waiting").then(flaky(ledger, "flaky", 1)).sleep(NAP, id="nap").commit()
    many = Workflow("many").map(lambda n: [n, n + 1], id="two").foreach(asking(ledger, "ask"), concurrency=2)
    many = many.map(lambda answers: sum(answers), id="sum")
    arms = Workflow("mixed").then(counting(ledger, "count", "a", 1)).parallel(waiting, many.commit())
    looped = arms.then(totalling(ledger, "total")).dountil(adding(ledger, "turn", 5), lambda n: n > 30)
    return looped.then(counting(ledger, "recount", "a", 1)).commit()


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("linear", linear, 1, 7, frozenset({"one", "two", "three"})),
        Shape("parallel", parallel, 1, 9, frozenset({"a", "b", "c", "total"})),
        Shape("foreach", foreach, [1, 2, 3, 4], [11, 12, 13, 14], frozenset(f"item#{i}" for i in range(4))),
        Shape(
            "nested",
            nested,
            1,
            8,
            frozenset({"before", "middle/inner/deep", "middle/inner/deeper", "middle/shallow"}),
        ),
        Shape("branch", branch, 1, 6, frozenset({"positive", "odd", "total"})),
        Shape("dowhile", dowhile, 1, 4, frozenset({"turn#1", "turn#2", "turn#3"})),
        Shape("dountil", dountil, 1, 5, frozenset(f"body#{turn}/{id}" for turn in (1, 2) for id in ("in", "out"))),
        Shape("retry", retry, 1, 3, frozenset({"flaky", "flaky@1", "flaky@2", "after"})),
        Shape("suspend", suspend, 1, 8, frozenset({"before", "manager", "manager!", "after"}), {"manager": 5}),
        Shape("sleep", sleep, 1, 3, frozenset({"before", "after"})),
        Shape(
            "state",
            state,
            1,
            1,
            frozenset({"first", "left", "right", "last"}),
            start_state={"a": 0, "b": 0, "c": 0},
            state={"a": 2, "b": 10, "c": 100},
        ),
        Shape(
            "mixed",
            mixed,
            1,
            35,
            frozenset(
                {"count", "waiting/flaky", "waiting/flaky@1", "many/ask#0", "many/ask#0!", "many/ask#1", "many/ask#1!"}
                | {"total", "turn#1", "turn#2", "recount"}
            ),
            {"ask-0": 10, "ask-1": 10},
            {"a": 0},
            {"a": 2},
        ),
    )
}

#: Four that have most of what there is, for what is tried with few every day.
A_FEW = ("foreach", "nested", "state", "mixed")
