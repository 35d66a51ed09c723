"""pydantic's ValidationError, which lives in Rust and can only be made from a list of what was wrong."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def is_validation_error(error: BaseException) -> bool:
    """Whether it is pydantic's, without loading pydantic."""
    core = sys.modules.get("pydantic_core")
    return core is not None and isinstance(error, core.ValidationError)


def validation_record(error: Any) -> dict[str, Any]:
    """Everything the error tells: title, what was wrong where, and whether it hides its inputs."""
    return {
        "title": error.title,
        "errors": [dict(line) for line in error.errors(include_url=False)],
        "hide": "input_value=" not in str(error),
    }


def validation_error(record: dict[str, Any]) -> BaseException:
    """The error again; what kind of input it was raised for shows in its words only, so both are tried."""
    wanted = [line["msg"] for line in record["errors"]]
    tried = [_made(record, kind_of_input) for kind_of_input in ("python", "json")]
    same = [error for error in tried if messages(error) == wanted]
    return (same or tried)[0]


def messages(error: Any) -> list[str]:
    """The words of each thing that was wrong."""
    return [line["msg"] for line in error.errors(include_url=False, include_input=False)]


def _made(record: dict[str, Any], kind_of_input: str) -> BaseException:
    core: Any = import_module("pydantic_core")  # typed as Any: the details of a line depend on its type
    lines = [_line(core, line, kind_of_input) for line in record["errors"]]
    error: BaseException = core.ValidationError.from_exception_data(
        record["title"], lines, kind_of_input, record["hide"]
    )
    return error


def _line(core: Any, line: dict[str, Any], kind_of_input: str) -> dict[str, Any]:
    """One thing that was wrong; a type that pydantic does not know, or not so, becomes a custom one."""
    details: dict[str, Any] = {key: line[key] for key in line if key != "msg"}
    try:
        core.ValidationError.from_exception_data("", [details], kind_of_input)
    except (TypeError, ValueError, KeyError):
        details["type"] = _custom(core, line)
        details.pop("ctx", None)
    return details


def _custom(core: Any, line: dict[str, Any]) -> Any:
    with_context = core.PydanticCustomError(line["type"], line["msg"], line.get("ctx"))
    same = with_context.message() == line["msg"]
    return with_context if same else core.PydanticCustomError(line["type"], line["msg"])
