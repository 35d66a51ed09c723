"""Attempts: how each try of one step went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from playhead.machine import events as E
from playhead.machine.events import Event
from playhead_widgets.views.durations import duration
from playhead_widgets.views.payloads import error_view

SHOWN: Final = 50  # the last ones

_ENDS: Final = {
    E.STEP_SUCCEEDED: "success",
    E.STEP_FAILED: "failed",
    E.STEP_SUSPENDED: "suspended",
    E.STEP_CANCELED: "canceled",
    E.STEP_LOST: "lost",
}


def attempts_of(events: Iterable[Event], path: tuple[str, ...], until: int) -> list[dict[str, Any]]:
    """Every time the body at ``path`` was begun by event ``until``: ``number``, ``state``, ``took``, ``error``.

    A try that is to be repeated has failed; one of a process that died is ``lost``.
    """
    found: list[dict[str, Any]] = []
    began = 0.0
    for event in events:
        if event.seq > until:
            break
        if event.path != path:
            continue
        if event.type == E.STEP_STARTED:
            began = event.at
            found.append({"number": len(found) + 1, "state": "running", "took": "", "error": None})
        elif found and found[-1]["state"] == "running":
            found[-1] |= _ended(event, began)
    return found[-SHOWN:]


def _ended(event: Event, began: float) -> dict[str, Any]:
    error = event.data.get("error")
    state = _ENDS.get(event.type) or ("failed" if event.type == E.STEP_WAITING and error else None)
    if state is None:
        return {}
    return {"state": state, "took": duration(max(0.0, event.at - began)), "error": error_view(error)}
