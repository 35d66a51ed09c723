"""Markup: HTML put together from parts, so that no text can ever be taken for a tag."""

from __future__ import annotations

from typing import Final, TypeAlias

from playhead_widgets.views.escape import LIMIT, escape


class Markup(str):
    """HTML that is whole and safe: made by `h`, or a constant of ours."""

    __slots__ = ()


#: What may stand inside an element: markup as it is, anything else as escaped text; nothing for None.
Part: TypeAlias = "Markup | str | int | None"

_VOID: Final = frozenset({"br", "hr", "meta"})


def h(tag: str, /, *parts: Part, **attributes: str | bool | None) -> Markup:
    """An element. Attributes of None or False are left out; a trailing ``_`` of a name is (``class_``)."""
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if tag in _VOID:
        return Markup(f"<{tag}{given}>")
    return Markup(f"<{tag}{given}>{joined(*parts)}</{tag}>")


def joined(*parts: Part) -> Markup:
    """The parts one after the other."""
    return Markup("".join(_part(part) for part in parts))


def text(content: object, limit: int = LIMIT) -> Markup:
    """Text with its line breaks, cut to ``limit`` characters."""
    return Markup(escape(content, limit, lines=True))


def _part(part: Part) -> str:
    if part is None:
        return ""
    return part if isinstance(part, Markup) else escape(part)


def _attribute(name: str, value: str | bool | None) -> str:
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'
