"""Traceback texts: what is kept of an exception's traceback, and where a loaded exception carries it."""

from __future__ import annotations

import traceback
from typing import Any, Final

from playhead.codec.texts import safe_text

LENGTH: Final = 60_000
"""Characters of traceback text that are kept, the first half and the last half."""

_DICT: Final[Any] = vars(BaseException)["__dict__"]  # read and set past a property of the class


class Attributes(dict[str, Any]):
    """The attributes of a loaded exception, and beside them the text of its first traceback.

    The text is no attribute, so that the exception looks as it did when it was raised. It is in no table keyed by
    the exception either, because builtin exceptions cannot be weakly referenced, and a user's need not be hashable.
    """

    __slots__ = ("traceback",)

    def __init__(self, attributes: dict[str, Any], traceback: str) -> None:
        super().__init__(attributes)
        self.traceback = traceback


def attach_traceback(error: BaseException, text: str) -> None:
    """Let a loaded exception carry the text of its first traceback."""
    _DICT.__set__(error, Attributes(_DICT.__get__(error), text))


def carried_traceback(error: BaseException) -> str | None:
    """The text that a loaded exception brought along; None for one that was raised here."""
    attributes = _DICT.__get__(error)
    return attributes.traceback if isinstance(attributes, Attributes) else None


def text_of_traceback(error: BaseException) -> str:
    """The traceback as Python prints it, or the text that a loaded exception brought along."""
    carried = carried_traceback(error)
    if carried is not None:
        return carried
    try:
        text = "".join(traceback.format_exception(error))
    except Exception as problem:  # noqa: BLE001 - an exception's own code may raise anything when formatted
        text = f"{safe_text(error)} (its traceback cannot be shown: {type(problem).__name__})"
    if len(text) > LENGTH:
        text = f"{text[: LENGTH // 2]}\n  … {len(text) - LENGTH} characters left out …\n{text[-LENGTH // 2 :]}"
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates, from undecodable file names
