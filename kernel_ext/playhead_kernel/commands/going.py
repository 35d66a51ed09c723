"""Commands that set a run going or stop it: run, step, continue, until, pause, cancel, wait."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError

from playhead.errors import InputInvalid
from playhead_kernel.commands.command import (
    Command,
    Given,
    Rest,
    presented,
    rest_or,
    split_run_and_number,
    takes_changes,
    takes_payload,
    takes_run,
    takes_state,
    takes_wait,
)
from playhead_kernel.commands.given import run_first, state_given, value_given
from playhead_kernel.handle import RunHandle
from playhead_kernel.needs import needed_driver
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.refusals import one_line
from playhead_kernel.session import Session


def run(session: Session, given: Given) -> RunHandle | Rest:
    """Start a run and show it live; the notebook stays free.

    The input is given as key=value pairs, as one value, by --input VAR, or as the body of %%workflow run.
    """
    flow = session.definitions.find(given.flow)
    if given.breaks and "if" in given.payload:
        raise UsageError(f"Quote a breakpoint with its condition: --break '{given.breaks[-1]} if EXPR'")
    breaks = [session.breakpoint(text, [flow]) for text in given.breaks]
    value = value_given(session, given, given.payload, flow.input)
    state = state_given(session, given)
    try:
        handle = session.start(flow, value, run_id=given.id, state=state, per_step=given.step, breaks=breaks)
    except InputInvalid as error:
        if value is not None:
            raise
        missing = one_line("\n".join(map(str, error.issues)))
        raise UsageError(f"{flow.id!r} needs an input, key=value pairs or one value: {missing}") from error
    if given.quiet:
        session.hush(handle)
        return rest_or(handle, given.wait or given.step)
    return presented(session, handle, given.wait or given.step)


def _run_words(parser: Parser) -> None:
    parser.add_argument("flow", metavar="FLOW", type=unquoted, help="a workflow's id, or the variable that holds it")
    takes_payload(parser, "the run's input")
    takes_state(parser, "the state the run begins with")
    parser.add_argument("--id", metavar="ID", type=unquoted, help="the run's own id; it is made up without")
    parser.add_argument("--step", action="store_true", help="run the first step only; waits for the pause after it")
    parser.add_argument(
        "--break", dest="breaks", metavar="STEP", action="append", default=[], type=unquoted,
        help="pause there once: STEP, STEP:after, STEP:error, 'STEP if EXPR'; may be given several times",
    )  # fmt: skip
    takes_wait(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="show nothing")


def step(session: Session, given: Given) -> Rest:
    """Let exactly one step of a paused run happen (or N), and wait for it.

    Maps, sleeps, items of a foreach and turns of a loop count as steps too.
    """
    name, count = split_run_and_number(given.words)
    handle = _driven(session, name)
    handle.begin_steps(count or 1)
    return Rest(handle, lambda _: presented(session, handle))


def go_on(session: Session, given: Given) -> RunHandle | Rest:
    """Go on: from a pause, again from the step that failed, or where another kernel died.

    What is finished keeps its results. Steps run as their cells define them now.
    """
    handle = session.find(given.run).proceed(accept_changes=given.accept_changes)
    return presented(session, handle, given.wait)


def until(session: Session, given: Given) -> RunHandle | Rest:
    """Go on from a pause, and pause again before STEP."""
    name, step = given.run, given.step
    if name is not None:
        name, step = run_first(session, [name, step])
    handle = session.find(name).until(step)
    return presented(session, handle, given.wait)


def pause(session: Session, given: Given) -> RunHandle | Rest:
    """Let nothing more begin; what is under way ends first."""
    return presented(session, session.find(given.run).pause())


def cancel(session: Session, given: Given) -> RunHandle | Rest:
    """Cancel a run: its steps are told, and get a moment to end."""
    return presented(session, session.find(given.run).cancel())


def wait(session: Session, given: Given) -> Rest:
    """Wait until the run rests: finished, suspended or paused. Its result is the value.

    Clicks are heard meanwhile. Ctrl-C (or the stop button) stops the waiting and never the run.
    """
    return Rest(_driven(session, given.run), lambda result: result, given.timeout)


def _driven(session: Session, name: str | None) -> RunHandle:
    """The run of that name. Raises `UsageError` if it would be waited for without end."""
    handle = session.find(name)
    if session.is_abandoned(handle):
        raise UsageError(needed_driver(handle.run_id))
    return handle


def _wait_words(parser: Parser) -> Any:
    takes_run(parser)
    parser.add_argument("--timeout", metavar="S", type=float, help="seconds to wait at most; the run goes on")


def _until_words(parser: Parser) -> None:
    parser.add_argument("step", metavar="STEP", type=unquoted, help="a step's id, or its path: outer/inner")
    takes_run(parser)
    takes_wait(parser)


def _continue_words(parser: Parser) -> None:
    takes_run(parser)
    takes_changes(parser)
    takes_wait(parser)


def _step_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN", then=["N"], nargs="*", type=unquoted, help="a run's id, and how many steps"
    )


COMMANDS = (
    Command("run", run, "run = session.start(flow, value)", _run_words, of_cells=True),
    Command("step", step, "run.step(n)", _step_words),
    Command("continue", go_on, "run.proceed()", _continue_words),
    Command("until", until, "run.until('step')", _until_words),
    Command("pause", pause, "run.pause()", takes_run),
    Command("cancel", cancel, "run.cancel()", takes_run),
    Command("wait", wait, "await run  # or run.wait(timeout)", _wait_words),
)
