"""Commands that look: ls, show, graph, snapshot, state, output, events, log."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from playhead.machine.history import before
from playhead.machine.snapshot import ACTIVE, Status
from playhead.machine.standing import standing
from playhead.results import StepResult
from playhead.runs.listing import RunInfo
from playhead.streaming import Event
from playhead_kernel.commands.command import Command, Given, count, number, takes_moment, takes_run
from playhead_kernel.commands.given import run_and_rest, run_first
from playhead_kernel.definitions import Flow
from playhead_kernel.handle import RunHandle
from playhead_kernel.listing import Listing
from playhead_kernel.moments import reached
from playhead_kernel.naming import joined, path_in, place_in, places
from playhead_kernel.needs import needed_driver
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.refusals import unknown
from playhead_kernel.session import Session
from playhead_widgets.views.durations import ago
from playhead_widgets.views.values import short

if TYPE_CHECKING:
    from playhead_widgets import Picture

_NAMED = 8  # steps in one line
_STATUSES = [status.value for status in Status]


def ls(session: Session, given: Given) -> Listing[RunInfo]:
    """List the stored runs, newest first, also those whose workflow is not defined yet.

    FLOW and --status choose among them.
    """
    if given.status is not None and given.status not in _STATUSES:
        raise unknown("status", given.status, _STATUSES)
    defined = session.definitions.all()
    found = session.runs(workflow=_flow_id(session, given.flow), status=given.status)
    columns = ["run", "workflow", "status", "forked from", "changed", "note"]
    store = session.room.runtime.store.name
    empty = f"No such run is stored in {store}." if given.flow or given.status else f"No run is stored in {store} yet."
    shown = found[: given.n]
    abandoned = session.abandoned() if any(info.status in ACTIVE for info in shown) else []
    listing = Listing(shown, columns, lambda info: _row(session, info, defined, abandoned), empty)
    if len(found) > given.n:
        session.say(f"The newest {given.n} of {len(found)} runs (-n shows more).")
    return listing


def _flow_id(session: Session, name: str | None) -> str | None:
    """The id a workflow is stored under; one that is not defined may be asked for too."""
    if name is None:
        return None
    if name in session.definitions.names():
        return session.definitions.find(name).id
    stored = {info.workflow_id for info in session.runs()}
    if name not in stored:
        raise unknown("workflow", name, [*session.definitions.names(), *sorted(stored)])
    return name


def _row(session: Session, info: RunInfo, defined: Container[str], abandoned: Container[str]) -> list[str]:
    parent = f"{info.parent[0]}@{info.parent[1]}" if info.parent else ""
    age = (datetime.now(UTC) - info.updated_at).total_seconds()
    changed = "" if session.preferences.deterministic else ago(age)
    note = "nobody drives it: %workflow recover" if info.run_id in abandoned else ""
    if info.workflow_id not in defined:
        note = "not defined: run its cell"
    return [info.run_id, info.workflow_id, info.status, parent, changed, note]


def show(session: Session, given: Given) -> RunHandle:
    """Show a run here, live; also one of an earlier kernel. Says which steps have changed since it began."""
    handle = session.find(given.run)
    session.present(handle, again=True)
    if session.is_abandoned(handle):
        session.say(needed_driver(handle.run_id))
    changed = ["/".join(change.path) for change in handle.changes()]
    if changed:
        have = "1 step has" if len(changed) == 1 else f"{len(changed)} steps have"
        names = ", ".join(changed[:_NAMED]) + (", …" if len(changed) > _NAMED else "")
        session.say(f"{have} changed since the run began: {names} (%workflow diff {handle.run_id} --code shows how).")
    return handle


def graph(session: Session, given: Given) -> Flow:
    """Draw a workflow."""
    return session.definitions.find(given.flow)


def snapshot(session: Session, given: Given) -> Picture:
    """Draw a run as it stands, in a picture that needs no kernel and says no times.

    RUN@K: as it was after event K. RUN@STEP: as it was before STEP began.
    """
    handle, at = moment(session, given.run)
    return handle.picture(at)


def state(session: Session, given: Given) -> Any:
    """The state of a run. RUN@K: as it was after event K. RUN@STEP: as it was before STEP began."""
    handle, at = moment(session, given.run)
    return handle.snapshot(at).state


def output(session: Session, given: Given) -> Any:
    """What a step gave; without STEP, what the run gave. Raises the error of one that failed."""
    handle, step = run_and_step(session, given.words)
    result = handle.snapshot() if step is None else step_result(handle, step)
    if (error := result.tripwire or result.error) is not None:
        raise error
    if result.output is None:
        what = f"Step {step!r}" if step is not None else f"Run {handle.run_id!r}"
        if result.status is not Status.SUCCESS:
            raise UsageError(f"{what} has no output: it {standing(result.status)}.")
        session.say(f"{what} gave None.")
    return result.output


def events(session: Session, given: Given) -> Listing[Event]:
    """The log of a run, event by event. --after K leaves out those up to K."""
    handle = session.find(given.run)

    def row(event: Event) -> list[object]:
        return [event.seq, event.type, "/".join(event.path), _short_data(event)]

    last = handle.followed.snapshot().seq
    empty = f"The last event of run {handle.run_id!r} is {last}." if last else "Nothing happened yet."
    return Listing(handle.events(given.after), ["event", "what", "step", "data"], row, empty)


def log(session: Session, given: Given) -> None:
    """What a run has printed, or one step of it."""
    handle, step = run_and_step(session, given.words)
    text = handle.printed(step)
    session.say(text.removesuffix("\n") if text else "Nothing was printed.")


# -- what the words mean ---------------------------------------------------------------------------------------


def moment(session: Session, text: str | None) -> tuple[RunHandle, int | None]:
    """``RUN``, ``RUN@K`` or ``@K``: the run, and the event after which it is meant; ``@STEP`` is before that step."""
    name, _, when = (text or "").partition("@")
    handle = session.find(name or None, steps=_moments(session) if name and not when else [])
    if not when:
        return handle, None
    if not when.isdecimal():
        return handle, _before(handle, when)
    last = handle.followed.snapshot().seq
    if not 0 <= int(when) <= last:
        raise UsageError(f"Run {handle.run_id!r} has events 1 to {last}; there is no event {when}.")
    return handle, int(when)


def _moments(session: Session) -> list[str]:
    """What may be meant by a step alone: ``@STEP``, of the run used last."""
    last = session.last()
    return [f"@{joined(place)}" for place in places(last.workflow)] if last is not None else []


def _before(handle: RunHandle, step: str) -> int:
    """The last event before the step began, for the last time."""
    place = place_in(handle.workflow, step)
    found = before(handle.followed.events(), place)
    if found is None:
        raise UsageError(f"Run {handle.run_id!r} has not reached step {step!r}: it {standing(handle.status)}.")
    return found


def run_and_step(session: Session, words: list[str]) -> tuple[RunHandle, str | None]:
    """``RUN STEP``, ``RUN`` or ``STEP``."""
    handle, rest = run_and_rest(session, run_first(session, words))
    if len(rest) > 1:
        raise UsageError(f"Name a run and a step of it, no more: {rest[1]!r} is too much.")
    return handle, rest[0] if rest else None


def step_result(handle: RunHandle, step: str) -> StepResult:
    """What is recorded of a step, the last turn or item of several. Raises `UsageError` if it was not reached."""
    path, seen = path_in(handle.workflow, step), handle.followed.snapshot()
    found = [path] if path in seen.records else list(reached(seen, path))
    if not found:
        raise UsageError(f"Run {handle.run_id!r} has not reached step {step!r}: it {standing(handle.status)}.")
    return StepResult(seen.records[found[-1]], seen)


def _short_data(event: Event) -> str:
    return ", ".join(f"{key}={short(value)}" for key, value in event.data.items() if value is not None)


def _ls_words(parser: Parser) -> None:
    parser.add_argument("flow", metavar="FLOW", nargs="?", type=unquoted, help="only runs of this workflow")
    parser.add_argument("--status", metavar="STATUS", help=f"only runs that are {', '.join(_STATUSES)}")
    parser.add_argument("-n", metavar="N", type=number, default=20, help="how many at most (20)")


def _flow_words(parser: Parser) -> None:
    parser.add_argument("flow", metavar="FLOW", type=unquoted, help="a workflow's id, or the variable that holds it")


def _events_words(parser: Parser) -> None:
    takes_run(parser)
    parser.add_argument("--after", metavar="K", type=count, default=0, help="only events after this one")


def _run_and_step_words(parser: Parser) -> None:
    parser.add_argument("words", metavar="RUN", then=["STEP"], nargs="*", type=unquoted, help="a run's id, and a step")


COMMANDS = (
    Command("ls", ls, "session.runs()", _ls_words),
    Command("show", show, "run.show()", takes_run),
    Command("graph", graph, "flow  # as the last value of a cell", _flow_words),
    Command("snapshot", snapshot, "run.picture(at)", takes_moment),
    Command("state", state, "run.snapshot(at).state", takes_moment),
    Command("output", output, "run.result.steps['step'].output", _run_and_step_words),
    Command("events", events, "run.events(after)", _events_words),
    Command("log", log, "run.printed('step')", _run_and_step_words),
)
