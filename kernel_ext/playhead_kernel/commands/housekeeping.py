"""Housekeeping: store, recover, rm, doctor."""

from __future__ import annotations

from playhead_kernel.commands.command import Command, Given
from playhead_kernel.doctor import Finding, findings
from playhead_kernel.handle import RunHandle
from playhead_kernel.listing import Listing
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.refusals import one_line
from playhead_kernel.session import Session


def store(session: Session, given: Given) -> None:
    """Say which store is used, or use another from now on."""
    if given.path is not None:
        session.change_store(given.path)
    count = len(session.runs())
    session.say(f"{session.room.runtime.store.name}: {count} run{'' if count == 1 else 's'}")


def recover(session: Session, given: Given) -> Listing[RunHandle]:
    """Take up every run whose process died, and show it. What was finished is not run again."""
    taken, left = session.recover()
    for handle in taken:
        session.hush(handle) if given.quiet else session.present(handle)
    for run_id, reason in left.items():
        session.say(f"{run_id} was left: {one_line(reason)}")
    columns = ["taken up", "workflow", "status"]
    nothing = "Nothing could be taken up." if left else "There is nothing to recover."
    return Listing(taken, columns, lambda run: [run.run_id, run.workflow_id, run.status], nothing)


def rm(session: Session, given: Given) -> None:
    """Forget runs for good. One that is active, or that others were forked from, is refused."""
    for run_id in [session.completed(name) for name in given.runs]:  # a wrong name leaves all of them
        session.delete(run_id)
        session.say(f"{run_id} is deleted.")


def doctor(session: Session, given: Given) -> Listing[Finding]:
    """Look whether everything is well, and say what to do where it is not."""
    return Listing(findings(session), ["what", "is", "found"], lambda found: [found.what, found.verdict, found.found])


def _store_words(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", type=unquoted, help="a folder; it is made if it is missing")


def _recover_words(parser: Parser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the runs")


def _rm_words(parser: Parser) -> None:
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", type=unquoted, help="a run's id, how it begins, or a variable"
    )


COMMANDS = (
    Command("store", store, "session.change_store(path)", _store_words),
    Command("recover", recover, "session.recover()", _recover_words),
    Command("rm", rm, "session.delete(run_id)", _rm_words),
    Command("doctor", doctor, "playhead_kernel.doctor.findings(session)"),
)
