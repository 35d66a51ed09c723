"""The classes that stored values may become: put here by the user's own running code, never by a log."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, overload
from weakref import WeakKeyDictionary

from playhead.codec.classes import Kind, class_name, kind_of, loaded_class
from playhead.codec.schemas import classes_in
from playhead.errors import DefinitionFault, Issue

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow

ClassT = TypeVar("ClassT", bound=type)


class Registration(NamedTuple):
    """A class as it is now, and how to take its instances apart if that is not for us to know."""

    cls: type
    encode: Callable[[Any], object] | None = None
    decode: Callable[[Any], object] | None = None


_by_name: Final[dict[str, Registration]] = {}
_names: Final[WeakKeyDictionary[type, str]] = WeakKeyDictionary()


@overload
def register_type(
    cls: ClassT,
    *,
    name: str | None = None,
    encode: Callable[[Any], object] | None = None,
    decode: Callable[[Any], object] | None = None,
) -> ClassT: ...


@overload
def register_type(
    cls: None = None,
    *,
    name: str | None = None,
    encode: Callable[[Any], object] | None = None,
    decode: Callable[[Any], object] | None = None,
) -> Callable[[ClassT], ClassT]: ...


def register_type(
    cls: ClassT | None = None,
    *,
    name: str | None = None,
    encode: Callable[[Any], object] | None = None,
    decode: Callable[[Any], object] | None = None,
) -> ClassT | Callable[[ClassT], ClassT]:
    """Let stored values become instances of ``cls``; also usable as a decorator.

    Models, dataclasses, enums, named tuples and exceptions need nothing more. For any other class, ``encode``
    turns an instance into storable data and ``decode`` turns that data into an instance. ``name`` (by default
    module and qualified name) is what logs call the class: give one to be free to move the class later. The
    latest registration of a name wins.

    Raises `DefinitionFault` if instances of the class could not be stored.
    """
    if cls is None:
        return lambda decorated: register_type(decorated, name=name, encode=encode, decode=decode)
    if (encode is None) != (decode is None):
        raise DefinitionFault(f"register_type({cls.__qualname__}): give encode= and decode= together.")
    if encode is None and kind_of(cls) is None:
        raise DefinitionFault(
            f"register_type({cls.__qualname__}): instances of this class hold what Playhead cannot see. "
            "Give encode= (instance -> storable data) and decode= (data -> instance)."
        )
    _enter(name or class_name(cls), Registration(cls, encode, decode))
    return cls


def register_schema(annotation: object) -> None:
    """Register every class that a value of this type may hold; done for the schemas of every workflow.

    A model that its module holds now keeps its name: a step that was not defined anew may still have the one before,
    which takes instances of the new one by their attributes. No other kind of class does, so there the latest wins.
    """
    if type(annotation) is type and annotation.__module__ == "builtins":
        return  # int, str, list ...: nothing to be found again
    for cls in classes_in(annotation):
        name = _names.get(cls, class_name(cls))
        known = _by_name.get(name)
        if known is None or (known.cls is not cls and not _is_the_present_model(name, known.cls)):
            _enter(name, Registration(cls))


def _is_the_present_model(name: str, cls: type) -> bool:
    """Whether it is a model, and the one that its module holds under that name now."""
    return (
        kind_of(cls) is Kind.MODEL and not getattr(cls, "__pydantic_root_model__", False) and loaded_class(name) is cls
    )


def register_workflow(workflow: Workflow[Any, Any]) -> None:
    """Make the classes of a workflow's schemas known, so that stored values find them again."""
    distinct = dict.fromkeys(map(_SCHEMAS, workflow.walk()))  # clones of one step share theirs
    for schema in dict.fromkeys(chain.from_iterable(distinct)):
        if schema is not None:
            register_schema(schema.annotation)


_SCHEMAS: Final = attrgetter("input", "output", "state", "request", "resume", "suspend")


def find(name: str) -> type | None:
    """The class that is registered under ``name``, or None."""
    registration = _by_name.get(name)
    return registration.cls if registration else None


def registration_of(name: str) -> Registration | None:
    """What is registered under ``name``, or None."""
    return _by_name.get(name)


def registered_name(cls: type) -> str | None:
    """What logs call the class, or None if it is not registered."""
    return _names.get(cls)


def name_of(cls: type) -> str:
    """What logs call the class; registers it, because whoever holds an instance holds the class."""
    name = _names.get(cls)
    if name is None:
        name = class_name(cls)
        if name not in _by_name or loaded_class(name) in {cls, None}:
            _enter(name, Registration(cls))
        else:  # an instance from before its cell ran again: the newer class keeps the name
            _names[cls] = name
    return name


def _enter(name: str, registration: Registration) -> None:
    _by_name[name] = registration
    _names[registration.cls] = name


register_type(Issue)
