"""The machine: what it is, and what a process has held of its memory."""

from __future__ import annotations

import datetime
import os
import platform
import sqlite3
import tempfile
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "filesystem": _filesystem(Path(tempfile.gettempdir()).resolve()),
    }


def peak_memory() -> int:
    """The most bytes of memory that this process has held.

    Asked of Linux itself: what ``getrusage`` tells begins with the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    (peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peak) * 1024


def _filesystem(folder: Path) -> str:
    """The type of the filesystem that holds the folder; `?` where the system does not tell."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return "?"
    found = [line.split()[1:3] for line in mounts.read_text("utf-8").splitlines()]
    around = [(point, kind) for point, kind in found if folder.is_relative_to(point)]
    return max(around, key=lambda mount: len(mount[0]), default=("", "?"))[1]
