"""Progress: how far each foreach of a run is, told with the end of each item."""

from __future__ import annotations

from typing import Any, Final

from playhead.machine import events as E
from playhead.machine.events import Path
from playhead.machine.snapshot import Record, Snapshot, Status, element, item_path

_STATUS: Final = {E.STEP_SUCCEEDED: "success", E.STEP_FAILED: "failed", E.STEP_SUSPENDED: "suspended"}


class Progress:
    """Counts the items that failed, so that they are looked up once for each foreach and not for each item."""

    def __init__(self) -> None:
        self._failed: dict[Path, int] = {}

    def told(self, snapshot: Snapshot, item: Record, type: str) -> tuple[Path, dict[str, Any]] | None:
        """Where and how to say that ``item`` has ended as the event ``type`` says; None if that ends no item."""
        if type not in _STATUS:
            return None
        foreach = snapshot.records[element(item.path)]
        completed = foreach.done_items + self._failed_items(snapshot, foreach, type)
        data = {"index": item.index, "completed": completed, "total": foreach.total, "status": _STATUS[type]}
        return foreach.path, data

    def _failed_items(self, snapshot: Snapshot, foreach: Record, type: str) -> int:
        path, known = foreach.path, self._failed.get(foreach.path)
        if known is None:
            items = (snapshot.records.get(item_path(path, index)) for index in foreach.open_items)
            known = sum(1 for item in items if item is not None and item.status is Status.FAILED)
        else:
            known += type == E.STEP_FAILED
        self._failed[path] = known
        return known

    def drop(self, path: Path) -> None:
        """The foreach at ``path`` is over."""
        self._failed.pop(path, None)
