"""Progress: how far each foreach of a run is, told with the end of each item."""

from __future__ import annotations

from typing import Any, Final

from playhead.machine import events as E
from playhead.machine.events import Path
from playhead.machine.snapshot import Record, Snapshot, Status, element, item_path

_STATUS: Final = {E.STEP_SUCCEEDED: "success", E.STEP_FAILED: "failed", E.STEP_SUSPENDED: "suspended"}


class Progress:
    """Counts the items that failed, so that they are looked up once for each foreach and not for each item."""

    __slots__ = ("_failed",)

    def __init__(self) -> None:
        self._failed: dict[Path, int] = {}

    def told(self, snapshot: Snapshot, item: Record, type: str) -> tuple[Path, dict[str, Any]] | None:
        """Where and how to say that ``item`` has ended as the event ``type`` says; None if that ends no item."""
        status = _STATUS.get(type)
        if status is None:
            return None
        foreach = snapshot.records[element(item.path)]
        path = foreach.path  # one for all its items, which the log keeps
        failed = self._failed.get(path)
        if failed is None:
            failed = self._failed[path] = _failed_items(snapshot, foreach)
        elif type == E.STEP_FAILED:
            failed = self._failed[path] = failed + 1
        completed = foreach.done_items + failed
        return path, {"index": item.index, "completed": completed, "total": foreach.total, "status": status}

    def drop(self, path: Path) -> None:
        """The foreach at ``path`` is over."""
        self._failed.pop(path, None)


def _failed_items(snapshot: Snapshot, foreach: Record) -> int:
    items = (snapshot.records.get(item_path(foreach.path, index)) for index in foreach.open_items)
    return sum(1 for item in items if item is not None and item.status is Status.FAILED)
