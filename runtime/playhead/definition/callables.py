"""The small functions of a definition: conditions, mappings, sleep durations, widths.

They take ``(value)`` or ``(value, ctx)``, and may be sync or async.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple


class Function(NamedTuple):
    """A user's function with how it wants to be called."""

    fn: Callable[..., Any]
    name: str
    takes_context: bool

    async def call(self, value: Any, context: Any) -> Any:
        """Call it, and await what it gives if that is awaitable."""
        result = self.fn(value, context) if self.takes_context else self.fn(value)
        if isinstance(result, Awaitable):
            return await result
        return result


def function(fn: Callable[..., Any]) -> Function:
    """Wrap ``fn``; its required positional parameters decide whether it gets the context too."""
    return Function(fn, _name(fn), _required_positional(fn) >= 2)


def _name(fn: Callable[..., Any]) -> str:
    name = getattr(fn, "__name__", None)
    if name is None or name == "<lambda>":
        return _lambda_text(fn) if name else type(fn).__name__
    return str(name)


def _lambda_text(fn: Callable[..., Any]) -> str:
    """The lambda's own source, so that a graph can show ``order.total > 100`` instead of ``<lambda>``."""
    # Imported here: reading sources is only needed when somebody draws or stores a definition.
    from playhead.definition.sources import lambda_body

    return lambda_body(fn) or "condition"


def _required_positional(fn: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return 1  # unreadable, as with some builtins: they take the value
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(1 for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty)
