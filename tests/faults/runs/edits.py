"""A workflow that waits in its midst, and the edits that a person may make to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Gt

from playhead import Context, Workflow, step
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.shapes import Flow, adding

Entry = Callable[[Flow], Flow]
"""Adds one entry to a workflow."""

Entries = dict[str, Entry]
"""The entries of the workflow by name, in order; an edit is a change of this."""

INPUT = 1
ANSWER = 5


def entries(ledger: Ledger) -> Entries:
    """As it was: ``ask`` waits, what is before it is finished, what is after it was not reached."""
    arms = adding(ledger, "left", 10), adding(ledger, "right", 20)
    return {
        "first": lambda flow: flow.then(adding(ledger, "first", 1)),
        "second": lambda flow: flow.then(adding(ledger, "second", 1)),
        "arms": lambda flow: flow.parallel(*arms),
        "sum": lambda flow: flow.map(lambda arms: arms["left"] + arms["right"], id="sum"),
        "choice": chosen(ledger),
        "pick": lambda flow: flow.map(lambda arms: next(iter(arms.values())), id="pick"),
        "ask": lambda flow: flow.then(asking(ledger)),
        "loop": lambda flow: flow.dowhile(adding(ledger, "turn", 1), lambda n: n < 43),
        "last": lambda flow: flow.then(adding(ledger, "last", 100)),
    }


def built(parts: Entries) -> Flow:
    flow: Flow = Workflow("edited", input=int)
    for add in parts.values():
        flow = add(flow)
    return flow.commit()


def asking(ledger: Ledger) -> Any:
    """The step that waits."""

    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        if not ctx.resumed:
            ctx.suspend({"n": n}, label="ask")
        return n + int(ctx.resume_data)

    return ask


def asking_for_more(ledger: Ledger) -> Any:
    """The step that waits, with another body."""

    @step(id="ask")
    async def ask(n: int, ctx: Context[Any]) -> int:
        if not ctx.resumed:
            ctx.suspend({"n": n, "for": "more"}, label="ask")
        ledger.effect(ctx)
        return n + int(ctx.resume_data) + 1000

    return ask


# -- the edits -------------------------------------------------------------------------------------------------


def other(ledger: Ledger, id: str, amount: int = 0) -> Any:
    """A step of that id with another body."""

    @step(id=id)
    async def changed(n: int, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        return n + amount * 1

    return changed


def widened(ledger: Ledger, id: str, amount: int) -> Any:
    """The step of `adding`, which takes more than it did."""
    return step(id=id, input=int | str)(adding(ledger, id, amount).fn)


def commented(ledger: Ledger, id: str, amount: int) -> Any:
    """The step of `adding`, as somebody who likes comments writes it."""

    @step(id=id)
    async def add(n: int, ctx: Context[Any]) -> int:
        """Add."""
        # What was done is noted first.
        ledger.effect(
            ctx,
        )
        return n + amount

    return add


def typed(ledger: Ledger, id: str, type: Any) -> Any:
    """A step of that id whose input is of another type."""

    async def add(n: Any, ctx: Context[Any]) -> int:
        ledger.effect(ctx)
        return int(n)

    return step(id=id, input=type)(add)


def replaced(parts: Entries, name: str, entry: Entry) -> Entries:
    return {key: entry if key == name else value for key, value in parts.items()}


def without(parts: Entries, *names: str) -> Entries:
    return {key: value for key, value in parts.items() if key not in names}


def inserted(parts: Entries, before: str | None, entry: Entry) -> Entries:
    found: Entries = {}
    for key, value in parts.items():
        if key == before:
            found["new"] = entry
        found[key] = value
    return found if before is not None else {**found, "new": entry}


def ordered(parts: Entries, *names: str) -> Entries:
    """The entries, those of ``names`` in this order where they stood."""
    upcoming = iter(names)
    order = [next(upcoming) if key in names else key for key in parts]
    return {key: parts[key] for key in order}


def then(node: Any) -> Entry:
    return lambda flow: flow.then(node)


@dataclass(frozen=True)
class Edit:
    """What is changed, and what comes of it.

    ``names`` is what the warning or the refusal must speak of. ``output`` is what the run ends with, once the
    change is accepted if it must be; None where nothing waits any more, so that only a fork goes on.
    """

    change: Callable[[Entries, Ledger], Entries]
    names: str = ""
    output: Any = 143


def looped(ledger: Ledger, bound: int) -> Entry:
    return lambda flow: flow.dowhile(adding(ledger, "turn", 1), lambda n: n < bound)


def arms(*nodes: Any) -> Entry:
    return lambda flow: flow.parallel(*nodes)


def is_big(n: int) -> bool:
    return n > 10


def is_huge(n: int) -> bool:
    return n > 1000


def chosen(ledger: Ledger, *more: Any, condition: Any = is_big) -> Entry:
    """The branch of the workflow, with another condition, and with more arms."""
    usual = (condition, adding(ledger, "big", 0)), (lambda n: n < 0, adding(ledger, "small", 0))
    return lambda flow: flow.branch(*usual, *more)


def wrapped(ledger: Ledger, id: str) -> Any:
    """A workflow of that id around a step."""
    return Workflow(id, input=int).then(adding(ledger, "inside", 1)).commit()


#: Edits of what was not reached, or that change nothing: the run goes on.
GOES_ON: dict[str, Edit] = {
    "nothing": Edit(lambda e, book: e),
    "comments in a finished step": Edit(lambda e, book: replaced(e, "first", then(commented(book, "first", 1)))),
    "a wider schema of a finished step": Edit(lambda e, book: replaced(e, "first", then(widened(book, "first", 1)))),
    "an unreached step renamed": Edit(lambda e, book: replaced(e, "last", then(adding(book, "end", 100)))),
    "an unreached step removed": Edit(lambda e, book: without(e, "last"), output=43),
    "a step added at the end": Edit(lambda e, book: inserted(e, None, then(adding(book, "more", 1000))), output=1143),
    "a step inserted after the one that waits": Edit(
        lambda e, book: inserted(e, "loop", then(adding(book, "more", 1)))
    ),
    "unreached steps in another order": Edit(lambda e, book: ordered(e, "last", "loop"), output=142),
    "the body of an unreached step": Edit(lambda e, book: replaced(e, "last", then(other(book, "last", 7))), output=50),
    "the schema of an unreached step": Edit(
        lambda e, book: replaced(e, "last", then(typed(book, "last", float))), output=43
    ),
    "the bound of an unreached loop": Edit(lambda e, book: replaced(e, "loop", looped(book, 60)), output=160),
    "the body of the step that waits": Edit(
        lambda e, book: replaced(e, "ask", then(asking_for_more(book))), output=1142
    ),
    "an arm added to a branch that is past": Edit(
        lambda e, book: replaced(e, "choice", chosen(book, (lambda n: True, adding(book, "huge", 0))))
    ),
}

#: Edits of what is finished, and keeps its result: the run goes on, and a warning says so.
WARNS: dict[str, Edit] = {
    "the body of a finished step": Edit(lambda e, book: replaced(e, "first", then(other(book, "first", 7))), "first"),
    "the body of a finished arm": Edit(
        lambda e, book: replaced(e, "arms", arms(adding(book, "left", 10), other(book, "right", 7))), "right"
    ),
    "a finished map": Edit(lambda e, book: replaced(e, "sum", lambda flow: flow.map(lambda arms: 7, id="sum")), "sum"),
    "the condition of an arm that was chosen": Edit(
        lambda e, book: replaced(e, "choice", chosen(book, condition=is_huge)), "big"
    ),
}

#: Edits of what the run has gone through, or waits at: refused, until somebody accepts them. What is finished keeps its
#: result all the same, wherever it stands then.
REFUSED: dict[str, Edit] = {
    "a finished step renamed": Edit(lambda e, book: replaced(e, "first", then(adding(book, "premier", 1))), "first"),
    "a finished step removed": Edit(lambda e, book: without(e, "second"), "second"),
    "finished steps in another order": Edit(lambda e, book: ordered(e, "second", "first"), "second"),
    "a step inserted before a finished one": Edit(
        lambda e, book: inserted(e, "first", then(adding(book, "zero", 1))), "zero"
    ),
    "a step inserted before the one that waits": Edit(
        lambda e, book: inserted(e, "ask", then(adding(book, "more", 1))), "more"
    ),
    "an arm added to a finished block": Edit(
        lambda e, book: replaced(e, "arms", arms(*(adding(book, id, 1) for id in ("left", "right", "more")))), "more"
    ),
    "a finished arm removed": Edit(lambda e, book: replaced(e, "arms", arms(adding(book, "left", 10))), "right"),
    "a finished step moved behind the one that waits": Edit(
        lambda e, book: {**without(e, "second"), "second": e["second"]}, "stands elsewhere", output=3
    ),
    "a finished step made a workflow": Edit(
        lambda e, book: replaced(e, "first", then(wrapped(book, "first"))), "first"
    ),
    "a narrower schema of a finished step": Edit(
        lambda e, book: replaced(e, "first", then(typed(book, "first", Annotated[int, Gt(100)]))), "first"
    ),
    "the step that waits renamed": Edit(
        lambda e, book: replaced(e, "ask", then(adding(book, "question", 5))), "ask", output=None
    ),
    "the step that waits removed": Edit(lambda e, book: without(e, "ask"), "ask", output=None),
    "the step that waits put into a block": Edit(
        lambda e, book: replaced(
            e, "ask", lambda flow: flow.parallel(asking(book)).map(lambda arms: arms["ask"], id="one")
        ),
        "ask",
    ),
}
