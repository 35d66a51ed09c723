"""What was given: a run and what is said of it; data from words, from a variable, or from the cell's body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from IPython.core.error import UsageError

from playhead.definition.schema import Schema
from playhead_kernel.commands.command import Given
from playhead_kernel.fields import must_fit_fields
from playhead_kernel.handle import RunHandle
from playhead_kernel.naming import address, is_meant, joined, places
from playhead_kernel.payloads import Payload, issues_of, payload_in, payload_of, unquoted
from playhead_kernel.refusals import unknown
from playhead_kernel.session import Session


def run_and_rest(session: Session, words: list[str]) -> tuple[RunHandle, list[str]]:
    """``[RUN] …``: the run, and the other words. A first word that names a step of the run used last names no run."""
    if not words:
        return session.find(), []
    name = unquoted(words[0])
    if session.used(name) or not session.handles:
        return session.find(name), words[1:]
    last = session.find()
    steps = list(places(last.workflow))
    if any(is_meant(place, address(name)) for place in steps):
        return last, words
    return session.find(name, steps=list(map(joined, steps))), words[1:]


def run_first(session: Session, words: list[str]) -> list[str]:
    """``RUN STEP``, also where they stand the other way round."""
    if len(words) == 2 and session.used(words[1]) and not session.used(words[0]):
        return [words[1], words[0]]
    return words


def value_given(session: Session, given: Given, words: Sequence[str], schema: Schema | None) -> Any:
    """The one value that was given, None if there is none. Raises `UsageError` if there are several.

    What was typed may have no key that its type would leave out; a variable's value is data, and may.
    """
    ways = [bool(words), given.input is not None, given.body is not None]
    if sum(ways) > 1:
        raise UsageError("Give data in one way: key=value words, --input VAR, or the body of the cell.")
    if given.input is not None:
        return variable(session, given.input)
    found: Payload | None = payload_of(words) if given.body is None else payload_in(given.body)
    if found is None:
        return None
    value = found.fitted(schema)
    if given.body is None:
        _must_not_mean_a_variable(session, words, schema, value)
    must_fit_fields(schema, value)
    return value


def _must_not_mean_a_variable(session: Session, words: Sequence[str], schema: Schema | None, value: Any) -> None:
    """A word is a text, though it may name a variable: where the text does not fit, and its value does, say how."""
    _must_not_mean_variables(session, schema, value)
    name = value.strip("${}") if isinstance(value, str) else ""
    if len(words) != 1 or name not in session.variables():
        return
    if issues_of(schema, value) and not issues_of(schema, session.shell.user_ns[name]):
        raise UsageError(f"{value!r} is taken as a text, and does not fit; --input {name} gives the variable's value.")


def _must_not_mean_variables(session: Session, schema: Schema | None, value: Any) -> None:
    """The same of what is typed as ``key=$name`` or ``key={name}``, as other magics take it."""
    texts = [text for text in value.values() if isinstance(text, str)] if isinstance(value, dict) else []
    meant = [text for text in texts if text[:1] in ("$", "{") and text.strip("${}") in session.variables()]
    if meant and issues_of(schema, value):
        raise UsageError(
            f"{meant[0]!r} is taken as a text, and does not fit; --input VAR gives a variable that holds all of it, "
            "such as a dict."
        )


def state_given(session: Session, given: Given) -> Any:
    """The state that was given, None if there is none."""
    return None if given.state is None else variable(session, given.state)


def variable(session: Session, name: str) -> Any:
    """The value of a variable of the notebook."""
    if name not in session.shell.user_ns:
        raise unknown("variable", name, session.variables())
    return session.shell.user_ns[name]
