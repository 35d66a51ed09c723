"""Codes: the source of each step of a run as it was when the step ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from playhead.definition.outline import definition_of
from playhead.definition.workflow import Workflow
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.places import bare
from playhead.runs.fitting import sources_in
from playhead.stores.port import Store
from playhead_widgets.views.report_steps import Code

_UNKNOWN: Final = "How it was written then is not recorded: this is how it is written now."
_SEVERAL: Final = "It was changed while the run went on: this is how it was when it ran last."
_SINCE: Final = "It has been changed since."


async def codes_of(workflow: Workflow[Any, Any], events: Iterable[Event], store: Store) -> dict[str, Code]:
    """The code of each step by its path, where it is known, with what is to be known about it."""
    now = definition_of(workflow).sources
    then: Mapping[str, str] = {}
    texts: dict[str, list[str]] = {}
    for event in events:
        if "outline" in event.data:
            then = await sources_in(event.data["outline"], store)
        if event.type in (E.STEP_STARTED, E.STEP_WAITING):
            name = "/".join(bare(event.path))
            if name in then:
                texts.setdefault(name, []).append(then[name])
    reached = {name: _code(known, now.get(name)) for name, known in texts.items()}
    rest = {name: Code(text, "" if then else _UNKNOWN) for name, text in (then or now).items()}
    return rest | reached


def _code(texts: list[str], now: str | None) -> Code:
    last = texts[-1]
    earlier = tuple(dict.fromkeys(text for text in texts if text != last))
    notes = [_SEVERAL] if earlier else []
    return Code(last, " ".join([*notes, _SINCE] if last != now else notes), earlier)
