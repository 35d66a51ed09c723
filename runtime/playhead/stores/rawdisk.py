"""What diskcache may put into a store: keys that are strings, values that are bytes in the row; nothing else.

diskcache's own ``Disk`` unpickles keys and values (and so runs code of whoever wrote the file) and follows
the ``filename`` of a row out of the folder, to read and to delete. This one refuses all of that.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final, NoReturn

import diskcache

from playhead.errors import StoreForeign

_RAW: Final = 1  # diskcache's mode for a value that stands in the row as it is


class RawDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache ships no types
    """Stores bytes as they are, under strings as they are."""

    def put(self, key: object) -> Any:
        """What stands in the columns ``key`` and ``raw``."""
        if type(key) is not str:
            raise TypeError(f"a key of a store is a str, not {type(key).__name__}")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """The key, from the columns ``key`` and ``raw``."""
        if not raw or type(key) is not str:
            raise StoreForeign("The store has a key that Playhead never wrote.")
        return key

    def store(self, value: object, read: bool, key: object = None) -> Any:
        """What stands in the columns ``size``, ``mode``, ``filename`` and ``value``."""
        if type(value) is not bytes or read:
            raise TypeError(f"a value of a store is bytes, not {type(value).__name__}")
        return 0, _RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """The value, from the columns ``mode``, ``filename`` and ``value``."""
        if mode != _RAW or filename is not None or type(value) is not bytes or read:
            raise StoreForeign("The store has a value that Playhead never wrote.")
        return value

    def filename(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: no row of ours refers to a file."""
        raise StoreForeign("The store refers to a file outside the database; Playhead never does that.")

    def remove(self, file_path: object) -> NoReturn:
        """Refused: no row of ours refers to a file."""
        raise StoreForeign("The store refers to a file outside the database; Playhead never does that.")
