"""Cells of notebooks, as a person would write them."""

from __future__ import annotations

#: One step.
SUMS = """
from playhead import Workflow, step

@step
def double(n: int) -> int:
    \"\"\"Twice as much.\"\"\"
    return 2 * n

sums = Workflow("sums", input=int).then(double).commit()
"""

#: Three steps in a row, each of which says that it ran.
CHAIN = """
from playhead import Workflow, step

ran = []

@step
def one(n: int) -> int:
    ran.append("one")
    return n + 1

@step
def two(n: int) -> int:
    ran.append("two")
    return n + 10

@step
def three(n: int) -> int:
    ran.append("three")
    return n + 100

chain = Workflow("chain", input=int).then(one).then(two).then(three).commit()
"""

#: A question in the middle, with a typed answer, and a state.
ORDERS = """
from pydantic import BaseModel
from playhead import Context, Workflow, step

class Order(BaseModel):
    customer: str
    total: float
    rush: bool = False

class Verdict(BaseModel):
    ok: bool
    note: str = ""

class Tally(BaseModel):
    seen: int = 0

@step(state=Tally)
def price(order: Order, ctx: Context[Tally]) -> Order:
    ctx.set_state(seen=ctx.state.seen + 1)
    print(f"pricing for {order.customer}")
    return order.model_copy(update={"total": order.total * 1.1})

@step(resume=Verdict)
def approve(order: Order, ctx: Context) -> dict:
    if not ctx.resumed:
        ctx.suspend({"question": f"Ship to {order.customer}?"}, label="manager")
    return {"ok": ctx.resume_data.ok, "note": ctx.resume_data.note}

orders = Workflow("orders", input=Order, state=Tally).then(price).then(approve).commit()
"""

#: Goes on until it is told to stop: ``release.set()``.
SLOW = """
import threading
from playhead import Workflow, step

release = threading.Event()

@step
def hold(n: int) -> int:
    release.wait(10)
    return n

@step
def after(n: int) -> int:
    return n + 1

slow = Workflow("slow", input=int).then(hold).then(after).commit()
"""

#: Nested, parallel and foreach: places with paths.
DEEP = """
from playhead import Workflow, step

seen = []

@step
def left(n: int) -> int:
    seen.append("left")
    return n

@step
def right(n: int) -> int:
    seen.append("right")
    return n

@step
def spread(found: dict) -> list[int]:
    seen.append("spread")
    return [1, 2, 3, 4]

@step
def ship(n: int) -> int:
    seen.append(f"ship {n}")
    return n * n

@step
def total(found: list[int]) -> int:
    seen.append("total")
    return sum(found)

inner = Workflow("inner", input=list[int]).foreach(ship).then(total).commit()
deep = Workflow("deep", input=int).parallel(left, right).then(spread).then(inner).commit()
"""
