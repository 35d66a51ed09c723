"""Complaints: errors as a person reads them beside a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from playhead_widgets.views.escape import clean

_LENGTH: Final = 600  # characters
_MOST: Final = 20  # issues


def complaint(error: BaseException) -> dict[str, Any]:
    """The error's ``message``, and its ``issues`` (``path``, ``message``) if it is about parts of a value."""
    return {
        "type": clean(type(error).__name__, 80),
        "message": clean(_first_paragraph(error), _LENGTH, lines=True),
        "issues": [_issue(*_parts(issue)) for issue in _listed(getattr(error, "issues", ()))],
    }


def _listed(issues: Any) -> list[Any]:
    return list(issues)[:_MOST] if isinstance(issues, list | tuple) else []


def _parts(issue: Any) -> tuple[Iterable[Any], Any]:
    if isinstance(issue, tuple) and len(issue) == 2:
        return issue
    return getattr(issue, "path", ()), getattr(issue, "message", issue)


def _issue(path: Iterable[Any], message: Any) -> dict[str, Any]:
    keys = [part if isinstance(part, int) else clean(part, 80) for part in path]
    return {"path": keys, "message": clean(message, _LENGTH)}


def _first_paragraph(error: BaseException) -> str:
    """An error that lists its issues says in its first line what it is about."""
    text = str(error) or type(error).__name__
    return text.partition("\n")[0] if getattr(error, "issues", None) else text
