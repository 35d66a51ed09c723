"""What events carry of values, laid over what a snapshot knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from immutables import Map

from playhead.machine.events import Event, Path
from playhead.machine.payload import Payload
from playhead.machine.snapshot import Snapshot

K = TypeVar("K")
V = TypeVar("V")

#: Gives the run after an event.
Folder: TypeAlias = Callable[[Snapshot, Event], Snapshot]


def error_in(snapshot: Snapshot, data: Mapping[str, Any]) -> Payload | None:
    """The error itself, or that of the record it came up from."""
    if "error_at" in data:
        record = snapshot.records.get(tuple(data["error_at"]))
        return record.error if record else None
    error: Payload | None = data.get("error")
    return error


def path_in(value: Iterable[str] | None) -> Path | None:
    """A path of event data."""
    return None if value is None else tuple(value)


def laid_over(base: Map[str, Payload], changes: Mapping[str, Payload] | None) -> Map[str, Payload]:
    """``base`` with ``changes`` laid over it."""
    for key, value in (changes or {}).items():
        base = base.set(key, value)
    return base


def without(base: Map[K, V], key: K) -> Map[K, V]:
    """``base`` without ``key``, if it was there."""
    return base.delete(key) if key in base else base
