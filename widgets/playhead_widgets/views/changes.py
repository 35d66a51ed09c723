"""Changes: what is different between two values, and between two moments of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.escape import clean
from playhead_widgets.views.payloads import loaded
from playhead_widgets.views.states import PENDING, state_of
from playhead_widgets.views.values import parts_of, short

LISTED: Final = 60  # changes of one comparison
_DEEPEST: Final = 6
_MISSING: Any = object()


def changes(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """``state``: changes of the run's state by path; ``records``: paths whose state differs."""
    return {"state": state_changes(before, after), "records": record_changes(before, after)}


def state_changes(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Keys of the run's state that were added, removed or changed, with the path inside them."""
    keys = sorted({*before.state.keys(), *after.state.keys()})
    differing = [key for key in keys if before.state.get(key) != after.state.get(key)]
    old = {key: loaded(before.state.get(key)) for key in differing if key in before.state}
    new = {key: loaded(after.state.get(key)) for key in differing if key in after.state}
    return value_changes(old, new)


def record_changes(before: Snapshot, after: Snapshot) -> list[dict[str, str]]:
    """Each path whose record differs, with its state then and now, in the order in which they began."""
    differing = [record for record in after.ordered() if before.records.get(record.path) is not record]
    found = [_record_change(before, record.path, state_of(record)) for record in differing]
    gone = sorted(path for path in before.records if path not in after.records)
    return found + [_record_change(before, path, PENDING) for path in gone]


def value_changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """Each place where two values differ: ``path``, ``kind`` (added, removed, changed), ``before``,
    ``after``.

    The values are given in a few words. At most `LISTED` places; a last one of kind ``more`` says if there
    are others.
    """
    found: list[dict[str, Any]] = []
    for change in _differences(before, after, "", _DEEPEST):
        if len(found) == LISTED:
            return [*found, {"path": "…", "kind": "more"}]
        found.append(change)
    return found


def _record_change(before: Snapshot, path: tuple[str, ...], state: str) -> dict[str, str]:
    known = before.records.get(path)
    return {"path": "/".join(path), "before": state_of(known) if known else PENDING, "after": state}


def _differences(before: Any, after: Any, path: str, depth: int) -> Iterator[dict[str, Any]]:
    if before is after or _same(before, after):
        return
    old, new = _named(before), _named(after)
    if depth == 0 or old is None or new is None or type(before) is not type(after):
        yield {"path": path or "value", "kind": "changed", "before": short(before), "after": short(after)}
        return
    for name in {**old, **new}:
        inner = f"{path}.{name}" if path else name
        if name not in new:
            yield {"path": inner, "kind": "removed", "before": short(old[name])}
        elif name not in old:
            yield {"path": inner, "kind": "added", "after": short(new[name])}
        else:
            yield from _differences(old[name], new[name], inner, depth - 1)


def _named(value: Any) -> dict[str, Any] | None:
    """The parts of a container by name; None for anything else, and for what has no names for its parts."""
    found = parts_of(value)
    if found is None:
        return None
    pairs = list(found[1]())
    return {clean(key, 60): part for key, part in pairs} if all(key is not None for key, _ in pairs) else None


def _same(before: Any, after: Any) -> bool:
    """Equal, as far as the values can say so themselves.

    An array compares by element, and some things raise.
    """
    try:
        equal = before == after
        return equal if isinstance(equal, bool) else bool(equal.all()) and before.shape == after.shape
    except Exception:  # noqa: BLE001 - a value's own comparison may raise anything: then it differs
        return False
