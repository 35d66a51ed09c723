"""How the code of steps has changed, as a page and as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from playhead_widgets.views.escape import clean
from playhead_widgets.views.markup import Markup, h, joined, text

_LONGEST: Final = 50_000  # characters of one step's difference
_NOT_KNOWN: Final = "its source is not known"


class Change(Protocol):
    """What the view needs to know of a step that has changed."""

    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def kind(self) -> str: ...
    @property
    def diff(self) -> str: ...


def code_changes_markup(changes: Sequence[Change]) -> Markup:
    """Each step with its difference, line by line."""
    if not changes:
        return h("p", "No code has changed.")
    return joined(*(joined(h("p", h("b", _name(change)), f" {change.kind}"), _lines(change)) for change in changes))


def code_changes_text(changes: Iterable[Change]) -> str:
    """The same in plain text."""
    told = [f"{_name(change)}: {change.kind}\n{_indented(change)}" for change in changes]
    return "\n".join(told) or "No code has changed."


def _name(change: Change) -> str:
    return clean("/".join(change.path))


def _lines(change: Change) -> Markup:
    """Lines that were added or taken away are marked as such, and not by colour alone: their sign stays."""
    lines = clean(change.diff, _LONGEST, lines=True).splitlines()[2:] or [_NOT_KNOWN]
    return h("pre", *(joined(_line(line), "\n") for line in lines))


def _line(line: str) -> Markup:
    kinds = {"+": "ins", "-": "del"}
    return h(kinds[line[0]], line) if line[:1] in kinds else text(line)


def _indented(change: Change) -> str:
    lines = clean(change.diff, _LONGEST, lines=True).splitlines()[2:] or [_NOT_KNOWN]
    return "\n".join(f"  {line}" for line in lines)
