"""Homes: the modules in which another process finds the classes of the values it is sent.

Decoding never imports. So whoever sends values says where their classes live, and whoever receives them imports
those modules and registers the classes before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from playhead.codec.classes import class_name, kind_of, loaded_class
from playhead.codec.mentioned import class_names
from playhead.codec.registry import find, register_type
from playhead.errors import CannotCross
from playhead.executors.functions import thing_at


def homes_of(values: Iterable[bytes]) -> dict[str, list[str]]:
    """Module and qualified name of every class in the bytes of ``values``, by what logs call it.

    Raises `CannotCross` for a class that is defined inside a function.
    """
    homes = {}
    for name in sorted({name for data in values for name in class_names(data)}):
        cls = find(name) or loaded_class(name)
        if cls is None or cls.__module__ == "builtins":  # unknown here, too: it goes as it is
            continue
        module, _, qualname = class_name(cls).partition(":")
        if "<locals>" in qualname:
            raise CannotCross(
                f"A value is a {qualname}, a class that exists only where it was made: define it at the top level "
                "of a module and import it, or leave the step on threads."
            )
        homes[name] = [module, qualname]
    return homes


def settle_in(homes: Mapping[str, Sequence[str]]) -> None:
    """Import and register the classes at ``homes``. Raises `CannotCross` for one that cannot be had here."""
    for name, (module, qualname) in homes.items():
        if find(name) is not None:
            continue
        cls = thing_at((module, qualname))
        if find(name) is not None:  # its module registers it by itself
            continue
        if kind_of(cls) is None:
            raise CannotCross(
                f"The worker cannot make a {module}.{qualname}: say register_type() in the module that defines it."
            )
        register_type(cls, name=name)


def welcome(names: Iterable[str]) -> None:
    """Register the classes of values that came back, as far as their modules are loaded here. Imports nothing."""
    for name in names:
        cls = loaded_class(name)
        if cls is not None and find(name) is None and kind_of(cls) is not None:
            register_type(cls, name=name)
