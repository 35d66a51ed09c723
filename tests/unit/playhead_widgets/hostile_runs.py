"""Runs that say one text in every place where a run can say something."""

from __future__ import annotations

import contextlib
from typing import Any

from pydantic import create_model

from playhead import Context, Workflow, step
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.runs.run import Run
from playhead_widgets.source import Recording
from tests.unit.playhead_widgets.recordings import recorded


def storable(text: str) -> str:
    """Half a pair of surrogates is refused by the codec, so no run can hold one."""
    return text.encode("utf-8", "replace").decode()


def flow_with(text: str) -> Any:
    """A workflow that says the text wherever it can, and fails with it in an exception of that name."""
    said = storable(text)
    error = type(said.replace("\x00", ""), (Exception,), {})
    model = create_model("Answer", field=(str, ...), __doc__=said)

    @step(id="say", description=text)
    async def say(value: Any, ctx: Context[Any]) -> Any:
        ctx.set_state(**{said: said})
        return {said: [said]}

    @step(id="ask", description=text, resume=model)
    async def ask(value: Any, ctx: Context[Any]) -> Any:
        if ctx.resume_data is None:
            ctx.suspend({"question": said, said: said}, label=said[:100])
        return {said: ctx.resume_data.field}

    @step(id="break", retries=1, retry_delay=0)
    async def fail(value: Any) -> Any:
        raise raised_in(error(text), said)

    def holds(value: Any) -> bool:
        return True

    holds.__name__ = holds.__qualname__ = said
    flow = Workflow("w", description=text).then(say).branch((holds, ask.as_("arm")))
    return flow.parallel(ask, fail).commit()


def raised_in(error: Exception, file: str) -> Exception:
    """The error, as if it were raised from a file of that name, with the name as a note."""
    code = compile("def raise_it(error):\n    raise error", file.replace("\x00", ""), "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    with contextlib.suppress(Exception):
        names["raise_it"](error)
    error.add_note(file)
    return error


async def run_of(text: str) -> Recording:
    """A run that has asked, was answered by somebody who is called that, printed, and failed."""
    said = storable(text)

    async def answer(run: Run) -> None:
        await run.resume({"field": said}, request={"who": said, said: said})

    run = await recorded(flow_with(text), {said: said}, answer)
    last = run.log[-1]
    run.extend([Event(last.seq + 1, last.at, E.STEP_PRINTED, ("say",), {"text": text})])
    run.place = text
    return run


async def asking_run_of(text: str) -> Recording:
    """The same, while it waits for the answer."""
    return await recorded(flow_with(text), {storable(text): storable(text)})
