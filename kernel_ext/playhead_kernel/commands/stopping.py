"""Breakpoints: break, breaks."""

from __future__ import annotations

from playhead_kernel.breakpoints import Breakpoint, breakpoint_named
from playhead_kernel.commands.command import Command, Given
from playhead_kernel.listing import Listing
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.refusals import unknown
from playhead_kernel.session import Session


def break_(session: Session, given: Given) -> Listing[Breakpoint]:
    """Pause every run at STEP; --off takes it back. %workflow breaks lists them.

    STEP pauses before the step begins, STEP:after once it is done and before anything else begins, STEP:error each
    time a try has failed, before it is tried again or the run fails of it; %workflow continue then goes on as it would
    have. outer/ship#3 is one item of a foreach, or one turn of a loop.

    With "if EXPR" at the end of the line only where EXPR is true. It may use the notebook's variables, and input,
    output, error, state, index, iteration and attempt, which are those of the step; output only with STEP:after.
    """
    if given.off:
        wanted = breakpoint_named(given.step, session.shell.ev)
        if not session.breakpoints.discard(wanted.place, wanted.when):
            raise unknown("breakpoint", str(wanted), map(str, session.breakpoints))
        session.apply_breakpoints()
    else:
        session.break_at(given.step if given.tail is None else f"{given.step} if {given.tail}")
    return _listed(session)


def breaks(session: Session, given: Given) -> Listing[Breakpoint]:
    """List the breakpoints; --clear forgets them all."""
    if given.clear:
        session.breakpoints.clear()
        session.apply_breakpoints()
    return _listed(session)


def _listed(session: Session) -> Listing[Breakpoint]:
    columns = ["pause at", "note"]
    return Listing(session.breakpoints, columns, lambda at: [str(at), _note(at)], "There are no breakpoints.")


def _note(breakpoint: Breakpoint) -> str:
    condition = breakpoint.condition
    return f"the condition failed: {condition.trouble}" if condition is not None and condition.trouble else ""


def _break_words(parser: Parser) -> None:
    parser.add_argument("step", metavar="STEP", type=unquoted, help="a step's id or path; also STEP:after, STEP:error")
    parser.add_argument("--off", action="store_true", help="take the breakpoint back")


def _breaks_words(parser: Parser) -> None:
    parser.add_argument("--clear", action="store_true", help="forget all of them")


COMMANDS = (
    Command("break", break_, "session.break_at('step:after if output > 3')", _break_words, tail="if"),
    Command("breaks", breaks, "list(session.breakpoints)", _breaks_words),
)
