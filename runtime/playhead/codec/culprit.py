"""Finding the part of a value that cannot be stored. Slow, and only walked when something was refused."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

from playhead.codec.classes import Kind, instance_attributes, kind_of
from playhead.codec.packing import Packer
from playhead.codec.registry import registered_name, registration_of
from playhead.codec.texts import safe_repr
from playhead.errors import NotStorable

KEY_LENGTH: Final = 40  # characters of a dict's key shown in a path
MAX_STEPS: Final = 64  # how deep the path may lead; each step packs the value again


def named_refusal(value: object, where: str, refusal: NotStorable) -> NotStorable:
    """The refusal of the innermost part that is refused on its own, with the path to it."""
    found = NotStorable(where, refusal.reason)
    met: dict[int, object] = {}
    while id(value) not in met:
        if len(met) == MAX_STEPS:
            return NotStorable(where, refusal.reason)
        met[id(value)] = value
        inner = _refused_part(value)
        if inner is None:
            return found
        suffix, value, reason = inner
        found = NotStorable(found.path + suffix, reason)
    return NotStorable(found.path, "it contains itself")


def _refused_part(value: object) -> tuple[str, object, str] | None:
    """The first part that is refused on its own: what it adds to the path, itself, and why."""
    try:
        for suffix, part in _parts_of(value):
            refusal = _refusal_of(part)
            if refusal is not None:
                return suffix, part, refusal.reason
    except Exception:  # noqa: BLE001 - an object's own code may raise anything when looked at
        return None
    return None


def _refusal_of(value: object) -> NotStorable | None:
    try:
        Packer().pack(value)
    except NotStorable as refusal:
        return refusal
    return None


def _parts_of(value: Any) -> Iterator[tuple[str, object]]:
    """The parts a value is made of, each with what it adds to the path."""
    cls = type(value)
    registration = registration_of(registered_name(cls) or "")
    if registration and registration.cls is cls and registration.encode:
        yield ".encode()", registration.encode(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield _key_suffix(key), part
            yield f"{_key_suffix(key)} (the key)", key
    elif kind_of(cls) is Kind.NAMED_TUPLE:
        yield from ((f".{name}", part) for name, part in zip(cls._fields, value, strict=True))
    elif isinstance(value, list | tuple | deque):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from ((f"[{safe_repr(part)[:KEY_LENGTH]}]", part) for part in value)
    elif kind_of(cls) is not None or cls is SimpleNamespace:
        yield from _attributes_of(value)


def _attributes_of(value: Any) -> Iterator[tuple[str, object]]:
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


def _key_suffix(key: object) -> str:
    """``.name`` for keys that read like names, ``[key]`` for others."""
    if isinstance(key, str) and key.isidentifier():
        return f".{key}"
    return f"[{safe_repr(key)[:KEY_LENGTH]}]"
