"""Answers: what the steps of a run asked, what they were told, by whom and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.payload import Payload
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.escape import clean
from playhead_widgets.views.hidden import MASK, is_hidden
from playhead_widgets.views.payloads import loaded, payload_tree
from playhead_widgets.views.questions import asked_by
from playhead_widgets.views.values import Tree, short


class Answer(NamedTuple):
    """One answer to one place. ``at`` is in seconds since 1970, UTC.

    ``who`` is what the request context of the answer says, and the process it came from, as far as it is known.
    """

    seq: int
    at: float
    path: str
    headline: str
    asked: Tree | None
    labels: tuple[str, ...]
    answered: Tree | None
    who: str


def answers_of(events: Iterable[Event], moment: Callable[[int], Snapshot]) -> Iterator[Answer]:
    """Every answer, oldest first; ``moment`` gives the run as it stood after an event."""
    for event in events:
        if event.type == E.RUN_RESUMED:
            before = moment(event.seq - 1)
            for target in event.data.get("targets", ()):
                record = before.records.get(tuple(target))
                if record is None:
                    continue
                headline, asked = asked_by(record)
                told = payload_tree(event.data.get("data"))
                labels = tuple(clean(label) for label in record.labels)
                yield Answer(event.seq, event.at, "/".join(target), headline, asked, labels, told, _who(event.data))


def _who(data: Mapping[str, Any]) -> str:
    said = [_said(key, payload) for key, payload in sorted((data.get("request") or {}).items())]
    # An owner is written as host, process, when that started, and a nonce.
    host, _, rest = str(data.get("owner") or "").partition("|")
    process = rest.partition("|")[0]
    return ", ".join([*said, f"process {clean(process, 20)} on {clean(host, 80)}"] if process else said)


def _said(key: str, payload: Payload) -> str:
    try:
        value = loaded(payload)
    except Exception:  # noqa: BLE001 - damage to one value must not hide the others
        return f"{clean(key, 80)}: damaged"
    return f"{clean(key, 80)}: {MASK if is_hidden(key, value) else short(value)}"
