"""Refusals: what people did wrong, in one line that says what to do, with the nearest right name."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Iterator

from IPython.core.error import UsageError

from playhead.errors import DefinitionChanged, WorkflowError

_LISTED = 8  # names in one line; more are better looked up


#: What the runtime advises in Python, as a command says it.
_HERE = {
    "accept_changes=True": "--accept-changes",
    "step=... or label=...": "--step or --label",
    "use another run_id, or resume, restart or time_travel this one": "give another --id, or go on with this one: "
    "%workflow resume, continue or travel",
    "Close it; opening it again makes a new one there": "%workflow store, with its folder, makes a new one there",
    "Give them as context=, or go further back": "Go further back",
    "another run_id": "another --id",
}


@contextlib.contextmanager
def in_one_line() -> Iterator[None]:
    """Whatever the runtime refuses becomes a `UsageError` of one line, which IPython shows without a traceback."""
    try:
        yield
    except DefinitionChanged as error:
        text = _as_said_here(str(error).removesuffix(error.diff))
        where = " (%workflow diff RUN --code shows the changes)" if error.diff else ""
        raise UsageError(f"{text}{where}") from error
    except WorkflowError as error:
        raise UsageError(_as_said_here(str(error))) from error


def _as_said_here(text: str) -> str:
    line = one_line(text)
    for in_python, here in _HERE.items():
        line = line.replace(in_python, here)
    return line


def one_line(text: str) -> str:
    """The lines of a message as one: ``Invalid input data: n: must be a number; m: is missing``."""
    lines = [line.strip().removeprefix("- ") for line in text.splitlines() if line.strip()]
    if not lines:
        return text
    head, rest = lines[0].rstrip(), "; ".join(lines[1:])
    return f"{head} {rest}" if rest and head.endswith(":") else f"{head}; {rest}" if rest else head


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one that may have been meant, if there is one; dashes and capitals make no difference."""
    plain = {other.lstrip("-").lower(): other for other in known}
    near = difflib.get_close_matches(name.lstrip("-").lower(), plain, n=1)
    return plain[near[0]] if near else None


def unknown(noun: str, name: str, known: Iterable[str], hint: str = "") -> UsageError:
    """There is no ``noun`` of that ``name``: say the nearest that there is, or all if they are few."""
    names = list(dict.fromkeys(known))
    near = nearest(name, names)
    said = f"There is no {noun} {name!r}"
    if near:
        said += f": did you mean {near!r}?"
    elif names:
        listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
        said += f"; there is {listed}."
    else:
        said += "."
    return UsageError(f"{said} {hint}".rstrip())
