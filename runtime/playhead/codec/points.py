"""Compaction points: a snapshot as bytes, so that a long log can be opened without being read from its start.

A point repeats nothing large: of a value it says in which event it stands. And nothing rests on it: a point of
another version, or a damaged one, is no point, and the log is read from its start.

Records stand by columns, one for each field: that is smaller, and quicker to read, than one after the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, groupby, islice, repeat
from typing import Any, Final, NamedTuple, TypeAlias, cast

import ormsgpack
from immutables import Map

from playhead.codec.compression import decompressed
from playhead.codec.unread import Columns, Unread
from playhead.machine.events import Event, Source
from playhead.machine.payload import Element, Encoded, External, Logged, Payload, Series, Table
from playhead.machine.snapshot import Frame, Record, Snapshot, Status

#: Bytes of a value up to which it stands in the point itself: not much more than saying where it stands.
INLINE: Final = 64

Place: TypeAlias = tuple[int, int]
Fetch: TypeAlias = Callable[[int, int], bytes]


class Point(NamedTuple):
    """A run as it stood, the chain hash of the event that it stood after, and whose logs its events are in.

    ``lineage`` names runs, from the first ancestor to the run itself, each with the event after which its own begin.
    """

    snapshot: Snapshot
    chain: bytes
    lineage: tuple[tuple[str, int], ...]


_PAYLOAD_FIELDS: Final = frozenset(
    {"input", "output", "error", "suspend_payload", "suspend_output", "resume_data", "outline"}
)
_DEFAULTS: Final = Record._field_defaults
_REQUIRED: Final = frozenset(Record._fields) - _DEFAULTS.keys() - {"path"}
# Mostly what they were in the record before; a path is its scope, and what follows that.
_FOLDED: Final = frozenset({"scope", "kind", "status", "tries"})
_MAPS: Final = frozenset({"state", "request", "records", "frames", "busy"})
# What another version of these would make of the bytes is not known: they are no point to it.
_FIELDS: Final = [sorted(kind._fields) for kind in (Snapshot, Record, Frame)]
_SHAPE: Final = blake2b(repr((3, *_FIELDS)).encode(), digest_size=8).digest()


_SCALARS: Final = frozenset({str, int, float, bool, type(None), Source})


def values_in(event: Event) -> list[Encoded | External | Logged]:
    """The values that the event carries, always in the same order."""
    found: list[Encoded | External | Logged] = []
    for part in event.data.values():
        if type(part) not in _SCALARS:  # as most are
            _gather(part, found)
    return found


def _gather(part: Any, found: list[Encoded | External | Logged]) -> None:
    kind = type(part)
    if kind is Encoded or kind is External or kind is Logged:
        found.append(part)
    elif kind is dict:
        for each in part.values():
            _gather(each, found)
    elif kind is list or kind is tuple or kind is Series:
        for each in part.items if kind is Series else part:
            _gather(each, found)
    elif kind is Table:
        for _, each in part.items:
            _gather(each, found)
    elif kind is Element:
        _gather(part.whole, found)


# -- to bytes --------------------------------------------------------------------------------------------------


def encode_point(point: Point, events: Iterable[Event]) -> bytes:
    """The point as bytes; in ``events`` stand the values that were not read from a point themselves."""
    snapshot = point.snapshot
    values = _Values(events)
    records = snapshot.ordered()
    content = {
        "chain": point.chain,
        "lineage": point.lineage,
        "run": {name: _field(name, value, values) for name, value in _plain_fields(snapshot)},
        "state": [(key, values.number(value)) for key, value in snapshot.state.items()],
        "request": [(key, values.number(value)) for key, value in snapshot.request.items()],
        "frames": [(path, *frame) for path, frame in snapshot.frames.items()],
        "busy": list(snapshot.busy.items()),
        "count": len(records),
        "columns": dict(_columns(records, values)),
        "values": values.rows,
    }
    return _SHAPE + zlib.compress(ormsgpack.packb(content), 1)


class _Values:
    """Every value once, what is inside others before them; 0 stands for none."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.rows: list[Any] = [None]
        self._unread = iter(events)
        self._places: dict[int, Place] = {}
        self._numbers: dict[int, int] = {id(None): 0}

    def numbers(self, payloads: Iterable[Payload | None]) -> list[int]:
        """The row that each of the values has."""
        known, add = self._numbers, self._add
        return [add(each) if (number := known.get(id(each))) is None else number for each in payloads]

    def number(self, payload: Payload | None) -> int:
        """The row that the value has."""
        number = self._numbers.get(id(payload))
        return self._add(payload) if number is None else number

    def _add(self, payload: Any) -> int:
        row = self._row(payload)
        number = self._numbers[id(payload)] = len(self.rows)
        self.rows.append(row)
        return number

    def _row(self, payload: Any) -> Any:
        kind = type(payload)
        if kind is Encoded:  # by far the most common
            size = len(payload.data)
            place = self._place(payload) if size > INLINE else None
            return payload.data if place is None else ["logged", *place, size]
        if kind is Element:
            return ["element", self.number(payload.whole), payload.index]
        match payload:
            case External(size=size) if place := self._place(payload):
                return ["logged", *place, size]
            case Logged(seq=seq, slot=slot, size=size):
                return ["logged", seq, slot, size]
            case Table(items=pairs):
                return ["table", [name for name, _ in pairs], self.numbers(value for _, value in pairs)]
            case Series(items=items):
                return ["series", self.numbers(items)]
            case _:
                raise TypeError(f"{kind.__qualname__} is no payload, or stands in no event")

    def _place(self, payload: Encoded | External) -> Place | None:
        """Where the value stands; the events are looked through as far as it takes, for most values are small."""
        while id(payload) not in self._places:
            event = next(self._unread, None)
            if event is None:
                return None
            self._places.update((id(value), (event.seq, slot)) for slot, value in enumerate(values_in(event)))
        return self._places[id(payload)]


def _plain_fields(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(snapshot, name)) for name in Snapshot._fields if name not in _MAPS)


def _columns(records: Sequence[Record], values: _Values) -> Iterator[tuple[str, list[Any]]]:
    """The parts of the paths, and each other field that is not what its default is in every record."""
    yield "scope", _folded(record.path[:-1] for record in records)
    yield "id", [record.path[-1] for record in records]
    for name, column in zip(Record._fields, zip(*records, strict=True), strict=True) if records else ():
        if name != "path" and (name not in _DEFAULTS or column.count(_DEFAULTS[name]) < len(column)):
            yield name, _column(name, column, values)


def _column(name: str, column: tuple[Any, ...], values: _Values) -> list[Any]:
    if name in _PAYLOAD_FIELDS:
        return values.numbers(column)
    if name in _FOLDED:
        return _folded(column)
    return [sorted(value) for value in column] if name == "open_items" else list(column)


def _folded(column: Iterable[Any]) -> list[tuple[Any, int]]:
    """Each value, and how many times in a row it stands there."""
    return [(value, len(list(same))) for value, same in groupby(column)]


def _field(name: str, value: Any, values: _Values) -> Any:
    return values.number(value) if name in _PAYLOAD_FIELDS else value


# -- and back --------------------------------------------------------------------------------------------------


def decode_point(data: bytes, fetch: Fetch) -> Point | None:
    """The point; None if these bytes are not one. ``fetch`` gives a value by its event and its slot there."""
    if data[: len(_SHAPE)] != _SHAPE:
        return None
    try:
        return _point(ormsgpack.unpackb(decompressed(data[len(_SHAPE) :])), fetch)
    except Exception:  # noqa: BLE001  # whatever is wrong with it, it can be done without
        return None


def _point(content: Mapping[str, Any], fetch: Fetch) -> Point:
    values = _Found(content["values"], fetch)
    value = values.__getitem__
    unread = Unread(_columns_in(content["columns"], content["count"], values), Map())
    fields = {name: _read_field(name, part, value) for name, part in content["run"].items()}
    snapshot = Snapshot(
        **fields,
        state=Map({key: value(number) for key, number in content["state"]}),
        request=Map({key: value(number) for key, number in content["request"]}),
        records=cast("Map[Any, Record]", unread),  # it does what is asked of those of a snapshot
        frames=Map({tuple(path): Frame(at, _path(arms)) for path, at, arms in content["frames"]}),
        busy=Map({tuple(path): Status(status) for path, status in content["busy"]}),
    )
    return Point(snapshot, content["chain"], tuple((run_id, after) for run_id, after in content["lineage"]))


class _Found:
    """The values of a point by their numbers; the small ones are made when they are asked for."""

    def __init__(self, rows: list[Any], fetch: Fetch) -> None:
        self._rows = rows
        for number, row in enumerate(rows):
            if row is not None and type(row) is not bytes:
                rows[number] = _MAKERS[row[0]](row, self, fetch)

    def __getitem__(self, number: int) -> Any:
        found = self._rows[number]
        if type(found) is bytes:
            found = self._rows[number] = Encoded(found)
        elif type(found) is list:
            raise ValueError("a value is made of one that comes after it")
        return found

    def must_have(self, numbers: list[Any]) -> None:
        """Raises ValueError if there is no value for one of them."""
        if set(map(type, numbers)) != {int} or min(numbers) < 0 or max(numbers) >= len(self._rows):
            raise ValueError("there are values that are not there")


_MAKERS: Final[dict[str, Callable[[Any, _Found, Fetch], Payload]]] = {
    "logged": lambda row, found, fetch: Logged(row[1], row[2], row[3], fetch),
    "table": lambda row, found, fetch: Table(tuple((name, found[at]) for name, at in zip(row[1], row[2], strict=True))),
    "series": lambda row, found, fetch: Series(tuple(found[at] for at in row[1])),
    "element": lambda row, found, fetch: Element(found[row[1]], row[2]),
}


def _columns_in(columns: dict[str, list[Any]], count: int, values: _Found) -> Columns:
    """Raises whatever it comes upon if they are not what was written."""
    if count and not columns.keys() >= _REQUIRED:
        raise ValueError("a field is missing")
    ids, numbers, first = columns.pop("id"), dict[Any, dict[str, int]](), 0
    for scope, times in columns.pop("scope"):
        here = range(first, first + times)
        numbers.setdefault(tuple(scope), {}).update(zip(ids[here.start : here.stop], here, strict=True))
        first = here.stop
    if not len(ids) == count == sum(map(len, numbers.values())):
        raise ValueError("a path is missing, or stands there twice")
    return Columns(numbers, {name: _read_column(name, column, count, values) for name, column in columns.items()})


def _read_column(name: str, column: list[Any], count: int, values: _Found) -> Callable[[int], Any]:
    if name in _FOLDED:
        unfolded = chain.from_iterable(repeat(part, times) for part, times in column)
        column = list(islice(unfolded, count + 1))  # a stranger's may be told to stand there for ever
    if name in _READERS:
        column = list(map(_READERS[name], column))
    if len(column) != count:
        raise ValueError("a record is missing")
    if name not in _PAYLOAD_FIELDS:
        return column.__getitem__
    values.must_have(column)
    return lambda number: values[column[number]]


def _read_field(name: str, part: Any, value: Callable[[int], Any]) -> Any:
    if name in _PAYLOAD_FIELDS:
        return value(part)
    reader = _READERS.get(name)
    return part if reader is None else reader(part)


def _path(part: list[Any] | None) -> tuple[Any, ...] | None:
    return None if part is None else tuple(part)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "status": {str(status): status for status in Status}.__getitem__,
    "error_path": _path,
    "labels": tuple,
    "open_items": frozenset,
    "transient": tuple,
    "parent": _path,
}
