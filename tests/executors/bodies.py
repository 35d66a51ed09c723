"""The steps of the executors' tests: at the top level of a module, as every executor finds them."""

from __future__ import annotations

import copy
import enum
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from playhead import Context, NonRetryableError, TripWire, step
from playhead.executors.functions import digest_of
from tests.executors import shop
from tests.executors.shop import Receipt, Voucher


class Colour(enum.Enum):
    RED = "red"


class Order(BaseModel):
    items: list[str]
    colour: Colour = Colour.RED


@dataclass
class Bill:
    order: Order
    total: int


class Totals(BaseModel):
    approved: int = 0
    names: tuple[str, ...] = ()


class Awkward(Exception):
    """Cannot be made again from its args, which breaks a process pool if it crosses as it is."""

    def __init__(self, *, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code


@step
def price(order: Order) -> Bill:
    return Bill(order, 10 * len(order.items))


@step
def double(n: int) -> int:
    return 2 * n


@step
def doubled_array(array: Any) -> Any:
    return array * 2


@step
def sell(total: int) -> Any:
    return Receipt(total)


@step
def promise(total: int) -> Any:
    return Voucher(total)


@step
def facts(n: int, ctx: Context[Any]) -> dict[str, Any]:
    return {
        "run_id": ctx.run_id,
        "workflow_id": ctx.workflow_id,
        "resource_id": ctx.resource_id,
        "step_id": ctx.step_id,
        "path": ctx.path,
        "attempt": ctx.attempt,
        "iteration": ctx.iteration,
        "index": ctx.index,
        "resumed": ctx.resumed,
        "restarted": ctx.restarted,
        "resume_data": ctx.resume_data,
        "suspend_data": ctx.suspend_data,
        "idempotency_key": ctx.idempotency_key,
        "started_at": ctx.started_at,
        "logger": ctx.logger.name,
    }


@step
def approve(n: int, ctx: Context[Totals]) -> int:
    ctx.set_state(approved=ctx.state.approved + n, names=(*ctx.state.names, type(ctx.state).__name__))
    return ctx.state.approved


@step
def misuse_state(n: int, ctx: Context[Totals]) -> int:
    ctx.set_state(approved="many")
    return n


@step
def change_plain_state(n: int, ctx: Context[Any]) -> str:
    ctx.set_state(count=ctx.state.get("count", 0) + n)
    try:
        ctx.state["count"] = 5
    except TypeError as error:
        return str(error)
    return "changed"


@step
def use_request(n: int, ctx: Context[Any]) -> dict[str, Any]:
    seen = copy.deepcopy(ctx.request.to_dict())
    ctx.request["seen"] = sorted(seen)
    ctx.request["list"].append(n)
    del ctx.request["gone"]
    return seen


@step(retries=1)
def set_then_fail(n: int, ctx: Context[Any]) -> int:
    ctx.set_state({f"try{ctx.attempt}": True})
    ctx.request[f"try{ctx.attempt}"] = True
    if ctx.attempt == 0:
        raise Awkward(code=7, reason="not yet")
    return n


@step
def ask(n: int, ctx: Context[Any]) -> dict[str, Any]:
    if not ctx.resumed:
        ctx.set_state(asked=True)
        ctx.suspend({"n": n}, label=["manager", "boss"], output="so far")
    return {"answer": ctx.resume_data, "question": ctx.suspend_data}


@step
def ask_and_swallow(n: int, ctx: Context[Any]) -> int:
    try:
        ctx.suspend({"n": n})
    except BaseException:
        return -1


class Ask(BaseModel):
    amount: int


@step(suspend=Ask)
def ask_wrongly(n: int, ctx: Context[Any]) -> None:
    ctx.suspend({"amount": "much"})


@step
def leave(n: int, ctx: Context[Any]) -> int:
    if n > 1:
        ctx.bail({"early": n})
    return n


@step
def tell(n: int, ctx: Context[Any]) -> int:
    ctx.write({"chunk": n}).wait(5)  # type: ignore[attr-defined]  # what it gives can be waited for in a thread
    ctx.emit({"type": "mine", "n": n}).wait(5)  # type: ignore[attr-defined]  # likewise
    ctx.write("last")
    return n


@step
def tell_then_fail(n: int, ctx: Context[Any]) -> int:
    ctx.write("before")
    raise Awkward(code=n, reason="after")


@step
def speak(n: int) -> int:
    print("out", n)
    print("err", n, file=sys.stderr)
    return n


@step
def look_back(n: int, ctx: Context[Any]) -> dict[str, Any]:
    return {
        "by id": ctx.result_of("price"),
        "by step": ctx.result_of(price),
        "never ran": ctx.result_of("no-such-step"),
        "input": ctx.input_data,
    }


@step
def look_back_with_help(n: int, ctx: Context[Any]) -> Any:
    return _helper(ctx)


def _helper(ctx: Context[Any]) -> Any:
    return ctx.result_of("price"), ctx.input_data


@step
def look_back_through_another_module(name: str, ctx: Context[Any]) -> Any:
    return shop.look_back(ctx, name)


@step
def read_input_through_another_module(n: int, ctx: Context[Any]) -> Any:
    return shop.look_at_input(ctx)


@step
def stop_everything(n: int, ctx: Context[Any]) -> int:
    ctx.cancel()
    return n


@step
def take_too_long(n: int) -> int:
    time.sleep(0.25)
    return n


@step
def run_dry(n: int) -> int:
    return next(iter(()))


async def later(n: int) -> int:
    return n + 1


@step
def give_coroutine(n: int) -> Any:
    return later(n)


@step
def give_lock(n: int) -> Any:
    return {"rows": [1, {"lock": threading.Lock()}]}


@step
def trip(n: int) -> int:
    raise TripWire("enough", retry=True, metadata={"n": (n,)})


@step(retries=3)
def give_up(n: int) -> int:
    raise NonRetryableError("never")


@step
def fail_awkwardly(n: int) -> int:
    try:
        raise KeyError("first")
    except KeyError as first:
        error = Awkward(code=n, reason="second")
        error.add_note("while testing")
        error.group = ExceptionGroup("several", [ValueError(1), Awkward(code=2, reason="inner")])  # type: ignore[attr-defined]  # any attribute may be set
        raise error from first


@step
def use_cancelled(n: int, ctx: Context[Any]) -> bool:
    return ctx.cancelled.is_set()


@step
def wait_for_cancel(n: int, ctx: Context[Any]) -> bool:
    return ctx.cancelled.wait(0.01)


@step
def use_resource(n: int, ctx: Context[Any]) -> Any:
    return ctx.resources["db"]


@step
def list_resources(n: int, ctx: Context[Any]) -> Any:
    return sorted(ctx.resources)


@step
def use_span(n: int, ctx: Context[Any]) -> None:
    ctx.span.set_attribute("n", n)


@step(retries=5)
def use_cancelled_again_and_again(n: int, ctx: Context[Any]) -> bool:
    return ctx.cancelled.is_set()


def die_once(mark: str) -> str:
    """Be killed in the middle of the step, unless the file ``mark`` says that it has happened."""
    if not os.path.exists(mark):
        with open(mark, "w"):
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


@step
def die(mark: str) -> str:
    return die_once(mark)


@step(retries=2)
def die_and_retry(mark: str) -> str:
    return die_once(mark)


@step(retries=2, at_most_once=True)
def die_at_most_once(mark: str) -> str:
    return die_once(mark)


@step
def be_interrupted(n: int) -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "went on"


def twice(array: np.ndarray[Any, Any]) -> float:
    return float(array.sum() * 2)


def same(value: Any) -> Any:
    return value


def total_of(bill: Bill) -> int:
    return bill.total


def request_keys(n: Any, ctx: Context[Any]) -> dict[str, Any]:
    return dict(sorted(ctx.request.to_dict().items()))


def in_a_set(text: str) -> bool:
    return text in {"one", "two", "three", "four"}


def digest_at(name: str) -> str:
    thing = globals()[name]
    return digest_of(getattr(thing, "fn", thing))


def kinds_in(value: dict[str, Any]) -> list[str]:
    crate, number = value["crates"][0]
    return sorted(type(each).__name__ for each in (value["paid"], crate, number, value["error"]))


def sum_of_all(array: Any, ctx: Context[Any]) -> dict[str, float]:
    before = ctx.result_of("doubled_array")
    return {"here": float(array.sum()), "input": float(ctx.input_data.sum()), "before": float(before.sum())}


def process_of(value: Any) -> int:
    return os.getpid()
