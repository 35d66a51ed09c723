"""Schemas: any type that pydantic can check, with our own list of issues instead of its errors."""

from __future__ import annotations

import json
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from playhead.errors import DefinitionFault, Issue

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Invalid(Exception):
    """A value does not fit; callers turn ``issues`` into the error that says what was being checked."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        self.issues = issues
        super().__init__("\n".join(str(issue) for issue in issues))


class Schema:
    """A type annotation that can check values. The check converts as pydantic does by default (``"5"`` is an int)."""

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation

    @classmethod
    def of(cls, annotation: Any) -> Schema | None:
        """A schema for ``annotation``; None where anything goes."""
        return None if annotation is Any or annotation is None else cls(annotation)

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What checks. Classes that pydantic does not know, such as frames, are checked by `isinstance`.

        Raises `DefinitionFault` for an annotation that no value can be checked against.
        """
        # pydantic is imported when the first value is checked: `import playhead` has to stay quick.
        from pydantic import ConfigDict, InstanceOf, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter
        from pydantic.warnings import ArbitraryTypeWarning

        if isinstance(self.annotation, _VALUES):
            what = type_name(type(self.annotation))
            raise DefinitionFault(
                f"{self.annotation!r} cannot be used as a schema: it is a {what} and no type; give a class, such as a "
                "pydantic model, or a type such as list[int]"
            )
        try:
            return TypeAdapter(self.annotation)
        except (PydanticSchemaGenerationError, PydanticUserError):
            if isinstance(self.annotation, type):
                instance: Any = InstanceOf
                return TypeAdapter(instance[self.annotation])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", ArbitraryTypeWarning)  # pydantic would let anything pass
                return TypeAdapter(self.annotation, config=ConfigDict(arbitrary_types_allowed=True))
        except (PydanticSchemaGenerationError, PydanticUserError, ArbitraryTypeWarning) as error:
            reason = str(error).partition("\n")[0]
            raise DefinitionFault(f"{type_name(self.annotation)} cannot be used as a schema: {reason}") from error

    def validate(self, value: Any) -> Any:
        """The value converted to the type, defaults applied. Raises `Invalid`."""
        try:
            return self.adapter.validator.validate_python(value, from_attributes=True)
        except ValueError as error:  # as pydantic's errors are
            from pydantic import ValidationError

            if not isinstance(error, ValidationError):
                raise
            raise Invalid(_issues(error)) from error

    def json_schema(self) -> dict[str, Any] | None:
        """The JSON schema, for forms; None where the type has none."""
        from pydantic.errors import PydanticInvalidForJsonSchema

        try:
            return self.adapter.json_schema()
        except PydanticInvalidForJsonSchema:
            return None

    @cached_property
    def fingerprint(self) -> str:
        """Changes when other values fit than before."""
        if self.annotation in _PLAIN:
            return type_name(self.annotation)  # without pydantic, which may not be needed at all
        try:
            return json.dumps(self.json_schema(), sort_keys=True)
        except Exception:  # noqa: BLE001  # a type may refuse to be described in ways of its own; its name must do
            return type_name(self.annotation)

    def __repr__(self) -> str:
        return f"Schema({type_name(self.annotation)})"


#: What people write by mistake. pydantic takes a dict for a schema in its own words, and a text for a name to be found.
_VALUES: Final = (dict, list, tuple, set, str, bytes, int, float)
_PLAIN: Final = (bool, int, float, str, bytes, list, dict, type(None))


def type_name(annotation: Any) -> str:
    """How people write the type."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _issues(error: Any) -> tuple[Issue, ...]:
    found = error.errors(include_url=False, include_context=False)
    return tuple(Issue(tuple(item["loc"]), item["msg"], item.get("input")) for item in found)
