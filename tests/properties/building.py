"""Building: the workflow that a description describes, made of real steps; each call builds it anew."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator

from playhead import Context, Step, Workflow
from playhead.mapping import constant, from_step, initial, previous, template
from tests.properties.deeds import Asks, Bails, Hangs, Outcome, Raises, Seen, perform
from tests.properties.descriptions import (
    Body,
    Branch,
    Choice,
    Entry,
    Flow,
    Foreach,
    Leaf,
    Loop,
    Map,
    Mistaken,
    Parallel,
    Path,
    Sleep,
    Then,
    digest,
    listed,
    state_key,
)
from tests.properties.stories import Effect

TIMEOUT = 5.0
"""Seconds, on the clock of the event loop, that a step which may hang is given: more than any other takes."""


def _whole(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value


WHOLE_NUMBER = Annotated[Any, AfterValidator(_whole)]
"""As a schema that could be anything, so that a wrong value is found when it comes and not at the commit."""

Pause = Callable[[], Awaitable[None]]


class Effects:
    """What the code of a program did, whoever ran it: the side effects that are counted."""

    def __init__(self) -> None:
        self._done: list[Effect] = []  # appended to from threads too, which a Counter would not stand

    def note(self, kind: str, path: Path) -> None:
        self._done.append((kind, path))

    def counted(self) -> Counter[Effect]:
        return Counter(self._done)


class Builder:
    """Builds workflows whose steps pause, so that others can overtake them, and whose effects are counted.

    Their functions have no annotations: resolving those would take most of the time of a test.
    """

    def __init__(self, effects: Effects, pause: Pause) -> None:
        self.effects = effects
        self.pause = pause

    def flow(self, flow: Flow) -> Workflow[Any, Any]:
        built: Any = Workflow(flow.id, retries=flow.retries, retry_delay=flow.retry_delay)
        for position, entry in enumerate(flow.entries):
            self._add(built, position, entry)
        return built.commit()

    def _add(self, built: Any, position: int, entry: Entry) -> None:
        match entry:
            case Then(body):
                built.then(self._body(body))
            case Parallel(bodies):
                built.parallel(*map(self._body, bodies))
            case Branch(arms):
                built.branch(*((self._condition(choice, position), self._body(body)) for choice, body in arms))
            case Loop(body, until=until):
                add = built.dountil if until else built.dowhile
                add(self._body(body), self._turning(entry))
            case Foreach(body, width):
                built.foreach(self._body(body), concurrency=self._function("width", width))
            case Map():
                built.map(self._mapping(entry), id=entry.id)
            case Sleep(id, seconds, until):
                add = built.sleep_until if until else built.sleep
                add(self._ahead(seconds) if until else self._function("sleep", seconds), id=id)

    def _body(self, body: Body) -> Any:
        if isinstance(body, Flow):
            return self.flow(body)
        run = self._plain(body) if body.plain else self._async(body)
        hangs = any(deed.end == "hangs" for deed in body.deeds)
        return Step(
            run,
            id=body.id,
            input=WHOLE_NUMBER if body.strict else None,
            retries=body.retries,
            timeout=TIMEOUT if hangs else None,
        )

    # -- steps -------------------------------------------------------------------------------------------------

    def _async(self, leaf: Leaf) -> Callable[..., Any]:
        async def body(value, ctx):
            self.effects.note("body", ctx.path)
            await self.pause()
            outcome = perform(leaf, seen(leaf, value, ctx))
            ctx.set_state(outcome.notes)
            await self.pause()
            if isinstance(outcome, Hangs):
                await asyncio.Event().wait()
            return concluded(outcome, ctx)

        return body

    def _plain(self, leaf: Leaf) -> Callable[..., Any]:
        def body(value, ctx):
            self.effects.note("body", ctx.path)
            outcome = perform(leaf, seen(leaf, value, ctx))
            ctx.set_state(outcome.notes)
            return concluded(outcome, ctx)

        return body

    # -- small functions ---------------------------------------------------------------------------------------

    def _function(self, kind: str, choice: Any) -> Any:
        """A width or a duration: as it stands, or a function."""
        if not isinstance(choice, Choice):
            return choice

        async def chosen(value, ctx):
            self.effects.note(kind, ctx.path)
            await self.pause()
            return choice.of(value)

        return chosen

    def _ahead(self, seconds: float | Choice) -> Any:
        async def moment(value, ctx):
            if not isinstance(seconds, Choice):
                return ctx.started_at + timedelta(seconds=seconds)
            self.effects.note("sleep", ctx.path)
            return ctx.started_at + timedelta(seconds=seconds.of(value))

        return moment

    def _condition(self, choice: Choice, position: int) -> Any:
        async def condition(value, ctx):
            self.effects.note("branch", (*ctx.path[:-1], f"entry {position}"))
            await self.pause()
            return choice.of(value)

        return condition

    def _turning(self, loop: Loop) -> Any:
        def condition(value, ctx):
            self.effects.note("loop", ctx.path)
            return loop.answer(value, ctx.iteration or 0)

        return condition

    def _mapping(self, entry: Map) -> Any:
        if entry.kind == "sources":
            before = {"before": from_step(entry.before)} if entry.before else {}
            return {"previous": previous(), "initial": initial(), "constant": constant(entry.size), **before}
        if entry.kind == "template":
            last = f"${{steps.{entry.before}}}" if entry.before else ""
            text = template(f"${{previous}}|${{initial}}|{last}")
            return {"text": text}

        async def mapping(value, ctx):
            self.effects.note("map", ctx.path)
            await self.pause()
            if entry.kind == "mistake":
                raise Mistaken(f"on {digest(value)}")
            return listed(value, entry.size) if entry.kind == "list" else digest(value)

        return mapping


def seen(leaf: Leaf, value: Any, ctx: Context[Any]) -> Seen:
    """All that the body sees."""
    scope = ctx.path[:-1]
    return Seen(
        ctx.path,
        value,
        ctx.attempt,
        ctx.iteration,
        ctx.index,
        ctx.resumed,
        ctx.suspend_data,
        ctx.resume_data,
        ctx.input_data,
        ctx.result_of(leaf.before) if leaf.before else None,
        ctx.state.get(state_key((*scope, leaf.before))) if leaf.before else None,
        ctx.state.get(state_key(ctx.path)),
    )


def concluded(outcome: Outcome, ctx: Context[Any]) -> Any:
    """End the body as it is to end."""
    match outcome:
        case Raises(error):
            raise error
        case Asks(question, label):
            ctx.suspend(question, label=label)
        case Bails(value):
            ctx.bail(value)
        case _:
            return outcome.value
