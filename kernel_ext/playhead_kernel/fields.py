"""Fields: the keys that a type wants, so that a misspelt one is refused and not silently left out.

A model ignores keys that it does not know. That suits data which programs hand on; what a person types is meant.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from IPython.core.error import UsageError

from playhead.definition.schema import Invalid, Schema
from playhead_kernel.refusals import unknown

_NAMED: Final = 8  # fields in one line
_ANY_VALUE: Final = object()  # what no field can take without a difference to be seen

Place: TypeAlias = tuple[str | int, ...]
Json: TypeAlias = Mapping[str, Any]


def must_fit_fields(schema: Schema | None, value: Any) -> None:
    """Raises `UsageError` for a key that the type leaves out, and for one bare value where it wants fields."""
    described = None if schema is None else _described(schema)
    if schema is None or described is None:
        return
    if isinstance(value, dict):
        _must_have_fields(described)
    else:
        _must_be_whole(schema, described, value)
    for place, known in _strays(described, described, value, ()):
        if _is_ignored(schema, value, place):
            before = place[:-1]
            raise unknown("field", _dotted(place), [_dotted((*before, name)) for name in known])


def _described(schema: Schema) -> Json | None:
    try:
        return schema.json_schema()
    except Exception:  # noqa: BLE001 - a type may refuse to be described in ways of its own
        return None


def _must_have_fields(described: Json) -> None:
    types = [str(choice.get("type", "")) for choice in _choices(described, described)]
    if all(type not in ("", "object") for type in types):
        raise UsageError(f"What is wanted has no fields: give one value ({' or '.join(types)}), no key=value pairs.")


def _must_be_whole(schema: Schema, described: Json, value: Any) -> None:
    choices = _choices(described, described)
    if value is None or not all("properties" in choice for choice in choices):
        return
    if any(not place for place, _ in _outcome(schema, value).issues):
        pairs = {name: name in choice.get("required", ()) for choice in choices for name in choice["properties"]}
        wanted = [f"{name}=…" if is_needed else f"[{name}=…]" for name, is_needed in pairs.items()]
        more = " …" if len(wanted) > _NAMED else ""
        raise UsageError(f"{value!r} is one value; what is wanted has fields: {' '.join(wanted[:_NAMED])}{more}")


# -- which keys are strange by the type's JSON schema -----------------------------------------------------------


def _strays(whole: Json, described: Json, value: Any, place: Place) -> Iterator[tuple[Place, list[str]]]:
    """Each key that is no field of what the type wants there, with the fields that there are."""
    choices = _choices(whole, described)
    if isinstance(value, list):
        items = [choice["items"] for choice in choices if isinstance(choice.get("items"), dict)]
        for number, item in enumerate(value):
            yield from _strays(whole, {"anyOf": items}, item, (*place, number))
    if not isinstance(value, dict):
        return
    known: dict[str, list[Json]] = {}
    for choice in choices:
        for name, field in choice.get("properties", {}).items():
            known.setdefault(name, []).append(field)
    for key, inner in value.items():
        if key in known:
            yield from _strays(whole, {"anyOf": known[key]}, inner, (*place, key))
        elif known and all(_is_closed(choice) for choice in choices):
            yield (*place, key), list(known)


def _choices(whole: Json, described: Json) -> list[Json]:
    """What the description comes to: itself, or what it refers to or lets choose from."""
    if "$ref" in described:
        return _choices(whole, whole.get("$defs", {}).get(described["$ref"].rpartition("/")[2], {}))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in described:
            return [choice for one in described[several] for choice in _choices(whole, one)]
    return [described]


def _is_closed(choice: Json) -> bool:
    """Whether it has no place for other keys than its own; what is no object has none at all."""
    return "type" in choice and (
        choice["type"] != "object" or ("properties" in choice and not choice.get("additionalProperties"))
    )


# -- whether a strange key makes no difference: aliases and validators may take more than is described ----------


class _Outcome:
    """What checking a value comes to: ``value``, or ``issues`` by their places."""

    def __init__(self, value: Any, issues: frozenset[tuple[Place, str]]) -> None:
        self.value = value
        self.issues = issues

    def is_like(self, other: _Outcome) -> bool:
        """Whether nobody could tell them apart."""
        try:
            return self.issues == other.issues and bool(self.value == other.value)
        except Exception:  # noqa: BLE001 - arrays, and types of the user's own, may refuse to be compared
            return False


def _outcome(schema: Schema, value: Any) -> _Outcome:
    try:
        return _Outcome(schema.validate(value), frozenset())
    except Invalid as invalid:
        return _Outcome(None, frozenset((issue.path, issue.message) for issue in invalid.issues))
    except Exception:  # noqa: BLE001 - a validator of the user's own may raise anything; it looked at the value
        return _Outcome(object(), frozenset())


def _is_ignored(schema: Schema, value: Any, place: Place) -> bool:
    marked, bare = copy.deepcopy(value), copy.deepcopy(value)
    _holder(marked, place)[place[-1]] = _ANY_VALUE
    del _holder(bare, place)[place[-1]]
    without = _outcome(schema, bare)
    if not without.is_like(_outcome(schema, bare)):
        return True  # each check gives something new, such as the time: the description has to do
    return without.is_like(_outcome(schema, marked))


def _holder(value: Any, place: Place) -> Any:
    for part in place[:-1]:
        value = value[part]
    return value


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))
