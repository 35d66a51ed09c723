"""Commands that tell a run's story: timeline, diff, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from playhead_kernel.commands.command import Command, Given, takes_moment
from playhead_kernel.commands.given import run_first
from playhead_kernel.commands.looking import moment, run_and_step
from playhead_kernel.naming import place_in
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.session import Session

if TYPE_CHECKING:
    from playhead_kernel.handle import RunHandle
    from playhead_widgets.exhibits import CodeChanges, Comparison, Timeline


def timeline(session: Session, given: Given) -> Timeline:
    """Draw when each step of a run did what: a bar per try, turn and item. RUN@K: up to event K."""
    handle, at = moment(session, given.run)
    return handle.timeline(at, times=not session.preferences.deterministic)


def diff(session: Session, given: Given) -> Comparison | CodeChanges:
    """Say what is different between two moments of a run, RUN@A RUN@B, or between two runs.

    Of one moment alone, what has changed since; of a fork alone, what is different from its parent. With --code, how
    the code of the run's steps has changed since it began.
    """
    words: list[str] = given.words
    if given.code:
        return _code(session, words)
    if len(words) > 2:
        raise UsageError(f"Name two moments, no more: {words[2]!r} is too much.")
    first, at = moment(session, words[0] if words else None)
    if len(words) == 2:
        name = f"{first.run_id}{words[1]}" if words[1].startswith("@") else words[1]
        second, second_at = moment(session, name)
        return first.difference(second, at, second_at)
    if at is not None:
        return first.difference(first, at, None)
    if first.parent is None:
        raise UsageError("Name two moments: %workflow diff RUN@A RUN@B, or two runs (see %workflow diff -h)")
    return session.find(first.parent[0]).difference(first)


def _code(session: Session, words: list[str]) -> CodeChanges:
    from playhead_widgets.exhibits import CodeChanges  # loaded when somebody looks at code

    handle, step = run_and_step(session, words)
    place = None if step is None else place_in(handle.workflow, step)
    return CodeChanges(change for change in handle.changes() if place is None or change.path == place)


def export(session: Session, given: Given) -> None:
    """Write a run as one page that needs nothing but itself: FILE.html.

    It has the graph, the timeline, each step's input, output and code as it was, and who answered what. Nothing in
    it is fetched from anywhere. A file that is no such page is not replaced.
    """
    words: list[str] = given.words
    if len(words) > 2:
        raise UsageError(f"Name a run and a file, no more: {words[1]!r} is too much.")
    if not words or (len(words) == 1 and session.used(words[0])):
        raise UsageError("Name the file too: %workflow export [RUN] FILE.html")
    *names, file = run_first(session, words)
    handle: RunHandle = session.find(names[0] if names else None)
    path = handle.export(file)
    session.say(f"Run {handle.run_id} is written to {path} ({path.stat().st_size / 1000:,.0f} kB).")


def _diff_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN@K", then=["RUN@K"], nargs="*", type=unquoted, help="two moments, or two runs"
    )
    parser.add_argument("--code", action="store_true", help="RUN [STEP]: how the code has changed since the run began")


def _export_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN", then=["FILE"], nargs="*", type=unquoted, help="a run's id, and the file to write"
    )


COMMANDS = (
    Command("timeline", timeline, "run.timeline(at)", takes_moment),
    Command("diff", diff, "run.difference(other, at, other_at), run.changes()", _diff_words),
    Command("export", export, "run.export('report.html')", _export_words),
)
