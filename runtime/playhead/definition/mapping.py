"""Mappings: where the values of the next input come from."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from playhead.definition.callables import Function, function
from playhead.definition.context import Context
from playhead.definition.node import Node
from playhead.errors import DefinitionFault, MappingFailed

#: ``"approve.total"``, or ``("approve", "key.with.dots")`` for keys that hold dots; ``""`` is the whole value.
PathLike: TypeAlias = str | tuple[str | int, ...]

#: Given back by a lookup whose last key is missing, so that the key is left out of the mapping's output.
MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING"})()


class Source(Protocol):
    """Something a mapping can take a value from."""

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        """The value, or `MISSING`. Raises `MappingFailed` where a path leads into nothing."""
        ...


class Previous(NamedTuple):
    """The previous output, or a part of it."""

    path: PathLike

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return walk(previous, self.path, "the previous output")


class Initial(NamedTuple):
    """The workflow's own input, or a part of it."""

    path: PathLike

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return walk(context.input_data, self.path, "the workflow's input")


class State(NamedTuple):
    """The state, or a part of it."""

    path: PathLike

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return walk(context.state, self.path, "the state")


class FromStep(NamedTuple):
    """The output of the first of some steps that has one, or a part of it."""

    step_ids: tuple[str, ...]
    path: PathLike

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        for step_id in self.step_ids:
            found = context.result_of(step_id)
            if found is not None and (found or len(self.step_ids) == 1):
                return walk(found, self.path, f"the output of step {step_id}")
        raise MappingFailed(f"None of the steps {', '.join(self.step_ids)} has a result to take {self.path!r} from.")


class Request(NamedTuple):
    """A key of the request context."""

    key: str

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return context.request.get(self.key, MISSING)


class Constant(NamedTuple):
    """Always the same value."""

    constant: Any

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return self.constant


class Computed(NamedTuple):
    """What a function makes of the previous output."""

    function: Function

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        return await self.function.call(previous, context)


def previous(path: PathLike = "") -> Source:
    """The output of the entry before, or a part of it: ``previous("approve.total")``."""
    return Previous(path)


def initial(path: PathLike = "") -> Source:
    """The workflow's own input, or a part of it."""
    return Initial(path)


def state(path: PathLike = "") -> Source:
    """The run's state, or a part of it."""
    return State(path)


def from_step(step: str | Node | Sequence[str | Node], path: PathLike = "") -> Source:
    """The output of a step, or a part of it; of several steps, the first that has a result."""
    steps: Sequence[str | Node] = step if isinstance(step, list | tuple) else (cast("str | Node", step),)
    return FromStep(tuple(item if isinstance(item, str) else item.id for item in steps), path)


def request(key: str) -> Source:
    """A key of the request context."""
    return Request(key)


def constant(value: Any) -> Source:
    """Always the same value."""
    return Constant(value)


def template(text: str) -> Source:
    """A text with ``${scope.path}`` placeholders; always gives a string.

    Scopes: ``previous`` (or ``input``), ``initial`` (or ``init``), ``state``, ``request.<key>`` and
    ``steps.<id>``. None becomes the empty string, dicts and lists compact JSON, the rest ``str()``.

    Raises `DefinitionFault` for a placeholder that can never be filled.
    """
    return Template(text)


_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_SCOPES = {
    "previous": "previous",
    "input": "previous",
    "initial": "initial",
    "init": "initial",
    "state": "state",
    "request": "request",
    "steps": "steps",
}


class Template:
    """A parsed template: literal texts with the source of each placeholder between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = _PLACEHOLDER.split(text)
        self._literals = pieces[::2]
        self._names = pieces[1::2]
        self._sources = [_placeholder(body, n, text) for n, body in enumerate(self._names, start=1)]

    async def value(self, previous: Any, context: Context[Any]) -> Any:
        filled = [self._literals[0]]
        for source, name, literal in zip(self._sources, self._names, self._literals[1:], strict=True):
            filled += [_as_text(await self._fill(source, name, previous, context)), literal]
        return "".join(filled)

    async def _fill(self, source: Source, name: str, previous: Any, context: Context[Any]) -> Any:
        try:
            return await source.value(previous, context)
        except MappingFailed as error:
            raise MappingFailed(f"The template's placeholder ${{{name}}} cannot be filled: {error}") from error

    def __repr__(self) -> str:
        return f"template({self.text!r})"


def _placeholder(body: str, number: int, text: str) -> Source:
    where = f"Template placeholder #{number} (${{{body}}}) in {text!r}"
    if not body.strip() or body != body.strip():
        raise DefinitionFault(f"{where} is empty or whitespace-padded; write it as ${{previous.name}}.")
    scope, _, path = body.partition(".")
    kind = _SCOPES.get(scope)
    if kind is None:
        raise DefinitionFault(f'{where} has the unknown namespace "{scope}"; use one of {", ".join(_SCOPES)}.')
    if kind == "request":
        return Request(_needed(path, where, "request.<key>"))
    if kind == "steps":
        step_id, _, rest = _needed(path, where, "steps.<id>").partition(".")
        return FromStep((_needed(step_id, where, "steps.<id>"),), rest)
    by_path: dict[str, type[Previous | Initial | State]] = {
        "previous": Previous,
        "initial": Initial,
        "state": State,
    }
    return by_path[kind](path)


def _needed(part: str, where: str, form: str) -> str:
    if not part:
        raise DefinitionFault(f"{where} is not complete: write ${{{form}}}.")
    return part


def _as_text(value: Any) -> str:
    if value is None or value is MISSING:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return str(value)


def walk(value: Any, path: PathLike, subject: str) -> Any:
    """Follow ``path`` into ``value`` by keys, indexes and attributes.

    `MISSING` if only the last key is missing; `MappingFailed` if the path leads into None or a scalar.
    """
    parts = _parts(path)
    for position, part in enumerate(parts):
        value = _enter(value, part)
        if value is MISSING:
            if position == len(parts) - 1:
                return MISSING
            break
        if value is _NOWHERE:
            break
    else:
        return value
    raise MappingFailed(
        f"Invalid path {'.'.join(str(p) for p in parts)!r} in {subject}: there is no {parts[position]!r}."
    )


_NOWHERE: Any = object()


def _parts(path: PathLike) -> list[str | int]:
    if isinstance(path, tuple):
        return list(path)
    return [] if path in ("", ".") else list(path.split("."))


def _enter(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, MISSING)
    if isinstance(value, list | tuple) and str(part).isdigit():
        index = int(part)
        return value[index] if index < len(value) else MISSING
    if isinstance(part, str) and not part.startswith("_") and _has_fields(value):
        return getattr(value, part, MISSING)
    return _NOWHERE


def _has_fields(value: Any) -> bool:
    """Models, dataclasses and named tuples are entered by attribute; anything else is a scalar."""
    return dataclasses.is_dataclass(value) or hasattr(type(value), "model_fields") or hasattr(type(value), "_fields")


_SOURCES = (Previous, Initial, State, FromStep, Request, Constant, Computed, Template)


def source(value: Any, key: str) -> Source:
    """What a user wrote for ``key`` of a mapping, as a source: a source, or a function."""
    if isinstance(value, _SOURCES):
        return value
    if callable(value):
        return Computed(function(value))
    raise DefinitionFault(
        f"The mapping's key {key!r} is {value!r}: give a source such as previous('path'), a function, "
        f"or constant({value!r})."
    )


def mapper(mapping: Mapping[str, Any] | Callable[..., Any]) -> Callable[[Any, Context[Any]], Any]:
    """One async function that builds the next input from the previous output."""
    if callable(mapping):
        return function(mapping).call
    if not isinstance(mapping, Mapping):
        raise DefinitionFault(f".map() takes a function or a dict of sources, not {type(mapping).__name__}.")
    sources = {key: source(value, key) for key, value in mapping.items()}

    async def build(value: Any, context: Context[Any]) -> dict[str, Any]:
        found = {key: await item.value(value, context) for key, item in sources.items()}
        return {key: item for key, item in found.items() if item is not MISSING}

    return build
