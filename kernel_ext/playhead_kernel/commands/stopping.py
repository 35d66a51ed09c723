"""Breakpoints: break, breaks."""

from __future__ import annotations

from IPython.core.error import UsageError

from playhead.machine.events import Path
from playhead_kernel.breakpoints import address, place_in
from playhead_kernel.commands.command import Command, Given
from playhead_kernel.listing import Listing
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.refusals import unknown
from playhead_kernel.session import Session


def break_(session: Session, given: Given) -> Listing[Path]:
    """Pause every run before STEP; --off takes it back. %workflow breaks lists them."""
    if given.off:
        if not session.breakpoints.discard(address(given.step)):
            raise unknown("breakpoint", given.step, ("/".join(place) for place in session.breakpoints))
    else:
        session.breakpoints.add(_known_place(session, given.step))
    session.apply_breakpoints()
    return _listed(session)


def breaks(session: Session, given: Given) -> Listing[Path]:
    """List the breakpoints; --clear forgets them all."""
    if given.clear:
        session.breakpoints.clear()
        session.apply_breakpoints()
    return _listed(session)


def _known_place(session: Session, name: str) -> Path:
    """The place, which some workflow of the notebook must have."""
    flows = list(session.definitions.all().values())
    refusal: UsageError | None = None
    for flow in reversed(flows):
        try:
            return place_in(flow, name)
        except UsageError as error:
            refusal = refusal or error
    raise refusal or UsageError("No workflow is defined yet: run the cell that defines it.")


def _listed(session: Session) -> Listing[Path]:
    return Listing(session.breakpoints, ["pause before"], lambda place: ["/".join(place)], "There are no breakpoints.")


def _break_words(parser: Parser) -> None:
    parser.add_argument("step", metavar="STEP", type=unquoted, help="a step's id, or its path: outer/inner")
    parser.add_argument("--off", action="store_true", help="take the breakpoint back")


def _breaks_words(parser: Parser) -> None:
    parser.add_argument("--clear", action="store_true", help="forget all of them")


COMMANDS = (
    Command("break", break_, "session.breakpoints.add(('step',))", _break_words),
    Command("breaks", breaks, "list(session.breakpoints)", _breaks_words),
)
