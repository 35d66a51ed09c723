"""Finding the part of a value that cannot be stored. Slow, and only walked when something was refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from playhead.codec.classes import Kind, instance_attributes, kind_of
from playhead.codec.packing import Packer
from playhead.codec.registry import registered_name, registration_of
from playhead.codec.texts import safe_repr
from playhead.errors import NotStorable

SEQUENCES: Final = ("list", "tuple", "deque", "set", "frozenset")
KEY_LENGTH: Final = 40  # characters of a dict's key shown in a path


def named_refusal(value: object, where: str, refusal: NotStorable) -> NotStorable:
    """The refusal of the innermost part that is refused on its own, with the path to it."""
    seen: set[int] = set()
    while id(value) not in seen:
        seen.add(id(value))
        for suffix, part in parts_of(value):
            problem = refusal_of(part)
            if problem is not None:
                value, where, refusal = part, where + suffix, problem
                break
        else:
            return NotStorable(where, refusal.reason)
    return NotStorable(where, "it contains itself")


def refusal_of(value: object) -> NotStorable | None:
    """Why the value cannot be stored, or None if it can."""
    try:
        Packer().pack(value)
    except NotStorable as refusal:
        return refusal
    return None


def parts_of(value: Any) -> Iterator[tuple[str, object]]:
    """The parts a value is made of, each with what it adds to the path."""
    cls = type(value)
    registration = registration_of(registered_name(cls) or "")
    if registration and registration.cls is cls and registration.encode:
        yield ".encode()", registration.encode(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key_suffix(key), part
            if type(key) is not str:
                yield f"{key_suffix(key)} (the key)", key
    elif isinstance(value, tuple) and kind_of(cls) is Kind.NAMED_TUPLE:
        yield from ((f".{name}", part) for name, part in zip(cls._fields, value, strict=True))
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif cls.__name__ in SEQUENCES:
        yield from ((f"[{safe_repr(part)[:KEY_LENGTH]}]", part) for part in value)
    elif kind_of(cls) is not None or cls.__name__ == "SimpleNamespace":
        yield from attribute_parts(value)


def attribute_parts(value: Any) -> Iterator[tuple[str, object]]:
    """The attributes of an instance: in its dict, in its slots, and those a model keeps elsewhere."""
    attributes = instance_attributes(value)
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        attributes |= {name: getattr(value, name) for name in names if hasattr(value, name)}
    for store in ("__pydantic_extra__", "__pydantic_private__"):
        attributes |= getattr(value, store, None) or {}
    if isinstance(value, BaseException):
        attributes["args"] = value.args
    yield from ((f".{name}", part) for name, part in attributes.items())


def key_suffix(key: object) -> str:
    """``.name`` for keys that read like names, ``[key]`` for others."""
    if isinstance(key, str) and key.isidentifier():
        return f".{key}"
    return f"[{safe_repr(key)[:KEY_LENGTH]}]"
