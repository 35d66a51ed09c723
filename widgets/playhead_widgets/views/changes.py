"""Changes: what is different between two values, and between two moments of a run."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice
from typing import Any, Final

from playhead.machine.payload import Payload
from playhead.machine.snapshot import Record, Snapshot
from playhead_widgets.views.board import node_of
from playhead_widgets.views.escape import clean
from playhead_widgets.views.payloads import loaded, size_of
from playhead_widgets.views.states import PENDING, state_of
from playhead_widgets.views.values import parts_of, short

LISTED: Final = 60  # changes of one comparison
COMPARED: Final = 2**20  # bytes; larger values are not compared with each other
_DEEPEST: Final = 6
_NAME: Final = 60  # characters of a key
_CONTAINERS: Final = frozenset({"loop", "foreach"})  # these stand at the same node as their turns and items
_MISSING: Any = object()


def changes(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """What is different between two moments.

    ``run``: its status then and now; ``records``: see `record_changes`; ``state``: changes of the run's state by
    path; ``input``: changes of the run's input, which a fork may have.
    """
    return {
        "run": {"before": before.shown_status.value, "after": after.shown_status.value},
        "records": record_changes(before, after),
        "state": state_changes(before, after),
        "input": _payload_changes(before.input, after.input),
    }


def state_changes(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Keys of the run's state that were added, removed or changed, with the path inside them."""
    keys = sorted({*before.state.keys(), *after.state.keys()})
    differing = [key for key in keys if before.state.get(key) != after.state.get(key)]
    old = {key: loaded(before.state.get(key)) for key in differing if key in before.state}
    new = {key: loaded(after.state.get(key)) for key in differing if key in after.state}
    return value_changes(old, new)


def record_changes(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Each place whose state or output differs: ``path``, ``count``, ``before``, ``after``, ``output``.

    In the order in which they began. Turns and items that went the same way are told together, ``count`` of them,
    as the node's. ``output`` lists what is different in it where both moments have one. At most `LISTED` places; a
    last one of ``count`` 0 says if there are others.
    """
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in after.ordered():
        known = before.records.get(record.path)
        if known is not record and (known is None or _outcome(known) != _outcome(record)):
            groups.setdefault((node_of("/".join(record.path)), _state(known), state_of(record)), []).append(record)
    for path in sorted(path for path in before.records if path not in after.records):
        gone = before.records[path]
        groups.setdefault((node_of("/".join(path)), state_of(gone), PENDING), []).append(gone)
    found = [_told(before, *key, records) for key, records in islice(groups.items(), LISTED)]
    return found if len(groups) <= LISTED else [*found, {"path": "…", "count": 0}]


def _outcome(record: Record) -> tuple[Any, ...]:
    return state_of(record), record.output, record.error


def _state(record: Record | None) -> str:
    return PENDING if record is None else state_of(record)


def _told(before: Snapshot, node: str, old: str, new: str, records: list[Record]) -> dict[str, Any]:
    first = records[0]
    known = before.records.get(first.path)
    alone = len(records) == 1
    return {
        "path": "/".join(first.path) if alone else node,
        "count": len(records) if alone else sum(record.kind not in _CONTAINERS for record in records) or 1,
        "before": old,
        "after": new,
        "output": _payload_changes(known.output, first.output) if alone and known and new != PENDING else [],
    }


def _payload_changes(before: Payload | None, after: Payload | None) -> list[dict[str, Any]]:
    if before is None or after is None or before == after or size_of(before) + size_of(after) > COMPARED:
        return []
    try:
        return value_changes(loaded(before), loaded(after))
    except Exception:  # noqa: BLE001 - a damaged value is shown as such in the inspector
        return []


def value_changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """Each place where two values differ: ``path``, ``kind`` (added, removed, changed), ``before``,
    ``after``.

    The values are given in a few words. At most `LISTED` places; a last one of kind ``more`` says if there
    are others.
    """
    found: list[dict[str, Any]] = []
    for change in () if _same(before, after) else _differences(before, after, "", _DEEPEST):
        if len(found) == LISTED:
            return [*found, {"path": "…", "kind": "more"}]
        found.append(change)
    return found


def _differences(before: Any, after: Any, path: str, depth: int) -> Iterator[dict[str, Any]]:
    """The differences between two values that are not the same."""
    old, new = _named(before), _named(after)
    if depth == 0 or old is None or new is None or type(before) is not type(after):
        yield {"path": path or "value", "kind": "changed", "before": short(before), "after": short(after)}
        return
    for name in {**old, **new}:
        if name in old and name in new and _same(old[name], new[name]):
            continue
        inner = f"{path}.{clean(name, _NAME)}" if path else clean(name, _NAME)
        if name not in new:
            yield {"path": inner, "kind": "removed", "before": short(old[name])}
        elif name not in old:
            yield {"path": inner, "kind": "added", "after": short(new[name])}
        else:
            yield from _differences(old[name], new[name], inner, depth - 1)


def _named(value: Any) -> dict[Hashable, Any] | None:
    """The parts of a container by name; None for anything else, and for what has no names for its parts.

    Names are texts or numbers: a key of any other kind may do anything when it is compared.
    """
    found = parts_of(value)
    if found is None:
        return None
    pairs = list(found[1]())
    if any(key is None for key, _ in pairs):
        return None
    return {key if type(key) in (str, int) else clean(key, _NAME): part for key, part in pairs}


def _same(before: Any, after: Any) -> bool:
    """Equal, as far as the values can say so themselves.

    An array compares by element, and some things raise.
    """
    if before is after:
        return True
    try:
        equal = before == after
        return equal if isinstance(equal, bool) else bool(equal.all()) and before.shape == after.shape
    except Exception:  # noqa: BLE001 - a value's own comparison may raise anything: then it differs
        return False
