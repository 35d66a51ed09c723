"""Text widths, estimated: pictures are laid out where no font can be measured."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

# In em, rounded up: the widest of the system fonts that are in use decides.
_NARROW: Final = frozenset("ijl.,:;'|!`")
_SLIM: Final = frozenset('ftrI()[]{}/\\-" ')
_WIDE: Final = frozenset("mwMW@%—…")


def text_width(text: str, size: float) -> float:
    """Pixels that the text takes at most, in a proportional system font of ``size`` pixels."""
    return sum(map(_em, text)) * size


def fitted(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis to fit into ``room`` pixels."""
    if text_width(text, size) <= room:
        return text
    room -= _em("…") * size
    for length, character in enumerate(text):
        room -= _em(character) * size
        if room < 0:
            return text[:length].rstrip() + "…"
    return text


@lru_cache(maxsize=1024)
def _em(character: str) -> float:
    if character in _NARROW:
        return 0.31
    if character in _SLIM:
        return 0.42
    if character in _WIDE:
        return 0.96
    if not character.isascii() and unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return 0.72 if character.isupper() else 0.6
