"""Definitions: the workflows that the notebook's own variables hold just now, with their steps as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

from IPython.core.error import UsageError

from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.errors import DefinitionFault
from playhead_kernel.latest import Latest, are_alike, latest_among, with_latest
from playhead_kernel.refusals import one_line, unknown

Flow: TypeAlias = Workflow[Any, Any]


class Definitions:
    """Looks through a namespace whenever it is asked: cells are run again, and the latest definition counts."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._seen: WeakKeyDictionary[Flow, int] = WeakKeyDictionary()
        self._held: WeakSet[Step[Any, Any] | Flow] = WeakSet()
        self._renewed: WeakKeyDictionary[Flow, Flow] = WeakKeyDictionary()

    def note(self, *_: object) -> None:
        """Remember what the variables hold; to be called after every cell, before the next one can replace it."""
        self._held.update(self._steps_and_flows())

    def all(self) -> dict[str, Flow]:
        """The committed workflows by id, in the order in which they were first seen."""
        latest = self._latest()
        found = sorted(self._variables().values(), key=lambda flow: self._seen[flow])
        return {flow.id: self._or_as_it_is(flow, latest) for flow in found if flow.committed}

    def names(self) -> list[str]:
        """What a workflow can be called by: its id, and the variable that holds it."""
        return list(dict.fromkeys([*(flow.id for flow in self._variables().values()), *self._variables()]))

    def find(self, name: str) -> Flow:
        """The workflow of that id or variable. Raises `UsageError`."""
        held = self._variables()
        by_age = sorted(held.values(), key=self._seen.__getitem__)
        committed = {flow.id: flow for flow in by_age if flow.committed}
        flow = committed.get(name) or held.get(name) or next((flow for flow in by_age if flow.id == name), None)
        if flow is None:
            hint = "" if held else "Run the cell that defines it: no workflow is defined yet."
            if isinstance(self._namespace.get(name), Step):
                raise UsageError(f"{name!r} is a step: make a workflow of it, Workflow('mine').then({name}).commit()")
            raise unknown("workflow", name, self.names(), hint)
        return self.present(flow)

    def present(self, flow: Flow) -> Flow:
        """The workflow with its steps as their cells define them now. Raises `UsageError` if they do not fit."""
        if not flow.committed:
            raise UsageError(f"Workflow {flow.id!r} is not committed: end its definition with .commit().")
        try:
            return self._present(flow, self._latest())
        except DefinitionFault as fault:
            faults = one_line("\n".join(fault.faults))
            raise UsageError(f"Steps of workflow {flow.id!r} were defined anew and do not fit: {faults}") from fault

    def present_by_id(self, workflow_id: str) -> Flow | None:
        """The same for the workflow of that id; None if the notebook does not define it now."""
        held = [flow for flow in self._variables().values() if flow.committed and flow.id == workflow_id]
        return self.present(max(held, key=self._seen.__getitem__)) if held else None

    def step_ids(self) -> set[str]:
        """The ids of the steps that the notebook's variables hold."""
        return {held.id for held in self._steps_and_flows() if isinstance(held, Step)}

    def variable_of(self, flow: Flow) -> str | None:
        """The name of a variable that holds the workflow, as it is or as it was before its steps were defined anew."""
        return next((n for n, held in self._variables().items() if flow in (held, self._renewed.get(held))), None)

    def _latest(self) -> Latest:
        held = list(self._steps_and_flows())
        return latest_among(held, self._held)

    def _steps_and_flows(self) -> Iterator[Step[Any, Any] | Flow]:
        for name, value in list(self._namespace.items()):
            if isinstance(value, Step | Workflow) and not name.startswith("_"):  # IPython keeps old results as _1, _2
                yield value

    def _or_as_it_is(self, flow: Flow, latest: Latest) -> Flow:
        """What does not fit any more can still be looked at; it says what is wrong when it is to run."""
        try:
            return self._present(flow, latest)
        except DefinitionFault:
            return flow

    def _present(self, flow: Flow, latest: Latest) -> Flow:
        """The same object for as long as nothing changes."""
        present, known = with_latest(flow, latest), self._renewed.get(flow)
        if present is flow:
            self._renewed.pop(flow, None)
        elif known is not None and are_alike(known, present):
            return known
        else:
            self._renewed[flow] = present
        return present

    def _variables(self) -> dict[str, Flow]:
        found = {
            name: value
            for name, value in list(self._namespace.items())
            if isinstance(value, Workflow) and not name.startswith("_")
        }
        for flow in found.values():
            self._seen.setdefault(flow, len(self._seen) + 1)
        return found
