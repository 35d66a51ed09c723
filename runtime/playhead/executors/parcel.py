"""A parcel: all that a body needs in another process, as bytes of the codec.

Inside stand the name of the function, and its input, the context's facts, state, request and results, each as
bytes of its own, so that they are decoded when the body asks for them.
"""

from __future__ import annotations

from typing import Any, Final

from playhead.codec.errors import dump_error, load_error
from playhead.codec.values import dump, load
from playhead.definition.context import Context, StateView
from playhead.definition.step import Step
from playhead.errors import CannotCross, NotStorable, WorkflowError
from playhead.executors.functions import address_of, digest_of, mentions
from playhead.executors.homes import homes_of
from playhead.machine.payload import Encoded

FACTS: Final = (
    "run_id", "workflow_id", "resource_id", "path", "attempt", "iteration", "index",
    "resume_data", "resumed", "restarted", "idempotency_key", "started_at",
)  # fmt: skip
"""What the context says plainly, and is the same wherever the body runs."""

#: How a part of the parcel is to be read.
VALUE, VIEW, ERROR = "value", "view", "error"


def packed(step: Step[Any, Any], value: Any, context: Context[Any]) -> bytes:
    """The parcel for one call of the step's body. Raises `CannotCross`, which says what to do."""
    address = address_of(step)
    try:
        parts = _parts(step, value, context)
    except NotStorable as refusal:
        raise CannotCross(
            f"Step {step.id!r} runs in another process, and what it needs cannot be sent there: {refusal}."
        ) from refusal
    what = {
        "function": list(address),
        "digest": digest_of(step.fn),
        "takes_input": step.takes_input,
        "context_name": step.context_name,
        "parts": parts,
        "homes": homes_of(data for _, data in parts.values()),
    }
    return dump(what).data


def _parts(step: Step[Any, Any], value: Any, context: Context[Any]) -> dict[str, tuple[str, bytes]]:
    parts = {"input": _part("input", value)}
    if step.context_name is None:
        return parts
    parts["facts"] = _part("context", {name: getattr(context, name) for name in FACTS})
    parts["state"] = _read("state", lambda: context.state)
    parts["suspend_data"] = _part("suspend_data", context.suspend_data)
    for key, each in context.request.to_dict().items():
        parts[f"request.{key}"] = _part(f"request.{key}", each)
    return parts | _spoken_of(step, context)


def _spoken_of(step: Step[Any, Any], context: Context[Any]) -> dict[str, tuple[str, bytes]]:
    """Whole inputs and results may be large, and most bodies use none: only what the code speaks of is sent."""
    words = mentions(step.fn)
    parts = {}
    if "input_data" in words:
        parts["input_data"] = _part("input_data", context.input_data)
    if "result_of" in words:
        for word in words:
            parts[f"result.{word}"] = _part(f"the result of {word}", context.result_of(word))
    return parts


def _part(where: str, value: Any) -> tuple[str, bytes]:
    if isinstance(value, StateView):
        return VIEW, dump(dict(value), where).data
    return VALUE, dump(value, where).data


def _read(where: str, read: Any) -> tuple[str, bytes]:
    """What ``read`` gives; the error it raises is for the body, if the body reads it too."""
    try:
        value = read()
    except WorkflowError as error:
        return ERROR, dump_error(error).data
    return _part(where, value)


class Parcel:
    """A parcel as it has arrived."""

    def __init__(self, data: bytes) -> None:
        what = load(Encoded(data))
        module, qualname = what["function"]
        self.address = (module, qualname)
        self.digest: str = what["digest"]
        self.takes_input: bool = what["takes_input"]
        self.context_name: str | None = what["context_name"]
        self.homes: dict[str, list[str]] = what["homes"]
        self._parts: dict[str, tuple[str, bytes]] = what["parts"]

    def names(self, prefix: str) -> tuple[str, ...]:
        """What comes after ``prefix`` in the names of the parts that begin with it."""
        return tuple(name.removeprefix(prefix) for name in self._parts if name.startswith(prefix))

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def bytes_of(self, name: str) -> bytes | None:
        """A part as it was sent."""
        return self._parts[name][1] if name in self._parts else None

    def read(self, name: str) -> Any:
        """A part, new at each call; raises the error that stands in its place."""
        kind, data = self._parts[name]
        if kind == ERROR:
            raise load_error(Encoded(data))
        value = load(Encoded(data))
        return StateView(value) if kind == VIEW else value
