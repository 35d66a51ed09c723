"""Payloads: what people type after a command becomes data. Nothing that is typed, or stored, is ever evaluated."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from IPython.core.error import UsageError

from playhead.definition.schema import Invalid, Schema

_KEY: Final = r"[^\W\d]\w*(?:\.\w+)*"
_PAIR: Final = re.compile(rf"({_KEY})=(.*)", re.DOTALL)
_LINE: Final = re.compile(rf"\s*(?:\"({_KEY})\"|'({_KEY})'|({_KEY}))\s*[:=]\s*(.*?),?\s*")
_WORDS: Final = {"true": True, "false": False, "null": None}
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_QUOTES: Final = "\"'"


@dataclass(frozen=True)
class Payload:
    """Data as it was typed. ``texts`` has the bare text of each leaf that could be meant as text, by path."""

    value: Any
    texts: Mapping[tuple[str, ...], str]

    def fitted(self, schema: Schema | None) -> Any:
        """The value; where the schema wants text and a number was read (``id=17``), the text as it was typed."""
        issues = issues_of(schema, self.value)
        wanted = {issue: self.texts[issue] for issue in issues if issue in self.texts}
        if not wanted:
            return self.value
        mended = self.value
        for path, text in wanted.items():
            mended = _replaced(mended, path, text)
        return mended if len(issues_of(schema, mended)) < len(issues) else self.value


def tokens_of(line: str) -> list[str]:
    """The words of a line, up to a lone ``#``, as before a comment.

    Blanks inside quotes or brackets do not part words; quotes stay where they are.
    """
    words: list[str] = []
    word, closing = "", ""
    for letter in line:
        if not closing and letter.isspace():
            if word == "#":
                return words
            if word:
                words.append(word)
            word = ""
            continue
        closing = _closing_after(closing, letter, word)
        word += letter
    if closing:
        raise UsageError(f"{closing[-1]} is missing at the end of: {word}")
    return [*words, word] if word not in ("", "#") else words


def _closing_after(closing: str, letter: str, word: str) -> str:
    """The brackets and the quote still to be closed, innermost last."""
    if closing and closing[-1] in _QUOTES:
        return closing[:-1] if letter == closing[-1] and not word.endswith("\\") else closing
    if letter in _QUOTES and (closing or not word or word[-1] in "=:,"):
        return closing + letter
    if letter in _OPEN and (closing or not word or word[-1] in "="):
        return closing + _OPEN[letter]
    return closing[:-1] if closing and letter == closing[-1] else closing


def unquoted(token: str) -> str:
    """A word without the quotes around it."""
    value = literal(token) if token[:1] in _QUOTES else token
    return value if isinstance(value, str) else token


def literal(text: str) -> Any:
    """The Python or JSON literal that the text is; else the text itself."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    for read in (ast.literal_eval, json.loads):
        try:
            return read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue  # TypeError: {[]: 1}
    return text


def is_pair(token: str) -> bool:
    """Whether the word is ``key=value``."""
    return _PAIR.fullmatch(token) is not None


def payload_of(tokens: Iterable[str]) -> Payload | None:
    """What ``key=value`` words, or one bare value, say; None for no words. Raises `UsageError`."""
    words = list(tokens)
    if not words:
        return None
    if len(words) == 1 and not is_pair(words[0]):
        return _whole(words[0])
    odd = [word for word in words if not is_pair(word)]
    if odd == words and "=" not in words:
        said = " ".join(words)
        raise UsageError(f"{said!r} is neither one value nor key=value pairs. Quote a value that has blanks.")
    if odd:
        raise UsageError(
            f"{odd[0]!r} is no key=value pair. Write key=value without blanks around = (quote a value that has some: "
            'name="Ada L."), or one value alone.'
        )
    return _nested((match[1], match[2]) for match in map(_PAIR.fullmatch, words) if match)


def payload_in(body: str) -> Payload:
    """What the body of a cell says: a Python literal, JSON, lines of ``key: value``, or else just its text."""
    text = body.strip()
    value = literal(text)
    if not isinstance(value, str) or text[:1] in _QUOTES:
        return Payload(value, {})
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = [_LINE.fullmatch(line) for line in lines]
    if lines and all(found):
        return _nested((m[1] or m[2] or m[3], m[4]) for m in found if m)
    if text[:1] in _OPEN or (len(lines) > 1 and found[0]):
        line = next((line for line, match in zip(lines, found, strict=True) if not match), lines[0])
        raise UsageError(f"The cell is neither a literal, nor JSON, nor lines of key: value; see: {line.strip()}")
    return Payload(text, {})


def _whole(word: str) -> Payload:
    value = literal(word)
    return Payload(value, {} if word[:1] in _QUOTES else {(): word})


def _nested(pairs: Iterable[tuple[str, str]]) -> Payload:
    """Dotted keys nest: ``card.number=1`` is ``{"card": {"number": 1}}``."""
    value: dict[str, Any] = {}
    texts: dict[tuple[str, ...], str] = {}
    for key, text in pairs:
        path = tuple(key.split("."))
        inner = value
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise UsageError(f"{key!r} and {part!r} are both given: a key has either a value or parts.")
        if path[-1] in inner:
            raise UsageError(f"{key!r} is given twice.")
        inner[path[-1]] = literal(text)
        if text[:1] not in _QUOTES:
            texts[path] = text
    return Payload(value, texts)


def issues_of(schema: Schema | None, value: Any) -> list[tuple[str, ...]]:
    """The places where the value does not fit."""
    if schema is None:
        return []
    try:
        schema.validate(value)
    except Invalid as invalid:
        return [tuple(map(str, issue.path)) for issue in invalid.issues]
    except Exception:  # noqa: BLE001 - a validator of the user's own may raise anything; the engine will tell it
        return []
    return []


def _replaced(value: Any, path: tuple[str, ...], new: Any) -> Any:
    if not path:
        return new
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {**value, path[0]: _replaced(value[path[0]], path[1:], new)}
