"""Definitions: the workflows that the notebook's own variables hold just now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from IPython.core.error import UsageError

from playhead.definition.workflow import Workflow
from playhead_kernel.refusals import unknown

Flow: TypeAlias = Workflow[Any, Any]


class Definitions:
    """Looks through a namespace whenever it is asked: cells are run again, and the latest definition counts."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._seen: WeakKeyDictionary[Flow, int] = WeakKeyDictionary()

    def all(self) -> dict[str, Flow]:
        """The committed workflows by id, in the order in which they were first seen."""
        found = sorted(self._variables().values(), key=lambda flow: self._seen[flow])
        return {flow.id: flow for flow in found if flow.committed}

    def names(self) -> list[str]:
        """What a workflow can be called by: its id, and the variable that holds it."""
        return list(dict.fromkeys([*self.all(), *self._variables()]))

    def find(self, name: str) -> Flow:
        """The workflow of that id or variable. Raises `UsageError`."""
        flow = self.all().get(name) or self._variables().get(name)
        if flow is None:
            hint = "" if self.names() else "Run the cell that defines it: no workflow is defined yet."
            raise unknown("workflow", name, self.names(), hint)
        if not flow.committed:
            raise UsageError(f"Workflow {flow.id!r} is not committed: end its definition with .commit().")
        return flow

    def variable_of(self, flow: Flow) -> str | None:
        """The name of a variable that holds the workflow."""
        return next((name for name, held in self._variables().items() if held is flow), None)

    def _variables(self) -> dict[str, Flow]:
        found = {
            name: value
            for name, value in list(self._namespace.items())
            if isinstance(value, Workflow) and not name.startswith("_")  # IPython keeps old results as _1, _2, …
        }
        for flow in found.values():
            self._seen.setdefault(flow, len(self._seen) + 1)
        return found
