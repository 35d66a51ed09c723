"""Answering: resume."""

from __future__ import annotations

from typing import Any

from playhead.definition.schema import Schema
from playhead.errors import WorkflowError
from playhead.machine.addressing import waiting_for
from playhead.machine.places import body_at
from playhead_kernel.commands.command import Command, Given, Rest, presented, takes_changes, takes_wait
from playhead_kernel.commands.given import value_given
from playhead_kernel.handle import RunHandle
from playhead_kernel.naming import step_in
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import is_pair, unquoted
from playhead_kernel.session import Session


def resume(session: Session, given: Given) -> RunHandle | Rest:
    """Answer a step that waits; nothing to name where only one does.

    The answer is given as key=value pairs, as one value, by --input VAR, or as the body of %%resume: a literal,
    JSON, or lines of key: value. An answer that does not fit is refused, and the run goes on waiting.
    """
    words: list[str] = given.words
    # With the answer in the cell, or in a variable, a word can only be the run.
    has_answer = given.body is not None or given.input is not None
    is_run = bool(words) and has_answer and not is_pair(words[0])
    name, words = (unquoted(words[0]), words[1:]) if is_run else _run_and_answer(session, words)
    handle = session.find(name)
    where = {
        "step": step_in(handle.workflow, given.step) if given.step else None,
        "label": given.label,
        "index": given.index,
    }
    data = value_given(session, given, words, _schema_of(handle, where))
    handle.resume(data, **where, accept_changes=given.accept_changes)
    return presented(session, handle, given.wait)


def _run_and_answer(session: Session, words: list[str]) -> tuple[str | None, list[str]]:
    """The first word may name a run; a single one that names none is the answer."""
    if not words or is_pair(words[0]):
        return None, words
    name = unquoted(words[0])
    if len(words) > 1 or session.used(name):
        return name, words[1:]
    known = {info.run_id for info in session.runs()}
    return (name, []) if name in known else (None, words)


def _schema_of(handle: RunHandle, where: dict[str, Any]) -> Schema | None:
    """What the answer must be; the refusal of a place that does not wait is left to the engine."""
    snapshot = handle.followed.snapshot()
    try:
        targets = waiting_for(handle.workflow, snapshot, **where)
    except WorkflowError:
        return None
    body = body_at(handle.workflow, targets[0])
    return getattr(body, "resume", None)


def _resume_words(parser: Parser) -> None:
    parser.add_argument(
        "words", metavar="RUN", then=["ANSWER"], nargs="*", help="a run's id, then the answer: key=value, or one value"
    )
    parser.add_argument("--input", metavar="VAR", type=unquoted, help="the answer: the value of this variable")
    parser.add_argument("--step", metavar="STEP", type=unquoted, help="which step, if several wait")
    parser.add_argument("--label", metavar="LABEL", type=unquoted, help="... by the label it waits under")
    parser.add_argument("--index", metavar="I", type=int, help="which item of a foreach, from 0")
    takes_changes(parser)
    takes_wait(parser)


COMMANDS = (Command("resume", resume, "run.resume({'ok': True})", _resume_words, of_cells=True),)
