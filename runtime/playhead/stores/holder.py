"""The holder: which process has the write lock of a database just now, for the text of an error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# SQLite's write lock is this byte of the file of shared memory beside the database.
_WRITE_LOCK: Final = 120

_LOCKS: Final = Path("/proc/locks")


def holder_of(database: Path, locks: Path = _LOCKS) -> int | None:
    """The process's number; None where the system does not tell.

    The system's table is read and not the file: to open and close that would drop this process's own locks.
    """
    try:
        status = database.with_name(f"{database.name}-shm").stat()
        lines = locks.read_text().splitlines()
    except OSError:
        return None
    file = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        # 12: POSIX  ADVISORY  WRITE 4711 fe:00:264212 120 120
        match line.split():
            case [_, "POSIX", _, "WRITE", process, place, start, end] if place == file:
                if end.isdecimal() and int(start) <= _WRITE_LOCK <= int(end):
                    return int(process)
            case _:
                pass
    return None
