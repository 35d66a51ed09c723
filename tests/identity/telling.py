"""All that can be seen of an exception, but for its traceback, as text that is the same in every process."""

from __future__ import annotations

from collections.abc import Iterator
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

#: What is told otherwise, or is not the exception's own.
NOT_SEEN = {"args", "exceptions", "__dict__", "__class__", "__weakref__"}
NOT_SEEN |= {"__cause__", "__context__", "__traceback__", "__suppress_context__"}


def told(error: BaseException | None) -> str:
    """One fact a line; causes, contexts and members are indented."""
    return "\n".join(_lines(error))


def _lines(error: BaseException | None) -> Iterator[str]:
    if error is None:
        yield "nothing"
        return
    cls = type(error)
    yield f"class {cls.__module__}.{cls.__qualname__}"
    yield f"code {getattr(error, 'code', None)!r}"
    yield f"args {BaseException.args.__get__(error)!r}"  # type: ignore[attr-defined]  # a descriptor, whatever its type says
    yield f"str {_text(error)!r}"
    yield from (f"attribute {name} = {_shown(value)}" for name, value in sorted(vars(error).items()))
    yield from (f"member {name} = {_shown(value)}" for name, value in sorted(_members(error).items()))
    yield f"suppress {error.__suppress_context__}"
    for title, other in (("cause", error.__cause__), ("context", error.__context__)):
        if other is not None:
            same = " (the cause)" if title == "context" and other is error.__cause__ else ""
            yield title + same
            yield from ("  " + line for line in _lines(other))
    for member in getattr(error, "exceptions", ()) if isinstance(error, BaseExceptionGroup) else ():
        yield "holds"
        yield from ("  " + line for line in _lines(member))


def _shown(value: object) -> str:
    return f"[{told(value)}]" if isinstance(value, BaseException) else repr(value)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:
        return f"raises {type(problem).__name__}"


def _members(error: BaseException) -> dict[str, Any]:
    """What classes keep in slots and in C, such as `OSError.filename`."""
    found = {}
    for base in type(error).__mro__:
        for name, part in vars(base).items():
            if isinstance(part, MemberDescriptorType | GetSetDescriptorType) and name not in NOT_SEEN:
                try:
                    found.setdefault(name, part.__get__(error))
                except AttributeError:
                    continue
    return found
