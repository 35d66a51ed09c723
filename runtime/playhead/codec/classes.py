"""What kind of class a class is, as far as storing its instances goes; and classes found by name, safely."""

from __future__ import annotations

import dataclasses
import functools
import sys
from enum import Enum, StrEnum
from types import ModuleType
from typing import Any, Final
from weakref import WeakKeyDictionary

BUILTIN_BASES: Final[tuple[type, ...]] = (
    str, int, float, complex, bytes, bytearray, tuple, list, dict, set, frozenset
)  # fmt: skip
HEAP_TYPE: Final = 1 << 9  # CPython's Py_TPFLAGS_HEAPTYPE: a class made by a class statement


class Kind(StrEnum):
    """How the instances of a class are taken apart and put together."""

    ENUM = "enum"
    DATACLASS = "dataclass"
    NAMED_TUPLE = "named tuple"
    MODEL = "pydantic model"
    SUBCLASS = "subclass of a builtin type"
    URL = "pydantic URL"
    EXCEPTION = "exception"


_kinds: Final[WeakKeyDictionary[type, Kind]] = WeakKeyDictionary()


def kind_of(cls: type) -> Kind | None:
    """The kind of a class, or None if its instances can only be stored by an encode of their own."""
    known = _kinds.get(cls)
    if known is None:
        known = _look_at(cls)
        if known is not None:  # None may change: a decorator further out may make it a dataclass
            _kinds[cls] = known
    return known


def _look_at(cls: type) -> Kind | None:
    if issubclass(cls, BaseException):
        return Kind.EXCEPTION
    if issubclass(cls, Enum):
        return Kind.ENUM
    if issubclass(cls, _loaded("pydantic.main", "BaseModel")):
        return Kind.MODEL
    if issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        return Kind.NAMED_TUPLE
    if issubclass(cls, BUILTIN_BASES):
        return Kind.SUBCLASS if cls not in BUILTIN_BASES and has_plain_layout(cls) else None
    if dataclasses.is_dataclass(cls):
        return Kind.DATACLASS if has_plain_layout(cls) else None
    return Kind.URL if issubclass(cls, url_classes()) else None


def has_plain_layout(cls: type) -> bool:
    """Whether nothing of an instance is kept in C structures that we cannot see."""
    return all(base.__flags__ & HEAP_TYPE or base is object or base in BUILTIN_BASES for base in cls.__mro__)


def url_classes() -> tuple[type, ...]:
    """The bases of pydantic's URLs, as far as they are loaded."""
    return (
        *_loaded("pydantic_core._pydantic_core", "Url", "MultiHostUrl"),
        *_loaded("pydantic.networks", "_BaseUrl", "_BaseMultiHostUrl"),
    )


def secret_classes() -> tuple[type, ...]:
    """pydantic's wrappers of secrets, as far as they are loaded."""
    return _loaded("pydantic.types", "SecretStr", "SecretBytes", "Secret")


def _loaded(module: str, *names: str) -> tuple[type, ...]:
    known = vars(sys.modules[module]) if module in sys.modules else {}
    return tuple(known[name] for name in names if isinstance(known.get(name), type))


def instance_attributes(value: object) -> dict[str, Any]:
    """What stands in the instance itself, without what a `cached_property` left there."""
    own: dict[str, Any] = getattr(value, "__dict__", {})
    return {name: each for name, each in own.items() if not is_cached_property(type(value), name)}


def is_cached_property(cls: type, name: str) -> bool:
    """Whether what the instance holds under this name was worked out, and can be again."""
    return any(isinstance(vars(base).get(name), functools.cached_property) for base in cls.__mro__)


def slots_of(cls: type) -> list[str]:
    """The names of the slots of a class and its bases."""
    names: list[str] = []
    for base in cls.__mro__:
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else list(slots)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def class_name(cls: type) -> str:
    """``module:qualname``. A spawned process calls the main module by another name: it is the same one."""
    module = "__main__" if cls.__module__ == "__mp_main__" else cls.__module__
    return f"{module}:{cls.__qualname__}"


def loaded_class(name: str) -> type | None:
    """The class of that name among the modules that are loaded already.

    Reads nothing but the dicts of modules and classes: no import, no call, no attribute lookup (a lazy module
    would load itself, a metaclass could run code).
    """
    module_name, _, qualname = name.partition(":")
    found: object = sys.modules.get(module_name)
    for part in qualname.split("."):
        found = _contents(found).get(part)
    if not issubclass(type(found), type):
        return None
    cls: Any = found
    module = type.__getattribute__(cls, "__module__")
    same_module = (module if module != "__mp_main__" else "__main__") == module_name
    return cls if same_module and type.__getattribute__(cls, "__qualname__") == qualname else None


def _contents(owner: Any) -> Any:
    if issubclass(type(owner), type):
        return type.__getattribute__(owner, "__dict__")
    if issubclass(type(owner), ModuleType):
        return object.__getattribute__(owner, "__dict__")
    return {}
