"""Records that are made when somebody looks at them: a long run is opened for what it does next, not for all it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from immutables import Map

from playhead.machine.events import Path
from playhead.machine.snapshot import Record

_POSITIONS: Final = {field: position for position, field in enumerate(Record._fields)}


class Columns:
    """What is known of many records, field by field.

    ``numbers`` has the number of each record, by its scope and its id there; ``fields`` gives, for such a number, the
    value of each field that is not in all of them what its default is.
    """

    def __init__(self, numbers: Mapping[Path, Mapping[str, int]], fields: Mapping[str, Callable[[int], Any]]) -> None:
        self._numbers = numbers
        self._defaults = [Record._field_defaults.get(field) for field in Record._fields]
        self._fields = [(_POSITIONS[field], value) for field, value in fields.items()]
        self._made: dict[Path, Record] = {}

    def paths(self) -> Iterator[Path]:
        """The path of each record."""
        return ((*scope, id) for scope, ids in self._numbers.items() for id in ids)

    def get(self, path: Path) -> Record | None:
        """The record of that path; None if there is none."""
        found = self._made.get(path)
        if found is None and path:
            number = self._numbers.get(path[:-1], _NONE).get(path[-1])
            found = None if number is None else self._made.setdefault(path, self._make(path, number))
        return found

    def _make(self, path: Path, number: int) -> Record:
        values = list(self._defaults)
        values[_POSITIONS["path"]] = path
        for position, value in self._fields:
            values[position] = value(number)
        return Record._make(values)


_NONE: Final[Mapping[str, int]] = {}


class Unread(Mapping[Path, Record]):
    """The records of ``columns``, and those that came ``since``; like a `Map`, it is never changed."""

    def __init__(self, columns: Columns, since: Map[Path, Record]) -> None:
        self._columns = columns
        self._since = since

    def __getitem__(self, path: Path) -> Record:
        found: Record | None = self.get(path)
        if found is None:
            raise KeyError(path)
        return found

    def get(self, path: Path, default: Any = None, /) -> Any:
        """The record of that path, or ``default``."""
        return self._since.get(path) or self._columns.get(path) or default

    def __contains__(self, path: Any) -> bool:
        return self.get(path) is not None

    def __iter__(self) -> Iterator[Path]:
        return iter(dict.fromkeys([*self._columns.paths(), *self._since]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def set(self, path: Path, record: Record) -> Unread:
        """The same records, with this one at its path."""
        return Unread(self._columns, self._since.set(path, record))

    def delete(self, path: Path) -> Map[Path, Record]:
        """The same records, without the one at that path: all are read, for time travel looks at them all anyway."""
        return Map(dict(self)).delete(path)
