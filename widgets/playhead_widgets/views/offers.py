"""Offers: what of a run may be changed when it is forked at a moment, as text to be edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from playhead.definition.workflow import Workflow
from playhead.machine.decide import Begin, decide
from playhead.machine.payload import Payload
from playhead.machine.snapshot import Snapshot, Status
from playhead_widgets.views.hidden import is_hidden
from playhead_widgets.views.payloads import loaded, size_of

EDITED: Final = 16_000  # bytes; more is not offered to be edited as text

_SEVERAL: Final = "No single step comes next at this moment, so there is no input to change."
_LARGE: Final = "It is too large to be edited here."
_OPAQUE: Final = "It is no plain data, so it cannot be edited as text."
_SECRET: Final = "It holds values that are kept from the screen."


def fork_offer(workflow: Workflow[Any, Any], snapshot: Snapshot) -> dict[str, Any]:
    """``next``: the path of the step whose input may be changed (``""``: the run's own; None: none).

    ``input`` and ``state`` have ``text``, the value as JSON, or ``reason``, why it cannot be edited.
    """
    place, payload = _next(workflow, snapshot)
    return {
        "next": place,
        "input": {"reason": _SEVERAL} if place is None else editable(payload),
        "state": _editable_state(dict(snapshot.state.items())),
    }


def editable(payload: Payload | None) -> dict[str, str]:
    """The recorded value as JSON ``text``, or the ``reason`` why it cannot be edited as such."""
    if payload is None:
        return {"text": "null"}
    if size_of(payload) > EDITED:
        return {"reason": _LARGE}
    try:
        return _text(loaded(payload))
    except Exception:  # noqa: BLE001 - what is damaged, or no plain data, is not offered to be edited
        return {"reason": _OPAQUE}


def _editable_state(state: Mapping[str, Payload]) -> dict[str, str]:
    if sum(map(size_of, state.values())) > EDITED:
        return {"reason": _LARGE}
    try:
        return _text({key: loaded(part) for key, part in sorted(state.items())})
    except Exception:  # noqa: BLE001 - as above
        return {"reason": _OPAQUE}


def _text(value: Any) -> dict[str, str]:
    from pydantic_core import to_jsonable_python  # pydantic is loaded when the first value is edited

    plain = to_jsonable_python(value)
    if _holds_hidden(plain):
        return {"reason": _SECRET}
    return {"text": json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)}


def _holds_hidden(value: Any) -> bool:
    if isinstance(value, dict):
        return any(is_hidden(key, part) or _holds_hidden(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_holds_hidden, value))


def _next(workflow: Workflow[Any, Any], snapshot: Snapshot) -> tuple[str | None, Payload | None]:
    """The one place that would begin next, with its input; the run's own before anything has begun."""
    if not snapshot.records:
        return "", snapshot.input
    commands = decide(workflow, snapshot._replace(status=Status.RUNNING))
    begins = [command for command in commands if isinstance(command, Begin)]
    if len(begins) != 1:
        return None, None
    [begin] = begins
    record = snapshot.records.get(begin.path)
    payload = snapshot.resolve(begin.source) if begin.source else record.input if record else None
    return "/".join(begin.path), payload
