"""Inspection: whether a database is one of ours, found out before diskcache or anything else acts on it.

A stranger's file may hold triggers that rewrite events, views that stand in for tables, rows that name files
outside the folder, and pickled keys. All of it is looked for here, on a connection that cannot write and
trusts nothing in the schema. What is too large to be looked through is refused when it is met: no key or
value is ever unpickled, and no file that a row names is ever touched.
"""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Final, NoReturn

from playhead.errors import StoreForeign, StoreNewer
from playhead.stores.database import APPLICATION_ID, FILE, FORMAT, SETTINGS, uri_of
from playhead.stores.refusals import takes_no_file, unreadable
from playhead.stores.rows import SPACES

_HINT: Final = "Nothing was changed. Name another folder for the store."

# What diskcache lays out, word for word; anything else in the schema did not come from us.
_TABLES: Final = {
    "CREATE TABLE Settings ( key TEXT NOT NULL UNIQUE, value)",
    "CREATE TABLE Cache ( rowid INTEGER PRIMARY KEY, key BLOB, raw INTEGER, store_time REAL,"
    " expire_time REAL, access_time REAL, access_count INTEGER DEFAULT 0, tag BLOB, size INTEGER DEFAULT 0,"
    " mode INTEGER DEFAULT 0, filename TEXT, value BLOB)",
}
_INDEX: Final = "CREATE UNIQUE INDEX Cache_key_raw ON Cache(key, raw)"
_TRIGGERS: Final = {
    f"CREATE TRIGGER Settings_{name} ON Cache FOR EACH ROW BEGIN UPDATE Settings SET value = value {change}; END"
    for name, change in (
        ("count_insert AFTER INSERT", '+ 1 WHERE key = "count"'),
        ("count_delete AFTER DELETE", '- 1 WHERE key = "count"'),
        ("size_insert AFTER INSERT", '+ NEW.size WHERE key = "size"'),
        ("size_update AFTER UPDATE", '+ NEW.size - OLD.size WHERE key = "size"'),
        ("size_delete AFTER DELETE", '- OLD.size WHERE key = "size"'),
    )
}
_SCHEMA: Final = _TABLES | {_INDEX}

# Left by someone who looked at the store with a plain diskcache.Cache: needless, harmless.
_HARMLESS: Final = _TRIGGERS | {
    "CREATE INDEX Cache_expire_time ON Cache (expire_time)",
    "CREATE INDEX Cache_store_time ON Cache (store_time)",
    "CREATE INDEX Cache_access_time ON Cache (access_time)",
    "CREATE INDEX Cache_access_count ON Cache (access_count)",
    "CREATE INDEX Cache_tag_rowid ON Cache(tag, rowid) WHERE tag IS NOT NULL",
    "CREATE INDEX Cache_tag_rowid ON Cache(tag, rowid)",
}
# diskcache makes every row of this table an attribute of itself. Playhead does not read them; but a row with
# another name was put there by somebody who hoped for more.
_SETTINGS: Final = frozenset(SETTINGS) | {"count", "size", "hits", "misses"}

# Keys outside the ranges of ours, found by the index: numbers sort before text, pickled keys after it.
_EDGES: Final = [edge for space in SPACES for edge in space]
_STRANGE: Final = (
    f"key < '{_EDGES[0]}'",
    *(f"key >= '{end}' AND key < '{start}'" for end, start in zip(_EDGES[1::2], _EDGES[2::2], strict=False)),
    f"key >= '{_EDGES[-1]}'",
    "key IS NULL",
)
_STRANGE_COLUMNS: Final = (
    "raw IS NOT 1 OR mode IS NOT 1 OR filename IS NOT NULL OR expire_time IS NOT NULL OR typeof(value) <> 'blob'"
)
_SMALL: Final = 16 * 2**20  # bytes; every row of a database up to this size is looked at, in some 10 ms


def is_there(folder: Path) -> bool:
    """Whether the folder has a database; `StoreForeign` for links, pipes, and files SQLite would act on."""
    found = [name for name in (FILE, f"{FILE}-wal", f"{FILE}-shm") if _is_ordinary(folder / name)]
    # SQLite would replay either into the database: a log without its database, a journal of another mode.
    if found and FILE not in found:
        raise StoreForeign(f"{folder} has {' and '.join(found)}, but the database {FILE} is missing. {_HINT}")
    if _is_ordinary(folder / f"{FILE}-journal"):
        raise StoreForeign(f"{folder} has a file {FILE}-journal, which Playhead never writes. {_HINT}")
    return FILE in found


def inspect(folder: Path) -> bool:
    """Check the database; whether it can only be read *frozen*: as it is, without locks or new files.

    `StoreForeign` if it is not ours, `StoreNewer` if it was written by a newer Playhead.
    """
    try:
        _inspect(folder, "ro")
    except sqlite3.OperationalError:
        if not takes_no_file(folder):
            raise
    else:
        return False
    # There is no place for the shared memory that reading SQLite's log needs; without a log, do without.
    log = folder / f"{FILE}-wal"
    if log.exists() and log.stat().st_size > 0:
        raise unreadable(folder)
    _inspect(folder, "frozen")
    return True


def _inspect(folder: Path, mode: str) -> None:
    con = sqlite3.connect(uri_of(folder / FILE, mode), uri=True, timeout=0)
    try:
        con.execute("PRAGMA trusted_schema = OFF")
        con.execute("PRAGMA cell_size_check = ON")
        con.execute("PRAGMA mmap_size = 0")
        _check_header(con, folder)
        _check_schema(con, folder)
        _check_settings(con, folder)
        _check_rows(con, folder)
    finally:
        con.close()


def _check_header(con: sqlite3.Connection, folder: Path) -> None:
    (application,) = con.execute("PRAGMA application_id").fetchone()
    (version,) = con.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        _refuse(folder, "is a database, but not one of Playhead's")
    if version > FORMAT:
        raise StoreNewer(
            f"The store in {folder} has format {version}; this Playhead knows formats up to {FORMAT}. Update"
            " Playhead, or name another folder for the store."
        )


def _check_schema(con: sqlite3.Connection, folder: Path) -> None:
    found = {sql for (sql,) in con.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    strange = found - _SCHEMA - _HARMLESS
    if strange:
        _refuse(folder, f"has {min(map(repr, strange))[:60]}, which Playhead never wrote")
    if not found >= _SCHEMA:
        _refuse(folder, "lacks a table or the index of a store")


def _check_settings(con: sqlite3.Connection, folder: Path) -> None:
    strange = {name for (name,) in con.execute("SELECT key FROM Settings")} - _SETTINGS
    if strange:
        _refuse(folder, f"has the setting {min(map(repr, strange))[:60]}, which Playhead never wrote")


def _check_rows(con: sqlite3.Connection, folder: Path) -> None:
    """Whether all keys are ours, by the index; and all rows, where there are not too many."""
    (size,) = con.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
    strange = _STRANGE if size > _SMALL else (*_STRANGE, _STRANGE_COLUMNS)
    if any(con.execute(f"SELECT 1 FROM Cache WHERE {where} LIMIT 1").fetchone() for where in strange):
        _refuse(folder, "has rows that Playhead never wrote")


def _refuse(folder: Path, why: str) -> NoReturn:
    raise StoreForeign(f"{folder / FILE} {why}. {_HINT}")


def _is_ordinary(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    if not stat.S_ISREG(mode):
        raise StoreForeign(f"{path} is a link or a special file; the files of a store are ordinary ones. {_HINT}")
    return True
