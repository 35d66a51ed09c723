"""The encoder for a class: what can be stored, and why the rest cannot."""

from __future__ import annotations

import io
import socket
import sys
import threading
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final
from weakref import WeakKeyDictionary

from ormsgpack import Ext

from playhead.codec import containers, exceptions, instances, models, scalars
from playhead.codec.classes import Kind, class_name, kind_of, secret_classes
from playhead.codec.kinds import Encoder, Packs
from playhead.codec.opaque import Opaque
from playhead.codec.registry import registered_name, registration_of
from playhead.errors import NotStorable

BUILTIN: Final[dict[type, Encoder]] = {
    **scalars.ENCODERS,
    **containers.ENCODERS,
    Opaque: instances.encode_opaque,
}

STANDARD: Final = frozenset(
    {"decimal", "fractions", "ipaddress", "pathlib", "pathlib._local", "uuid", "zoneinfo"}  # _local: Python 3.13
)
"""The modules whose classes `playhead.codec.standard` encodes, which is loaded with the first instance."""

BY_KIND: Final[dict[Kind, Encoder]] = {**instances.ENCODERS, **models.ENCODERS, **exceptions.ENCODERS}

_found: Final[WeakKeyDictionary[type, Encoder]] = WeakKeyDictionary()

A_FUNCTION: Final = "a function is code, not data: pass what it needs, and call it in the step"
A_GENERATOR: Final = "a generator can be read only once and cannot be stored: store list(it)"
A_LOCK: Final = "it belongs to this process: make it in the step that uses it, or hold it in Runtime(resources=…)"
REASONS: Final[tuple[tuple[tuple[type, ...], str], ...]] = (
    ((FunctionType, BuiltinFunctionType, MethodType), A_FUNCTION),
    ((GeneratorType, AsyncGeneratorType), A_GENERATOR),
    ((CoroutineType,), "a coroutine is work to be done, not data: await it"),
    ((io.IOBase,), "an open file belongs to this process: store its path, or what it contains"),
    ((threading.Thread, socket.socket, type(threading.Lock()), type(threading.RLock())), A_LOCK),
    ((ModuleType,), "a module is code, not data"),
    ((type,), "a class is code, not data"),
)


def encoder_for(cls: type) -> Encoder:
    """How to encode instances of exactly this class, or how to say why they cannot be stored."""
    encoder = BUILTIN.get(cls) or _of_standard_library(cls)
    if encoder is not None:
        return encoder
    name = registered_name(cls)
    registration = registration_of(name) if name else None
    if registration is not None and registration.cls is cls and registration.encode is not None:
        return lambda value, packer: instances.encode_custom(value, registration, packer)
    found = _found.get(cls) or _of_library(cls) or _of_kind(cls)
    if found is None:
        return _refusal(cls)
    _found[cls] = found
    return found


def _of_kind(cls: type) -> Encoder | None:
    """The encoder of a kind of class, such as all dataclasses."""
    kind = kind_of(cls)
    return BY_KIND[kind] if kind else None


def _of_standard_library(cls: type) -> Encoder | None:
    """The encoder of a class such as Decimal, which has a module of its own."""
    if cls.__module__ not in STANDARD:
        return None
    from playhead.codec import standard

    return standard.ENCODERS.get(cls)


def _of_library(cls: type) -> Encoder | None:
    """The encoder of a class of NumPy or pandas; they are loaded if there is an instance."""
    library = cls.__module__.partition(".")[0]
    if library == "numpy" and "numpy" in sys.modules:
        from playhead.codec import arrays

        return arrays.encoder_for(cls)
    if library == "pandas" and "pandas" in sys.modules:
        from playhead.codec import frames

        return frames.encoder_for(cls)
    return None


def _refusal(cls: type) -> Encoder:
    """An encoder that refuses, saying why and what to do instead."""
    reason = _reason_against(cls)

    def refuse(_: Any, __: Packs) -> Ext:
        raise NotStorable("", reason)

    return refuse


def _reason_against(cls: type) -> str:
    if issubclass(cls, secret_classes()):
        return "it is a secret: store the name of the secret, and read it in the step that needs it"
    for kinds, reason in REASONS:
        if issubclass(cls, kinds):
            return reason
    name = class_name(cls).replace(":", ".")
    return f"instances of {name} cannot be; teach it with register_type({cls.__name__}, encode=…, decode=…)"
