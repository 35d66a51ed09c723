"""Texts of objects that may not want to be shown."""

from __future__ import annotations

from typing import Final

REPR_LENGTH: Final = 1_000
"""Characters of a repr that are kept."""


def safe_repr(value: object) -> str:
    """The repr, cut to a sane length, whatever the object does when asked for it."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a repr may raise anything
        return f"<{type(value).__name__} object whose repr fails>"
    return text if len(text) <= REPR_LENGTH else text[:REPR_LENGTH] + "…"


def safe_text(value: object) -> str:
    """``str(value)``, or why there is none."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a str may raise anything
        return f"<{type(value).__name__} whose text cannot be read>"
