"""Statements: what is said to SQLite, and the one that compares and appends.

Each is one statement, whole or not at all by itself, and may also stand in a transaction with others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from playhead.stores.port import RunSummary
from playhead.stores.rows import batch_key, encode_batch, encode_summary, log_range, run_key

_COLUMNS: Final = "key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, filename, value"
# ``tag`` holds the last event of a batch, so that the end of a log is found without reading its values.
_LAST: Final = "SELECT tag FROM Cache WHERE key >= ? AND key < ? AND raw = 1 ORDER BY key DESC LIMIT 1"
# A row that refers to a file, or to nothing, or that expires, is refused when it is decoded.
_OURS: Final = "mode = 1 AND filename IS NULL AND expire_time IS NULL"
LAST_BATCH: Final = _LAST.replace("tag", f"key, tag, CASE WHEN {_OURS} THEN substr(value, 5, 4) END", 1)
# The whole compare-and-append in one statement: the row goes in only if the log still ends where expected.
APPEND: Final = f"""
    INSERT INTO Cache ({_COLUMNS})
    SELECT ?, 1, 0, NULL, 0, 0, ?, 0, 1, NULL, ? WHERE ? = coalesce(({_LAST}), 0)
"""
_REPLACE: Final = "ON CONFLICT (key, raw) DO UPDATE SET value = excluded.value"
# The same with the run's listing row, in place of the one before; but no batch may take the place of another, as it
# might in a store that somebody else has written to: then the end of the log is a text, which no number equals. And
# the listing row alone.
_LAST_BEFORE: Final = _LAST.replace("tag", "CASE WHEN key < ? THEN tag ELSE '' END", 1)
APPEND_AND_LIST: Final = f"""
    INSERT INTO Cache ({_COLUMNS})
    SELECT key, 1, 0, NULL, 0, 0, tag, 0, 1, NULL, value
    FROM (SELECT ? AS key, ? AS tag, ? AS value UNION ALL SELECT ?, NULL, ?)
    WHERE ? = coalesce(({_LAST_BEFORE}), 0)
    {_REPLACE}
"""
LIST: Final = f"{APPEND} {_REPLACE}"
PUT: Final = f"""
    INSERT INTO Cache ({_COLUMNS}) VALUES (?, 1, 0, NULL, 0, 0, NULL, 0, 1, NULL, ?)
    {_REPLACE}
"""
SCAN: Final = f"""
    SELECT key, tag, coalesce(CASE WHEN {_OURS} THEN value END, 0)
    FROM Cache WHERE key >= ? AND key < ? AND raw = 1 ORDER BY key LIMIT ?
"""
BATCH_OF: Final = "SELECT key FROM Cache WHERE key >= ? AND key <= ? AND raw = 1 ORDER BY key DESC LIMIT 1"
DELETE: Final = "DELETE FROM Cache WHERE key >= ? AND key < ? AND raw = 1"


class Append(NamedTuple):
    """What `Store.append` was asked for."""

    run_id: str
    after: int
    frames: Sequence[bytes]
    summary: RunSummary | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it only compares."""
        return not self.frames and self.summary is None


def statement_of(append: Append) -> tuple[str, tuple[Any, ...]]:
    """The statement that does it, and what that takes."""
    run_id, after, frames, summary = append
    key, last = batch_key(run_id, after + 1), after + len(frames)
    reach = log_range(run_id)
    if summary is None:
        return APPEND, (key, last, encode_batch(key, frames), after, *reach)
    listed = run_key(run_id)
    listing = encode_summary(listed, summary, last)
    if not frames:
        return LIST, (listed, None, listing, after, *reach)
    return APPEND_AND_LIST, (key, last, encode_batch(key, frames), listed, listing, after, key, *reach)
