"""Workflows whose steps do next to nothing, so that what is measured is what happens around them."""

from __future__ import annotations

from typing import Any

from playhead import Context, Step, Workflow


async def increment(number: int) -> int:
    return number + 1


async def answer_or_ask(number: int, ctx: Context[Any]) -> int:
    if not ctx.resumed:
        ctx.suspend(number)
    return number + int(ctx.resume_data)


def chain(length: int, name: str = "chain") -> Workflow[Any, Any]:
    """``length`` distinct steps, one after the other, each with a validated input."""
    flow: Workflow[Any, Any] = Workflow(name, input=int)
    first = Step(increment, id="step")
    for number in range(length):
        flow = flow.then(first.as_(f"step-{number}"))
    return flow.commit()


def questions(count: int) -> Workflow[Any, Any]:
    """A step that asks until the answers come to ``count``; what they come to so far is its question."""

    async def ask(number: int, ctx: Context[Any]) -> int:
        total = number if not ctx.resumed else int(ctx.suspend_data) + int(ctx.resume_data)
        return total if total >= count else ctx.suspend(total)

    return Workflow("questions", input=int).then(Step(ask, id="ask", resume=int)).commit()
