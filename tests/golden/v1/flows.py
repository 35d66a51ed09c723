"""The workflows of the golden logs of format 1.

Nothing here may ever be changed: the logs hold hashes of these sources, and values of these classes.
"""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from pydantic import BaseModel

from playhead import Context, TripWire, Workflow, step
from playhead.mapping import constant, initial, previous, template


class Present:
    """What the bodies find in the world, and the log does not hold."""

    mended = False
    """Whether what failed when the logs were written works by now."""

    reached = asyncio.Event()
    """Set when a body is in the middle of its work."""


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Order(BaseModel):
    id: str
    items: list[str]
    colour: Colour = Colour.RED


@dataclass
class Bill:
    order: Order
    total: Decimal
    due: datetime


class Refused(Exception):
    """Cannot be made from its args."""

    def __init__(self, *, arm: str) -> None:
        super().__init__(f"{arm} was refused")
        self.arm = arm


class Totals(BaseModel):
    count: int = 0
    names: tuple[str, ...] = ()


class Ask(BaseModel):
    amount: int


# ------------------------------------------------------------------ values of many kinds, and all that a body says


@step
async def price(order: Order, ctx: Context[Any]) -> Bill:
    ctx.write({"priced": order.id})
    ctx.emit({"type": "price", "of": len(order.items)})
    print("priced", order.id)
    return Bill(order, Decimal("9.90") * len(order.items), datetime(2025, 1, 31, tzinfo=UTC) + timedelta(days=1))


@step
def pack(what: dict[str, Any]) -> dict[str, Any]:
    return {**what, "grid": np.zeros((256, 256)), "tags": {"a"}, "pair": (1, 2.5), "none": None, "big": 2**70}


@step
async def seal(parcel: dict[str, Any], ctx: Context[Any]) -> dict[str, Any]:
    bill = ctx.result_of(price)
    return {"line": parcel["line"], "sum": float(parcel["grid"].sum()), "total": bill.total, "big": parcel["big"]}


def values() -> Workflow[Any, Any]:
    sources = {
        "total": previous("total"),
        "who": initial("id"),
        "n": constant(3),
        "line": template("${initial.id} for ${previous.total}"),
    }
    return Workflow("values", input=Order).then(price).map(sources, id="pick").then(pack).then(seal).commit()


# ------------------------------------------------------------------ blocks


@step
async def stock(n: int) -> int:
    return n + 1


@step
async def credit(n: int) -> int:
    if Present.mended:
        return n + 10
    error = Refused(arm="credit")
    error.add_note("while asking the bank")
    raise error from KeyError("account")


@step
async def total(arms: dict[str, int]) -> int:
    return sum(arms.values())


def parallel() -> Workflow[Any, Any]:
    return Workflow("parallel").parallel(stock, credit).then(total).commit()


@step
async def small(n: int) -> str:
    return f"small {n}"


@step
async def odd(n: int) -> str:
    return f"odd {n}"


@step
async def grade(arms: dict[str, str]) -> list[str]:
    return sorted(arms.values())


def branch() -> Workflow[Any, Any]:
    arms = [(lambda n: n < 10, small), (lambda n: n > 1000, stock), (lambda n: n % 2 == 1, odd)]
    return Workflow("branch").branch(*arms).then(grade).commit()


@step(resume=int, suspend=Ask)
async def weigh(n: int, ctx: Context[Any]) -> int:
    if n > 2 and not ctx.resumed:
        ctx.suspend(Ask(amount=n), label=f"weight-{n}", output="on the scales")
    return n + (ctx.resume_data or 0)


def foreach() -> Workflow[Any, Any]:
    return Workflow("foreach").foreach(weigh, concurrency=2).commit()


@step
async def twice(n: int) -> int:
    return 2 * n


def loop() -> Workflow[Any, Any]:
    return Workflow("loop").dountil(twice, lambda n: n > 10).commit()


@step
async def add(n: int) -> int:
    return n + 1


def long() -> Workflow[Any, Any]:
    return Workflow("long").dowhile(add, lambda n: n < 120).commit()


@step
async def manager(n: int, ctx: Context[Any]) -> int:
    if not ctx.resumed:
        ctx.suspend({"n": n}, label="manager")
    return n + int(ctx.resume_data)


@step
async def boss(n: int, ctx: Context[Any]) -> int:
    if not ctx.resumed:
        ctx.suspend({"n": n}, label=["boss", "chief"])
    return n + int(ctx.resume_data)


def nested() -> Workflow[Any, Any]:
    inner = Workflow("inner").then(manager).then(boss).commit()
    return Workflow("nested").then(stock).then(Workflow("middle").then(inner).commit()).then(twice).commit()


# ------------------------------------------------------------------ time, failure, the end


@step(retries=2, retry_delay=3600.0)
async def flaky(n: int, ctx: Context[Any]) -> int:
    if ctx.attempt == 0:
        raise ConnectionError("no line")
    return n + ctx.attempt


def retry() -> Workflow[Any, Any]:
    return Workflow("retry").then(flaky).then(twice).commit()


def sleep() -> Workflow[Any, Any]:
    return Workflow("sleep").then(stock).sleep(3600, id="nap").then(twice).commit()


@step
async def lift(n: int, ctx: Context[Any]) -> int:
    if not ctx.restarted:
        Present.reached.set()
        await asyncio.Event().wait()
    return n + 5


def cut() -> Workflow[Any, Any]:
    return Workflow("cut").then(stock).then(lift).commit()


@step
async def count(n: int, ctx: Context[Totals]) -> int:
    ctx.set_state(count=ctx.state.count + n, names=(*ctx.state.names, "count"))
    ctx.request["seen"] = sorted(ctx.request)
    ctx.request.delete("once")
    return n


@step
async def decide(n: int, ctx: Context[Totals]) -> int:
    if n < 100:
        ctx.bail({"early": ctx.state.count})
    return n


def state() -> Workflow[Any, Any]:
    return Workflow("state", state=Totals).then(count).then(decide).then(twice).commit()


@step
async def guard(n: int) -> int:
    if Present.mended:
        return n
    raise TripWire("not allowed", retry=True, metadata={"score": (0.9, None)})


def tripwire() -> Workflow[Any, Any]:
    return Workflow("tripwire").then(guard).then(twice).commit()


def canceled() -> Workflow[Any, Any]:
    return Workflow("canceled").then(stock).sleep(3600, id="nap").then(twice).commit()


BUILDERS = (
    values, parallel, branch, foreach, loop, long, nested, retry, sleep, cut, state, tripwire, canceled
)  # fmt: skip
