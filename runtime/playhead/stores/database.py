"""The database: one SQLite file that diskcache lays out, and the SQL the store needs.

The only module that touches what diskcache keeps private. Four habits of diskcache are replaced here.
Opening a cache writes to it, so that it waits for whoever writes and fails on a full disk or a read-only
folder: here opening only reads. Every connection obeys the settings found in the file, so that the last who
opened it decides how durable everybody's commits are: here each connection sets its own pragmas. And whatever
goes wrong at the beginning of a transaction is called a timeout: here SQLite's own error comes out. And each
row is counted and indexed by when it expires, which doubles what a commit costs: nothing of ours is ever culled.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import diskcache

from playhead.errors import NotStorable, StoreConflict, StoreCorrupt, StoreError, StoreForeign, WorkflowError
from playhead.stores.forks import begin_use, end_use
from playhead.stores.rawdisk import RawDisk
from playhead.stores.rows import (
    batch_key,
    decode_batch,
    first_of,
    last_of,
    log_range,
    missing_event,
)
from playhead.stores.statements import (
    APPEND,
    APPEND_AND_LIST,
    BATCH_OF,
    DELETE,
    LAST_BATCH,
    PUT,
    SCAN,
    Append,
    statement_of,
)

FILE: Final = "cache.db"  # diskcache's choice
APPLICATION_ID: Final = 0x504C4159  # "PLAY", at a fixed place in the header of the file
FORMAT: Final = 1

_ENDLESS: Final = 2**62

SETTINGS: Final[dict[str, Any]] = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "none",
    "size_limit": _ENDLESS,
    "cull_limit": 0,
    "sqlite_auto_vacuum": 1,
    "sqlite_cache_size": 8192,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,  # Through a memory map, an I/O error is the death of the process.
    "sqlite_synchronous": 1,
    "disk_min_file_size": _ENDLESS,
    "disk_pickle_protocol": 0,
}

# What diskcache lays out to know how much to cull, and when.
NEEDLESS: Final = (
    "INDEX Cache_expire_time",
    *(f"TRIGGER Settings_{name}" for name in ("count_insert", "count_delete")),
    *(f"TRIGGER Settings_{name}" for name in ("size_insert", "size_update", "size_delete")),
)

# Pages of SQLite's log after which a checkpoint is due, and from which on it also begins the log anew, which may hold
# writers up for a moment: a log that is always written to is never found complete, and would grow for ever; and to make
# its file longer costs a commit a sixth more than to write over what is there.
_LONG_LOG: Final = 1000
_WORTH_A_RESTART: Final = _LONG_LOG // 2  # what is due is counted roughly, and too high for small commits
_PAGES_PER_COMMIT: Final = 2  # what the index and a small row touch
_PAGE: Final = 4096
# Seconds for which a file that was looked at is taken to be in its place: to look costs a tenth of a commit. Whoever
# deletes it so soon before a commit may as well do it right after, and then nothing could be said either.
_STAYS: Final = 0.01

_FROZEN: Final = "mode=ro&immutable=1"


def uri_of(file: Path, mode: str) -> str:
    """The address for SQLite; ``mode`` is ``ro``, ``rw`` or ``frozen``."""
    return f"{file.as_uri()}?{_FROZEN if mode == 'frozen' else f'mode={mode}'}"


def draft_database(folder: Path) -> Path:
    """Make a new database in an empty folder; give its file, complete and closed."""
    cache = diskcache.Cache.__new__(diskcache.Cache)  # so that what cannot be made is closed too
    try:
        cache.__init__(str(folder), disk=RawDisk, **SETTINGS)
        cache._sql(f"PRAGMA application_id = {APPLICATION_ID}")
        cache._sql(f"PRAGMA user_version = {FORMAT}")
        for thing in NEEDLESS:
            cache._sql(f"DROP {thing}")
        cache._sql("PRAGMA wal_checkpoint(TRUNCATE)")  # Closing does it too, but tells nobody if it fails.
    finally:
        cache.close()
    return folder / FILE


class _OneIsRefused(Exception):
    """Of appends that were to be committed together."""


class Database(diskcache.Cache):  # type: ignore[misc]  # diskcache ships no types
    """An existing, inspected database. Each thread has a connection of its own; `close_all` closes all."""

    def __init__(self, folder: Path, *, frozen: bool, full_sync: bool) -> None:
        # super().__init__ would write; what the methods of diskcache rely on is set here instead.
        self._directory = str(folder)
        self._timeout = 0
        self._txn_id = None
        self._page_size = _PAGE
        self._disk = RawDisk(str(folder))
        for name, value in SETTINGS.items():
            setattr(self, name, value)
        self._uri = uri_of(folder / FILE, "frozen" if frozen else "rw")
        self.frozen = frozen  # read as it stood when it was opened, because the folder takes no new file
        self._path = os.fspath(folder / FILE)
        self._use = begin_use(folder / FILE)
        self.process: Final = self._use[2]  # which opened it; no other may use it
        self._full_sync = full_sync
        self._local = threading.local()
        self._guard = threading.Lock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._opened = 0
        self._pages_due = 0
        self._in_place_until = 0.0

    @property
    def _con(self) -> sqlite3.Connection:
        try:
            con: sqlite3.Connection = self._local.con
        except AttributeError:
            con = self._local.con = self._connect()
        return con

    def _connect(self) -> sqlite3.Connection:
        con = sqlite3.connect(
            self._uri,
            uri=True,
            timeout=0,  # Nothing waits on this thread: it may be the one of an event loop.
            isolation_level=None,
            check_same_thread=False,  # One thread uses it, but whoever closes the store closes it.
        )
        con.execute(f"PRAGMA synchronous = {2 if self._full_sync else 1}")
        con.execute(f"PRAGMA cache_size = {SETTINGS['sqlite_cache_size']}")
        con.execute("PRAGMA mmap_size = 0")
        con.execute("PRAGMA wal_autocheckpoint = 0")  # `checkpoint` does it, on a thread that may wait.
        con.execute("PRAGMA trusted_schema = OFF")
        con.execute("PRAGMA cell_size_check = ON")
        with self._guard:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = con
            self._opened += 1
        return con

    def drop_connection(self) -> None:
        """Close this thread's connection, which undoes what it had begun; the next use opens another."""
        con = self._local.__dict__.pop("con", None)
        if con is not None:
            with self._guard:
                self._connections.pop(threading.current_thread(), None)
            con.close()

    def close_all(self) -> None:
        """Close the connections of all threads; the last one in any process empties SQLite's log."""
        with self._guard:
            while self._connections:
                self._connections.popitem()[1].close()
            self._local = threading.local()
        end_use(self._use)

    @contextmanager
    def _transact(
        self, retry: bool = False, filename: str | None = None
    ) -> Iterator[tuple[Callable[..., Any], Callable[[object], None]]]:
        con = self._con
        if con.in_transaction:  # as in `set` within `transact`
            yield con.execute, _refuse_file
            return
        con.execute("BEGIN IMMEDIATE")
        try:
            yield con.execute, _refuse_file
            con.execute("COMMIT")
        except BaseException:
            if con.in_transaction:
                con.rollback()
            raise

    def append(self, append: Append) -> None:
        """Compare and append; `StoreConflict` if the log does not end at ``after``."""
        if append.summary is None and not append.frames:
            if self.last(append.run_id) != append.after:
                raise self._conflict(append)
            return
        statement, row = statement_of(append)
        if append.summary is not None:
            self._check_in_place()
        if self._con.execute(statement, row).rowcount < 1:
            raise self._conflict(append)
        self._pages_due += _pages_of(row)

    def _conflict(self, append: Append) -> StoreConflict:
        return StoreConflict(append.run_id, append.after, self.last(append.run_id))

    def append_all(self, appends: Sequence[Append]) -> list[WorkflowError | None]:
        """Compare and append in one commit; for each, why it was refused, which is no matter to the others."""
        try:
            with self._at_once():
                self._append_unrefused(appends)
            return [None] * len(appends)
        except (_OneIsRefused, StoreCorrupt, NotStorable):
            with self._at_once():
                return [self._refusal_of(append) for append in appends]

    def _append_unrefused(self, appends: Sequence[Append]) -> None:
        """All of them, quickly; raises if any is to be refused, and leaves it to the caller to find out which."""
        rows: dict[str, list[tuple[Any, ...]]] = {}
        for append in appends:
            if append.is_empty:
                raise _OneIsRefused
            statement, row = statement_of(append)
            rows.setdefault(statement, []).append(row)
            self._pages_due += _pages_of(row)
        if len(rows) > 1 or APPEND not in rows:
            self._check_in_place()
        for statement, each in rows.items():
            expected = 2 * len(each) if statement is APPEND_AND_LIST else len(each)
            if self._con.executemany(statement, each).rowcount != expected:
                raise _OneIsRefused

    def _refusal_of(self, append: Append) -> WorkflowError | None:
        try:
            self.append(append)
        except (StoreConflict, StoreCorrupt, NotStorable) as refusal:
            return refusal
        return None

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All of what is done in the block, or nothing."""
        con = self._con
        con.execute("BEGIN IMMEDIATE")
        try:
            yield
            con.execute("COMMIT")
        except BaseException:
            if con.in_transaction:
                con.rollback()
            raise

    def _check_in_place(self) -> None:
        """SQLite would go on writing to a deleted file; at each turn of a run, it is made sure of."""
        now = time.monotonic()
        if now < self._in_place_until:
            return
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            status = None
        if status is None or (status.st_dev, status.st_ino) != self._use[:2]:
            raise StoreError(
                f"The store in {self._directory} was moved or deleted while it was open. Close it; opening it"
                " again makes a new one there."
            )
        self._in_place_until = now + _STAYS

    def last(self, run_id: str) -> int:
        """The number of the run's last event; 0 if there is none."""
        row = self._con.execute(LAST_BATCH, log_range(run_id)).fetchone()
        return 0 if row is None else last_of(run_id, *row)

    def scan(self, start: str, end: str, limit: int) -> list[tuple[str, object, object]]:
        """At most ``limit`` rows (key, tag, value) with start <= key < end, in order of their keys."""
        return self._con.execute(SCAN, (start, end, limit)).fetchall()

    def batch_of(self, run_id: str, seq: int) -> str | None:
        """The key of the batch that event ``seq`` stands in, or of the last one before it."""
        row = self._con.execute(BATCH_OF, (log_range(run_id)[0], batch_key(run_id, seq))).fetchone()
        return None if row is None else row[0]

    def value(self, key: str) -> object:
        """The value of one row; None if there is none."""
        rows = self.scan(key, key + "\0", 1)
        return rows[0][2] if rows else None

    def frame(self, run_id: str, seq: int) -> bytes:
        """The frame of one event."""
        key = self.batch_of(run_id, seq)
        if key is None:
            raise missing_event(run_id, seq)
        first = first_of(key)
        ((_, last, value),) = self.scan(key, key + "\0", 1)
        frames = decode_batch(run_id, first, last, key, value)
        if seq - first >= len(frames):
            raise missing_event(run_id, seq)
        return frames[seq - first]

    def put(self, key: str, value: bytes) -> None:
        """Write one row, in place of the one before."""
        self._con.execute(PUT, (key, value))
        self._pages_due += _pages_of((key, None, value))

    def swap(self, key: str, old: bytes | None, new: bytes | None) -> bool:
        """Replace the value of one row if it still is ``old``; None stands for no row."""
        with self.transact():
            if self.get(key) != old:
                return False
            if new is not None:
                self.set(key, new)
            elif old is not None:
                self.delete(key)
        return True

    def forget(self, run_id: str, keys: Sequence[str]) -> None:
        """Delete a run's batches, and the rows with these ``keys``, in one commit."""
        with self.transact():
            self._con.execute(DELETE, log_range(run_id))
            for key in keys:
                self.delete(key)

    def version(self) -> tuple[int, int]:
        """Changes when another connection has committed; also when this thread's connection is a new one."""
        (version,) = self._con.execute("PRAGMA data_version").fetchone()
        return self._opened, version

    def checkpoint_is_due(self) -> bool:
        """Whether SQLite's log has become long since this was last asked with a yes."""
        if self._pages_due < _LONG_LOG:
            return False
        self._pages_due = 0
        return True

    def checkpoint(self) -> None:
        """Move what SQLite's log holds to the main file, where possible while others go on writing."""
        _, pages, _ = self._con.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if pages > _WORTH_A_RESTART:
            self._con.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()


def _pages_of(row: tuple[Any, ...]) -> int:
    """About how many pages of SQLite's log it takes to write the row with this key, tag and value."""
    return _PAGES_PER_COMMIT + len(row[2]) // _PAGE


def _refuse_file(name: object) -> None:
    """diskcache hands over the file that a replaced or deleted row refers to; ours refer to none."""
    if name is not None:
        raise StoreForeign("A row of the store refers to a file outside the database. Nothing was changed.")
