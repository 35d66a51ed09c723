"""Forks: a database that is open when a process forks must not be used in the child.

SQLite's locks belong to the process, but what it remembers of them is copied by the fork: a child would
believe that it holds locks which only its parent has, and could damage the database.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path
from typing import Final, TypeAlias

from playhead.errors import StoreError

Use: TypeAlias = tuple[int, int, int]  # device, file, process

_uses: Final[Counter[Use]] = Counter()
_guard: Final = threading.Lock()


def begin_use(file: Path) -> Use:
    """Note that this process opens the database; `StoreError` if its parent had it open when it forked."""
    status = file.stat()
    use = (status.st_dev, status.st_ino, os.getpid())
    with _guard:
        if any(other[:2] == use[:2] and other != use for other in _uses):
            raise StoreError(
                f"{file} was open in the process this one was forked from, and cannot be used here. Close the"
                " store before forking, or start the process another way (spawn)."
            )
        _uses[use] += 1
    return use


def end_use(use: Use) -> None:
    """Note that this process has closed it."""
    with _guard:
        _uses[use] -= 1
        if _uses[use] <= 0:
            del _uses[use]
