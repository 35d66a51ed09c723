"""Forms: what to ask a person for, from the JSON schema of an answer, and their answers as plain data.

A field is a dict: ``kind`` (``text``, ``number``, ``integer``, ``bool``, ``enum``, ``date``, ``datetime``,
``time``, ``list``, ``object``, ``json``, or ``any``: JSON, or else the text as it is), ``name``, ``label``,
``help``, ``required``, ``nullable`` (empty means None), and ``default`` where there is one. An ``enum`` has
``options``, a ``list`` its ``item``, an ``object`` its ``fields``; limits stand under their JSON schema
names.

The browser sends answers as it has them: texts for what is typed, booleans, lists and dicts of these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from playhead_widgets.views.escape import clean

Field: TypeAlias = dict[str, Any]

_DEEPEST: Final = 4  # objects in objects; deeper ones are asked for as JSON
_LIMITS: Final = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
)
_KINDS: Final = {"string": "text", "integer": "integer", "number": "number", "boolean": "bool"}
_FORMATS: Final = {"date": "date", "date-time": "datetime", "time": "time"}
_LONG: Final = 160  # characters: a text that may be longer gets room for several lines
_OMITTED: Any = object()


class AnswerInvalid(ValueError):
    """What was typed cannot be an answer; ``issues`` are pairs of path and message."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        self.issues = [(path, message)]
        super().__init__(f"{'.'.join(map(str, path)) or 'the answer'}: {message}")


def form_of(schema: Mapping[str, Any] | None) -> Field:
    """The field to show for a whole answer; without a schema anything may be typed."""
    if schema is None:
        return {"kind": "any", "name": "", "label": "", "help": "", "required": False, "nullable": True}
    return _Reader(schema).field("", schema, required=True, depth=0)


class _Reader:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.definitions = schema.get("$defs", {})

    def field(self, name: str, schema: Mapping[str, Any], *, required: bool, depth: int) -> Field:
        schema, nullable = self.unwrapped(schema)
        found: Field = {
            "kind": self.kind(schema, depth),
            "name": name,
            "label": clean(schema.get("title", name) if name else schema.get("title", ""), 80),
            "help": clean(schema.get("description", ""), 300),
            "required": required,
            "nullable": nullable,
        }
        if "default" in schema:
            found["default"] = schema["default"]
        found |= {limit: schema[limit] for limit in _LIMITS if limit in schema}
        if found["kind"] == "enum":
            found["options"] = list(schema.get("enum", [schema.get("const")]))
        elif found["kind"] == "list":
            found["item"] = self.field("", schema.get("items", {}), required=True, depth=depth + 1)
        elif found["kind"] == "object":
            found["fields"] = self.fields(schema, depth)
        elif found["kind"] == "text" and (schema.get("maxLength") or 0) > _LONG:
            found["long"] = True
        return found

    def fields(self, schema: Mapping[str, Any], depth: int) -> list[Field]:
        needed = schema.get("required", ())
        parts = schema.get("properties", {}).items()
        return [self.field(name, part, required=name in needed, depth=depth + 1) for name, part in parts]

    def unwrapped(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """References followed, and ``X | None`` as X that may be left empty."""
        nullable = False
        for _ in range(8):  # as many wrappings as anybody writes; a reference to itself ends here too
            if "$ref" in schema:
                target = self.definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
                schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
            elif len(schema.get("allOf", ())) == 1:
                schema = {
                    **schema["allOf"][0],
                    **{key: value for key, value in schema.items() if key != "allOf"},
                }
            elif "anyOf" in schema:
                choices = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
                nullable = nullable or len(choices) < len(schema["anyOf"])
                if len(choices) != 1:
                    return schema, nullable
                schema = {**choices[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
            else:
                break
        return schema, nullable

    def kind(self, schema: Mapping[str, Any], depth: int) -> str:
        if "enum" in schema or "const" in schema:
            return "enum"
        match schema.get("type"):
            case "string":
                return _FORMATS.get(str(schema.get("format")), "text")
            case "array" if "items" in schema and "prefixItems" not in schema and depth < _DEEPEST:
                return "list"
            case "object" if schema.get("properties") and depth < _DEEPEST:
                return "object"
            case str(name) if name in _KINDS:
                return _KINDS[name]
            case _:
                return "json"


def answer(form: Field, raw: Any) -> Any:
    """What a person filled in, as data for the step's own check. Raises `AnswerInvalid`."""
    value = _value(form, raw, ())
    return None if value is _OMITTED else value


def _value(field: Field, raw: Any, path: tuple[str | int, ...]) -> Any:
    kind = field["kind"]
    if kind == "object":
        return _object(field, raw, path)
    if kind == "list":
        return _list(field, raw, path)
    if raw is None or raw == "":
        return _empty(field, path)
    match kind:
        case "integer" | "number":
            return _number(raw, path, whole=kind == "integer")
        case "json":
            return _json(raw, path)
        case "any":
            try:
                return _json(raw, path)
            except AnswerInvalid:
                return raw
        case "bool" if not isinstance(raw, bool):
            raise AnswerInvalid(path, "choose yes or no")
        case "enum" if raw not in field["options"]:
            raise AnswerInvalid(path, "choose one of the options")
        case _:
            return raw
    return raw


def _object(field: Field, raw: Any, path: tuple[str | int, ...]) -> Any:
    if raw is None:
        return _empty(field, path)
    if not isinstance(raw, Mapping):
        raise AnswerInvalid(path, "expected named values")
    found = {part["name"]: _value(part, raw.get(part["name"]), (*path, part["name"])) for part in field["fields"]}
    return {name: value for name, value in found.items() if value is not _OMITTED}


def _list(field: Field, raw: Any, path: tuple[str | int, ...]) -> Any:
    if raw is None:
        return _empty(field, path) if field["nullable"] or not field["required"] else []
    if not isinstance(raw, list):
        raise AnswerInvalid(path, "expected a list")
    return [_value(field["item"], item, (*path, index)) for index, item in enumerate(raw)]


def _empty(field: Field, path: tuple[str | int, ...]) -> Any:
    """An empty field.

    Its default if it has one, None where that may be, an empty text where texts are asked for.
    """
    if "default" in field or (not field["required"] and not field["nullable"]):
        return _OMITTED
    if field["nullable"]:
        return None
    if field["kind"] == "text":
        return ""
    raise AnswerInvalid(path, "needs a value")


def _number(raw: Any, path: tuple[str | int, ...], *, whole: bool) -> int | float:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    try:
        return int(str(raw).strip()) if whole else float(str(raw).strip())
    except ValueError:
        raise AnswerInvalid(path, "expected a whole number" if whole else "expected a number") from None


def _json(raw: Any, path: tuple[str | int, ...]) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError as error:
        raise AnswerInvalid(path, f"is not JSON: {error}") from None
