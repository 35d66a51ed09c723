"""A stored run as `Runtime.get` gives it: readable even where its workflow is not defined."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from playhead.definition.workflow import Workflow
from playhead.errors import TripWire
from playhead.machine.places import bare
from playhead.machine.snapshot import Snapshot
from playhead.results import StepResult, loaded, loaded_error, moment


class StoredRun:
    """A run as the store has it. What ``fields`` did not ask for is None.

    ``steps`` are all that were reached, in the order in which they began; steps of nested workflows stand under
    their ids joined by dots (the last turn or item of each), unless ``nested`` is False.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        workflow: Workflow[Any, Any] | None,
        fields: frozenset[str] | None,
        nested: bool,
    ) -> None:
        self._snapshot = snapshot
        self._fields = fields
        self._nested = nested
        self.run_id = snapshot.run_id
        self.workflow_id = snapshot.workflow_id
        self.workflow = workflow

    def _asked(self, field: str) -> bool:
        return self._fields is None or field in self._fields

    @property
    def status(self) -> str | None:
        return self._snapshot.shown_status if self._asked("status") else None

    @property
    def resource_id(self) -> str | None:
        return self._snapshot.resource_id if self._asked("resource_id") else None

    @cached_property
    def input(self) -> Any:
        return loaded(self._snapshot.input) if self._asked("input") else None

    @cached_property
    def output(self) -> Any:
        return loaded(self._snapshot.output) if self._asked("output") else None

    @cached_property
    def error(self) -> BaseException | None:
        error = loaded_error(self._snapshot.error) if self._asked("error") else None
        return None if isinstance(error, TripWire) else error

    @cached_property
    def tripwire(self) -> TripWire | None:
        error = loaded_error(self._snapshot.error) if self._asked("tripwire") else None
        return error if isinstance(error, TripWire) else None

    @cached_property
    def state(self) -> dict[str, Any] | None:
        return {key: loaded(value) for key, value in self._snapshot.state.items()} if self._asked("state") else None

    @cached_property
    def request(self) -> dict[str, Any] | None:
        return {k: loaded(value) for k, value in self._snapshot.request.items()} if self._asked("request") else None

    @cached_property
    def steps(self) -> dict[str, StepResult] | None:
        if not self._asked("steps"):
            return None
        records = [
            record
            for record in self._snapshot.ordered()
            if (self._nested or len(record.path) == 1)
            and (len(record.path) > 1 or (record.index is None and record.iteration is None))
        ]
        return {".".join(bare(record.path)): StepResult(record, self._snapshot) for record in records}

    @property
    def parent(self) -> tuple[str, int] | None:
        return self._snapshot.parent

    @property
    def created_at(self) -> datetime | None:
        return moment(self._snapshot.created_at) if self._asked("created_at") else None

    @property
    def updated_at(self) -> datetime | None:
        return moment(self._snapshot.updated_at) if self._asked("updated_at") else None

    def __repr__(self) -> str:
        return f"<StoredRun {self.run_id} of {self.workflow_id}: {self._snapshot.shown_status}>"
