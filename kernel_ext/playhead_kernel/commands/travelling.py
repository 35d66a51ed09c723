"""Time travel: scrub, travel, fork."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from IPython.core.error import UsageError

from playhead.definition.entries import ForeachEntry
from playhead.machine.history import Checkpoint, checkpoints
from playhead.machine.places import body_at, entry_at
from playhead_kernel.commands.command import Command, Given, Rest, presented, takes_state, takes_wait
from playhead_kernel.commands.given import run_and_rest, state_given, value_given
from playhead_kernel.commands.looking import moment
from playhead_kernel.handle import RunHandle
from playhead_kernel.listing import Listing
from playhead_kernel.naming import step_in
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import is_pair, unquoted
from playhead_kernel.session import Session

if TYPE_CHECKING:
    from playhead.definition.schema import Schema
    from playhead.machine.events import Path
    from playhead_widgets import Picture


_WHERE_TO: Final = "Say where to: %workflow travel [RUN] STEP (see %workflow travel -h)"


def scrub(session: Session, given: Given) -> Listing[Checkpoint] | Picture:
    """The moments of a run worth going back to; with SEQ, the run as it stood right after that event.

    In the live player the playhead does the same, by mouse or by the arrow keys.
    """
    words: list[str] = given.words
    if len(words) > 2 or (len(words) == 2 and not (words[1].isdecimal() and "@" not in words[0])):
        raise UsageError(f"Name a run and an event's number, no more: {words[-1]!r} is too much.")
    if words and words[-1].isdecimal():
        handle, at = moment(session, f"{words[0] if len(words) > 1 else ''}@{words[-1]}")
        return handle.picture(at)
    if words and "@" in words[0]:
        handle, at = moment(session, words[0])
        return handle.picture(at)
    handle = session.find(words[0] if words else None)
    points = checkpoints(handle.followed.events())
    return Listing(points, ["event", "what"], lambda point: [point.seq, point.label], "It has not begun.")


def travel(session: Session, given: Given) -> RunHandle | Rest:
    """Go on from STEP in this same run, with another input for it if one is given; the log keeps what was.

    What came before STEP keeps its results; nothing of it runs again.
    """
    if not given.words:
        raise UsageError(_WHERE_TO)
    handle, words = run_and_rest(session, given.words)
    if not words:
        raise UsageError(_WHERE_TO)
    place = step_in(handle.workflow, unquoted(words.pop(0)))
    value = value_given(session, given, words, _input_at(handle, place))
    handle.travel(place, input=value, state=state_given(session, given), per_step=given.pause)
    return presented(session, handle, given.wait or given.pause)


def fork(session: Session, given: Given) -> RunHandle | Rest:
    """Make a new, paused run that begins with another's past: RUN@K up to event K, --at STEP up to before STEP.

    key=value pairs change the input of the step that goes next there. %workflow continue sets it going.
    """
    words = list(given.words)
    name = words.pop(0) if words and not is_pair(words[0]) else None
    handle, seq = moment(session, unquoted(name) if name else None)
    if seq is not None and given.at:
        raise UsageError(f"Say where in one way: {name} or --at {given.at}.")
    place = step_in(handle.workflow, given.at) if given.at else None
    value = value_given(session, given, words, _input_at(handle, place) if place else None)
    child = handle.fork(
        place if place is not None else seq, input=value, state=state_given(session, given), run_id=given.id
    )
    session.use(child)
    if given.go:
        child.proceed()
    return presented(session, child, given.wait)


def _input_at(handle: RunHandle, place: Path) -> Schema | None:
    """What the input there must be; that of a foreach is a list of what its body takes, and left to the engine."""
    found = entry_at(handle.workflow, place)
    if found is None or isinstance(found[2], ForeachEntry):
        return None
    return getattr(body_at(handle.workflow, place), "input", None)


def _scrub_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN@K", then=["SEQ"], nargs="*", type=unquoted, help="a run's id, and an event's number"
    )


def _travel_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN", then=["STEP", "KEY=VALUE"], nargs="*",
        help="a run's id, a step, and its input: key=value, or one value",
    )  # fmt: skip
    parser.add_argument("--input", metavar="VAR", type=unquoted, help="the step's input: the value of this variable")
    takes_state(parser, "the state from there on")
    parser.add_argument(
        "--step", dest="pause", action="store_true", help="run that step only; waits for the pause after it"
    )
    takes_wait(parser)


def _fork_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN@K", then=["KEY=VALUE"], nargs="*", help="a run's id or moment, then the input: key=value"
    )
    parser.add_argument("--at", metavar="STEP", type=unquoted, help="up to before this step")
    parser.add_argument("--input", metavar="VAR", type=unquoted, help="the input: the value of this variable")
    takes_state(parser, "the state from there on")
    parser.add_argument("--id", metavar="ID", type=unquoted, help="the new run's own id")
    parser.add_argument("--go", action="store_true", help="set it going at once")
    takes_wait(parser)


COMMANDS = (
    Command("scrub", scrub, "run.history(), run.snapshot(at)", _scrub_words),
    Command("travel", travel, "run.travel('step', input=value)", _travel_words, of_cells=True),
    Command("fork", fork, "run.fork(at, input=value)", _fork_words, of_cells=True),
)
