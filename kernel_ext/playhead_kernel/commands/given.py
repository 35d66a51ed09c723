"""What was given: data from words, from a variable, or from the cell's body, as the schema wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from IPython.core.error import UsageError

from playhead.definition.schema import Schema
from playhead_kernel.commands.command import Given
from playhead_kernel.payloads import Payload, payload_in, payload_of
from playhead_kernel.refusals import unknown
from playhead_kernel.session import Session


def value_given(session: Session, given: Given, words: Sequence[str], schema: Schema | None) -> Any:
    """The one value that was given, None if there is none. Raises `UsageError` if there are several."""
    ways = [bool(words), given.input is not None, given.body is not None]
    if sum(ways) > 1:
        raise UsageError("Give data in one way: key=value words, --input VAR, or the body of the cell.")
    if given.input is not None:
        return variable(session, given.input)
    found: Payload | None = payload_of(words) if given.body is None else payload_in(given.body)
    return None if found is None else found.fitted(schema)


def variable(session: Session, name: str) -> Any:
    """The value of a variable of the notebook."""
    namespace = session.shell.user_ns
    if name not in namespace:
        raise unknown("variable", name, (known for known in namespace if not known.startswith("_")))
    return namespace[name]
