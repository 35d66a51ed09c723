"""The classes that a type annotation speaks of, at any depth."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any, TypeVar

from playhead.codec.classes import Kind, kind_of


def classes_in(annotation: object) -> Iterator[type]:
    """Every class whose instances a value of this annotation may hold, and that is stored by name.

    Follows generics, unions, aliases, the fields of models, dataclasses, named tuples and typed dicts, and
    subclasses. Names that cannot be resolved are passed over.
    """
    waiting, seen = [annotation], set[int]()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        waiting += parts_of(found)
        if isinstance(found, type) and kind_of(found) is not None and not typing.is_typeddict(found):
            yield found


def parts_of(annotation: Any) -> list[object]:
    """What an annotation is made of, one level down."""
    if isinstance(annotation, TypeVar):
        return [annotation.__bound__, *annotation.__constraints__]
    for attribute in ("__supertype__", "__value__"):  # NewType, and `type X = …`
        inner = getattr(annotation, attribute, None)
        if inner is not None and not isinstance(annotation, type):
            return [inner]
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return [type(value) for value in typing.get_args(annotation)]
    if origin is not None:
        arguments = typing.get_args(annotation)
        return [origin, *(arguments[:1] if origin is typing.Annotated else flattened(arguments))]
    return parts_of_class(annotation) if isinstance(annotation, type) else []


def flattened(arguments: tuple[Any, ...]) -> list[object]:
    """The arguments of a generic; a callable's stand in a list of their own."""
    return [part for each in arguments for part in (each if isinstance(each, list) else [each])]


def parts_of_class(cls: Any) -> list[object]:
    """The annotations of a class's fields, and its subclasses."""
    if kind_of(cls) is Kind.MODEL:
        fields = [field.annotation for field in cls.model_fields.values()]
        return [*fields, *resolved(cls), *subclasses(cls)]
    if kind_of(cls) in (Kind.DATACLASS, Kind.NAMED_TUPLE) or typing.is_typeddict(cls):
        return [*resolved(cls), *subclasses(cls)]
    return []


def resolved(cls: type) -> list[object]:
    """The annotations in the class's body, as far as their names can be resolved."""
    try:
        return list(typing.get_type_hints(cls, include_extras=True).values())
    except Exception:  # noqa: BLE001 - an annotation is any expression, and may name what does not exist
        return [hint for hint in getattr(cls, "__annotations__", {}).values() if not isinstance(hint, str)]


def subclasses(cls: type) -> list[object]:
    """The classes derived from a user's class: a field may hold any of them."""
    return [] if cls.__module__.startswith("pydantic.") else list(type.__subclasses__(cls))
