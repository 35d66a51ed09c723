"""Refusals: what SQLite and the operating system say, as the errors of a store with advice."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final, TypeAlias

from playhead.errors import StoreCorrupt, StoreError, StoreForeign, StoreFull, StoreLocked, StoreReadOnly

# On a full disk SQLite's shared memory fails with an I/O error. With fewer bytes free, space is the cause.
_NO_SPACE: Final = 256 * 1024

_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY_ERRNOS: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


# What SQLite and the system raise. Python cannot always read what SQLite says of a damaged schema.
Fault: TypeAlias = sqlite3.Error | OSError | UnicodeDecodeError
FAULTS: Final = (sqlite3.Error, OSError, UnicodeDecodeError)


def is_busy(error: BaseException) -> bool:
    """Whether somebody else has the database just now."""
    return _primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


def takes_no_file(folder: Path) -> bool:
    """Whether no file can be made in the folder: it may not be written, or the disk is full."""
    return not os.access(folder, os.W_OK) or _is_full(folder)


def refusal(error: Fault, folder: Path) -> StoreError:
    """The store's error for what SQLite or the operating system said."""
    if isinstance(error, OSError):
        return _refused_by_system(error, folder)
    code = _primary_code(error)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(folder)):
        return _full(folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return _read_only(folder)
    if code == sqlite3.SQLITE_NOTADB:
        return StoreForeign(f"{folder / 'cache.db'} is not a database; name another folder for the store.")
    if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError):
        return StoreCorrupt(
            f"The database in {folder} is damaged ({error}). Keep a copy of the folder before anything else;"
            " `sqlite3 cache.db .recover` often saves most of it."
        )
    if code == sqlite3.SQLITE_TOOBIG:
        return StoreError(f"One append is larger than a row of the database may be ({error}).")
    if code == sqlite3.SQLITE_CONSTRAINT:
        return StoreCorrupt(f"The database in {folder} contradicts itself ({error}); its index is damaged.")
    return StoreError(f"The database in {folder} refused: {error}. Nothing acknowledged is lost; try again.")


def locked(folder: Path, waited: float, holder: int | None) -> StoreLocked:
    """The store's error for a database that stayed busy."""
    who = "another process" if holder is None else f"process {holder}"
    if holder == os.getpid():
        who = "another part of this process"
    return StoreLocked(
        f"The store in {folder} was held by {who} for more than {waited:g} s. If that one hangs, end it;"
        " nothing was changed, so the call can simply be tried again."
    )


def unwritable(folder: Path) -> StoreError:
    """The store's error for a folder that takes no new file, when a change was asked for."""
    return _full(folder) if _is_full(folder) else _read_only(folder)


def unreadable(folder: Path) -> StoreError:
    """The store's error for a folder that takes no new file, when even reading needs one."""
    if _is_full(folder):
        return _full(folder)
    return StoreReadOnly(
        f"The last events of the store in {folder} are still in SQLite's log; to read that, the folder must"
        " be writable. Make it writable for you, or copy the folder elsewhere and open the copy."
    )


def unmakeable(folder: Path, error: OSError) -> StoreError:
    """The store's error for a folder in which no store can be made."""
    if error.errno in _READ_ONLY_ERRNOS:
        return StoreReadOnly(f"No store can be made in {folder}: {error.strerror}. Name a folder you can write to.")
    return refusal(error, folder)


def _full(folder: Path) -> StoreFull:
    return StoreFull(f"No space left for the store in {folder}. Free some; nothing acknowledged is lost.")


def _read_only(folder: Path) -> StoreReadOnly:
    return StoreReadOnly(
        f"The store in {folder} can be read but not written. Make the folder and its files writable for you,"
        " or copy the folder elsewhere and open the copy."
    )


def _primary_code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # The rest of the number only refines it.


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _NO_SPACE
    except OSError:
        return False


def _refused_by_system(error: OSError, folder: Path) -> StoreError:
    if error.errno in _FULL_ERRNOS:
        return _full(folder)
    if error.errno in _READ_ONLY_ERRNOS:
        return StoreReadOnly(
            f"{error.filename or folder}: {error.strerror}. Make the store's folder and its files readable and"
            " writable for you."
        )
    return StoreError(f"The folder {folder} refused: {error}. Nothing acknowledged is lost; try again.")
