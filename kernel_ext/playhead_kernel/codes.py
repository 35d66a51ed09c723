"""Codes: the source of each step of a workflow, for people to read."""

from __future__ import annotations

from typing import Any

from playhead.definition.sources import source_text
from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.machine.places import body_at
from playhead_kernel.naming import joined, places
from playhead_widgets.views.report_steps import Code


def codes_of(workflow: Workflow[Any, Any]) -> dict[str, Code]:
    """The code of each step by its path, where Python can find it."""
    found: dict[str, Code] = {}
    for place in places(workflow):
        body = body_at(workflow, place)
        text = source_text(body.fn) if isinstance(body, Step) else None
        if text is not None:
            found[joined(place)] = Code(text)
    return found
