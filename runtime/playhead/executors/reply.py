"""A reply: all that came of a body in another process, as bytes of the codec."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from playhead.codec.errors import load_error
from playhead.codec.values import dump, load
from playhead.definition.context import Context
from playhead.executors.homes import welcome
from playhead.machine.payload import Encoded


@dataclass(frozen=True, slots=True)
class Reply:
    """The bytes, told from whatever else an executor may give (no subclass of bytes: Dask makes them plain)."""

    data: bytes


def written(end: list[Any], **rest: Any) -> Reply:
    """The reply of a body that ended so."""
    return Reply(dump({"end": end, **rest}).data)


def settled(reply: Reply, context: Context[Any]) -> Encoded:
    """Say and set through ``context`` what the body said and set there; its output.

    Raises what the body raised, and ends the body by the same signals. What it set or asked is checked here.
    """
    what = load(Encoded(reply.data))
    for words in what.get("said", ()):
        _say(context, *words)
    kind, data, *more = what["end"]
    if kind == "raise":
        raise load_error(Encoded(data))
    welcome(what["classes"])
    _set(context, what)
    if kind == "suspend":
        labels, output = more
        context.suspend(_value(data), label=labels, output=_value(output))
    if kind == "bail":
        context.bail(_value(data))
    return Encoded(data)


def _say(context: Context[Any], kind: str, *words: Any) -> None:
    if kind == "print":
        stream, text = words
        getattr(sys, stream).write(text)
    elif kind == "cancel":
        context.cancel()
    else:
        data, keep = words
        getattr(context, kind)(_value(data), keep=keep)


def _set(context: Context[Any], what: dict[str, Any]) -> None:
    if what["state"]:
        context.set_state({key: _value(data) for key, data in what["state"].items()})
    for key, data in what["request"].items():
        context.request[key] = _value(data)
    for key in what["deleted"]:
        context.request.delete(key)


def _value(data: bytes | None) -> Any:
    return None if data is None else load(Encoded(data))
