"""A stored value that cannot be made here: kept as it is, shown as far as it can be, lost never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNKNOWN_CLASS = "its class is not known here: run the cell that defines it, or register_type() it"


class Opaque:
    """Stands in for an instance whose class is not known here, or no longer fits.

    ``type_name`` is the class's name, ``fields`` what was stored of it, ``fault`` why it could not be made.
    Storing it again writes the same bytes, so nothing is lost on the way through.
    """

    __slots__ = ("body", "code", "fault", "fields", "type_name")

    def __init__(self, code: int, body: bytes, type_name: str, fields: Mapping[str, Any], fault: str) -> None:
        self.code = code
        self.body = body
        self.type_name = type_name
        self.fields = dict(fields)
        self.fault = fault

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"<Opaque {self.type_name}({fields}): {self.fault}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and (other.code, other.body) == (self.code, self.body)

    def __hash__(self) -> int:
        return hash((self.code, self.body))
