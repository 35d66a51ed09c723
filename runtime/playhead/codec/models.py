"""pydantic models and URLs. pydantic itself is imported only when one of these is met in a log."""

from __future__ import annotations

import re
from binascii import crc32
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.classes import Kind, kind_of, loaded_class
from playhead.codec.instances import class_of, refuse_gone
from playhead.codec.kinds import Decoder, Encoder, Misfit, Packs, Unpack
from playhead.codec.opaque import UNKNOWN_CLASS
from playhead.codec.registry import find, name_of

if TYPE_CHECKING:
    from pydantic import BaseModel

ADDRESS: Final = re.compile(r" at 0x[0-9A-Fa-f]+")  # in reprs of functions; differs in each process

_fingerprints: Final[WeakKeyDictionary[type, int]] = WeakKeyDictionary()


def fingerprint(cls: type[BaseModel]) -> int:
    """A number that changes when the fields of the class change."""
    known = _fingerprints.get(cls)
    if known is None:
        lines = [f"{name}:{each.annotation!r}:{each.metadata!r}" for name, each in cls.model_fields.items()]
        text = "\n".join([*lines, *cls.__private_attributes__])
        known = _fingerprints[cls] = crc32(ADDRESS.sub("", text).encode("utf-8", "replace"))
    return known


def encode_model(value: BaseModel, packer: Packs) -> Ext:
    """The class and its fingerprint, the fields, which of them were set, extra and private attributes."""
    cls = type(value)
    state = vars(value)
    fields = {name: state[name] for name in cls.model_fields if name in state}
    given = value.model_fields_set
    all_given = given == fields.keys()
    parts = [name_of(cls), fingerprint(cls), fields, None if all_given else sorted(given)]
    rest = [value.__pydantic_extra__, value.__pydantic_private__]
    return Ext(codes.MODEL, packer.pack([*parts, *rest] if any(rest) else parts))


def decode_model(body: bytes, unpack: Unpack) -> object:
    """The same instance if the class is as it was; else the stored fields, validated by the class now."""
    name, stored_as, fields, given, *rest = unpack(body)
    cls: type[BaseModel] = class_of(name, Kind.MODEL)
    fields_set = set(fields if given is None else given)
    extra, private = rest or (None, None)
    if stored_as == fingerprint(cls):
        return rebuilt(cls, fields, fields_set, extra, private)
    refuse_gone(name, fields, [*cls.model_fields])
    instance = validated(cls, name, {**fields, **(extra or {})})
    for attribute, part in (private or {}).items():
        if attribute in cls.__private_attributes__:
            setattr(instance, attribute, part)
    object.__setattr__(instance, "__pydantic_fields_set__", fields_set)
    return instance


def rebuilt(
    cls: type[BaseModel],
    fields: dict[str, Any],
    fields_set: set[str],
    extra: dict[str, Any] | None,
    private: dict[str, Any] | None,
) -> BaseModel:
    """The instance as it was, without validation and without the class's own constructor."""
    instance: BaseModel = object.__new__(cls)
    allows_extra = cls.model_config.get("extra") == "allow"
    parts: dict[str, object] = {"__dict__": fields, "__pydantic_fields_set__": fields_set}
    if not cls.__pydantic_root_model__:  # a root model has neither, nor a place for them
        parts["__pydantic_extra__"] = {} if extra is None and allows_extra else extra
        parts["__pydantic_private__"] = {} if private is None and cls.__private_attributes__ else private
    for attribute, part in parts.items():
        object.__setattr__(instance, attribute, part)
    return instance


def validated(cls: type[BaseModel], name: str, fields: dict[str, Any]) -> BaseModel:
    """The fields as an instance of the class as it is now; raises `Misfit` naming the first that fails."""
    from pydantic import ValidationError

    aliased = {input_key(cls, field): part for field, part in fields.items()}
    try:
        return cls.model_validate(aliased)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Misfit(f"it does not fit {name} as it is now: {where}: {first['msg']}") from problem
    except Exception as problem:  # a user's validator may raise anything
        raise Misfit(f"validating it as {name} raised {type(problem).__name__}: {problem}") from problem


def input_key(cls: type[BaseModel], name: str) -> str:
    """The key under which validation looks for a field."""
    field = cls.model_fields.get(name)
    alias = field.validation_alias if field else None
    choices: list[object] = getattr(alias, "choices", [alias])
    return next((choice for choice in choices if isinstance(choice, str)), name)


def encode_url(value: object, packer: Packs) -> Ext:
    """The class and the URL's text."""
    return Ext(codes.URL, packer.pack([name_of(type(value)), str(value)]))


def decode_url(body: bytes, unpack: Unpack) -> object:
    """The URL again: of pydantic's own class, or of the user's if it is registered."""
    import pydantic.networks  # noqa: F401 - loads the classes that `loaded_class` finds

    name, text = unpack(body)
    cls = find(name) or loaded_class(name)
    if cls is None or kind_of(cls) is not Kind.URL:
        raise Misfit(UNKNOWN_CLASS)
    try:
        return cls(text)
    except ValueError as problem:
        raise Misfit(f"it does not fit {name} as it is now: {problem}") from problem


ENCODERS: Final[dict[Kind, Encoder]] = {Kind.MODEL: encode_model, Kind.URL: encode_url}
DECODERS: Final[dict[int, Decoder]] = {codes.MODEL: decode_model, codes.URL: decode_url}
