"""Text on its way out: the one place where it is made harmless.

`clean` shows characters that hide, reorder or control text as ``\\uXXXX`` and cuts what is long. Whatever
then writes markup escapes it: ElementTree for SVG, `escape` for HTML, `quoted` for DOT.
"""

from __future__ import annotations

import html
import unicodedata
from typing import Final

#: Characters shown of one text where nothing else is said: about two lines of a notebook cell.
LIMIT: Final = 200


def clean(text: object, limit: int = LIMIT, *, lines: bool = False) -> str:
    """The text without characters that hide, reorder or control, cut to ``limit`` characters.

    ``lines`` keeps line breaks and tabs; without it they become spaces.
    """
    raw = text if type(text) is str else str(text)
    hidden = max(0, len(raw) - limit)
    raw = raw[:limit]
    if not raw.isprintable():
        raw = "".join(character if character.isprintable() else _shown(character, lines) for character in raw)
    return f"{raw}… (+{hidden:,})" if hidden else raw


def escape(text: object, limit: int = LIMIT, *, lines: bool = False) -> str:
    """Clean text that may stand in HTML, between tags and in quoted attributes."""
    return html.escape(clean(text, limit, lines=lines), quote=True)


def quoted(text: object, limit: int = LIMIT) -> str:
    """Clean text as one quoted string of the DOT language."""
    inner = clean(text, limit, lines=True).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + inner.replace("\n", "\\n").replace("\t", " ").replace("\r", "") + '"'


def _shown(character: str, lines: bool) -> str:
    if character in "\n\t":
        return character if lines else " "
    if character == "\r":
        return "" if lines else " "
    if unicodedata.category(character) == "Zs":
        return " "
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
