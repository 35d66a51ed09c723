"""Instances of classes other than pydantic models: enums, dataclasses, named tuples, subclasses, custom ones.

None is made by calling its class: the parts are put back where they were found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import Enum, Flag
from typing import Any, Final

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.classes import (
    BUILTIN_BASES,
    Kind,
    instance_attributes,
    is_cached_property,
    kind_of,
    slots_of,
)
from playhead.codec.kinds import Decoder, Encoder, Misfit, Packs, Unpack
from playhead.codec.opaque import UNKNOWN_CLASS, Opaque
from playhead.codec.registry import Registration, name_of, registered_name, registration_of
from playhead.errors import NotStorable

MISSING: Final = object()

# The value as an instance of the builtin base itself, whatever the subclass overrides.
PLAIN: Final[dict[type, Callable[[Any], object]]] = {
    str: str.__str__,
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: bytearray.__getitem__(value, slice(None)),
    dict: lambda value: dict(dict.items(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    list: lambda value: list(list.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
FILLED_AFTERWARDS: Final = (dict, list, set, bytearray)


def class_of(name: str, kind: Kind) -> Any:
    """The class registered under ``name``; raises `Misfit` if there is none or it is of another kind."""
    found = registration_of(name)
    if found is None:
        raise Misfit(UNKNOWN_CLASS)
    if kind_of(found.cls) is not kind:
        raise Misfit(f"{name} was a {kind} when this was stored, and is none any more")
    return found.cls


def encode_enum(value: Enum, packer: Packs) -> Ext:
    """The class and the member's name; of a flag its number."""
    member = value.value if isinstance(value, Flag) else value.name
    return Ext(codes.ENUM, packer.pack([name_of(type(value)), member]))


def decode_enum(body: bytes, unpack: Unpack) -> object:
    """The member of the class as it is now."""
    name, member = unpack(body)
    cls = class_of(name, Kind.ENUM)
    try:
        return cls(member) if issubclass(cls, Flag) else cls.__members__[member]
    except (KeyError, ValueError) as problem:
        raise Misfit(f"{name} has no member {member} any more") from problem


def encode_dataclass(value: Any, packer: Packs) -> Ext:
    """The class, its fields, and whatever else was set on the instance."""
    cls = type(value)
    attributes = dict(getattr(value, "__dict__", ()))
    fields = {}
    for field in dataclasses.fields(cls):
        part = attributes.pop(field.name, MISSING)
        if part is MISSING and field.name in slots_of(cls):
            part = getattr(value, field.name, MISSING)
        if part is not MISSING:
            fields[field.name] = part
    parts = [name_of(cls), fields]
    if attributes:
        attributes = {name: part for name, part in attributes.items() if not is_cached_property(cls, name)}
    return Ext(codes.DATACLASS, packer.pack([*parts, attributes] if attributes else parts))


def decode_dataclass(body: bytes, unpack: Unpack) -> object:
    """An instance of the dataclass as it is now: new fields get their defaults."""
    name, stored, *others = unpack(body)
    cls = class_of(name, Kind.DATACLASS)
    fields = dataclasses.fields(cls)
    refuse_gone(name, stored, [field.name for field in fields])
    instance = object.__new__(cls)
    for field in fields:
        part = stored[field.name] if field.name in stored else _default_of(name, field)
        if part is not MISSING:
            put(instance, field.name, part)
    for attribute, part in (others[0] if others else {}).items():
        put(instance, attribute, part)
    return instance


def _default_of(name: str, field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    if field.init:
        raise Misfit(f"{name} has a new field {field.name!r} without a default")
    return MISSING


def refuse_gone(name: str, stored: dict[str, Any], current: list[str]) -> None:
    """Raise `Misfit` if a stored field is not one of the class's any more: dropping it would lose data."""
    for field in stored:
        if field not in current:
            raise Misfit(f"{name} has no field {field!r} any more")


def put(instance: object, name: str, part: object) -> None:
    """Set an attribute past any `__setattr__` of the class, so that frozen instances can be filled."""
    try:
        object.__setattr__(instance, name, part)
    except (AttributeError, TypeError) as problem:
        raise Misfit(f"{type(instance).__name__} has no place for {name!r} any more") from problem


def encode_named_tuple(value: Any, packer: Packs) -> Ext:
    """The class and the fields by name."""
    cls = type(value)
    fields = dict(zip(cls._fields, tuple.__iter__(value), strict=True))
    return Ext(codes.NAMED_TUPLE, packer.pack([name_of(cls), fields]))


def decode_named_tuple(body: bytes, unpack: Unpack) -> object:
    """An instance of the named tuple as it is now: new fields get their defaults."""
    name, stored = unpack(body)
    cls = class_of(name, Kind.NAMED_TUPLE)
    refuse_gone(name, stored, cls._fields)
    fields = {**cls._field_defaults, **stored}
    missing = [field for field in cls._fields if field not in fields]
    if missing:
        raise Misfit(f"{name} has a new field {missing[0]!r} without a default")
    return tuple.__new__(cls, [fields[field] for field in cls._fields])


def encode_subclass(value: Any, packer: Packs) -> Ext:
    """The class, the value as its builtin base has it, and the attributes set on it."""
    cls = type(value)
    name = registered_name(cls)
    base = builtin_base(cls)
    if name is None:
        raise NotStorable(
            "",
            f"{cls.__qualname__} is a subclass of {base.__name__}: store {base.__name__}(value), "
            f"or say register_type({cls.__qualname__})",
        )
    attributes = instance_attributes(value)
    parts = [name, base.__name__, PLAIN[base](value)]
    return Ext(codes.SUBCLASS, packer.pack([*parts, attributes] if attributes else parts))


def decode_subclass(body: bytes, unpack: Unpack) -> object:
    """An instance of the class as it is now, made by its builtin base."""
    name, base_name, plain, *attributes = unpack(body)
    cls = class_of(name, Kind.SUBCLASS)
    base = builtin_base(cls)
    if base.__name__ != base_name:
        raise Misfit(f"{name} was a subclass of {base_name} when this was stored, and is none any more")
    instance: Any = base.__new__(cls, plain)
    if base in FILLED_AFTERWARDS:
        base.__init__(instance, plain)
    for attribute, part in (attributes[0] if attributes else {}).items():
        put(instance, attribute, part)
    return instance


def builtin_base(cls: type) -> type:
    """The first builtin class that ``cls`` derives from, such as str."""
    return next(base for base in cls.__mro__ if base in BUILTIN_BASES)


def encode_custom(value: object, registration: Registration, packer: Packs) -> Ext:
    """The class's name and what its own encode gives."""
    if registration.encode is None:
        raise TypeError("no encode was registered")
    return Ext(codes.CUSTOM, packer.pack([name_of(type(value)), registration.encode(value)]))


def decode_custom(body: bytes, unpack: Unpack) -> object:
    """What the registered decode makes of the data."""
    name, data = unpack(body)
    registration = registration_of(name)
    if registration is None:
        raise Misfit(UNKNOWN_CLASS)
    if registration.decode is None:
        raise Misfit(f"{name} is registered without a decode now")
    try:
        return registration.decode(data)
    except Exception as problem:  # a user's decode may raise anything
        raise Misfit(f"its decode raised {type(problem).__name__}: {problem}") from problem


def encode_opaque(value: Opaque, _: Packs) -> Ext:
    """The same bytes that it was read from."""
    return Ext(value.code, value.body)


ENCODERS: Final[dict[Kind, Encoder]] = {
    Kind.ENUM: encode_enum,
    Kind.DATACLASS: encode_dataclass,
    Kind.NAMED_TUPLE: encode_named_tuple,
    Kind.SUBCLASS: encode_subclass,
}

DECODERS: Final[dict[int, Decoder]] = {
    codes.ENUM: decode_enum,
    codes.DATACLASS: decode_dataclass,
    codes.NAMED_TUPLE: decode_named_tuple,
    codes.SUBCLASS: decode_subclass,
    codes.CUSTOM: decode_custom,
}
