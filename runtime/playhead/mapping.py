"""Sources for ``Workflow.map``: where the values of the next input come from."""

from __future__ import annotations

from playhead.definition.mapping import constant, from_step, initial, previous, request, state, template

__all__ = ["constant", "from_step", "initial", "previous", "request", "state", "template"]
