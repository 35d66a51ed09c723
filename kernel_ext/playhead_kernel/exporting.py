"""Exporting: a run as a file of its own, whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from IPython.core.error import UsageError

_MARK: Final = '<meta name="generator" content="Playhead'
_HEAD: Final = 2_000  # bytes of a page in which the mark stands
_SUFFIXES: Final = (".html", ".htm")


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Where the page may be written. Raises `UsageError` for a place that is none, and for a file of somebody else."""
    found = Path(path).expanduser()
    if found.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{found} is no name of a page: give it one that ends with .html.")
    if not found.parent.is_dir():
        raise UsageError(f"There is no folder {str(found.parent)!r}: make it first.")
    if found.exists() and not _is_ours(found):
        raise UsageError(f"{found} is there already, and was not written by this command: give another name.")
    return found


def write_page(path: Path, page: str) -> None:
    """Put the page in place at once, so that nobody ever sees half of it. Raises `UsageError` if it cannot be."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            aside.write_text(page, "utf-8")
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _MARK.encode() in file.read(_HEAD)
    except OSError:
        return False
