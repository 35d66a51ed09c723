"""Blobs: large values in files of their own, named by the hash of their bytes and never by an id.

A blob is written, fsynced and renamed before the log refers to it, so that no event points at nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from playhead.errors import StoreCorrupt, StoreForeign
from playhead.stores.place import sync_folder

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

# Not there on Windows, where opening a symbolic link needs rights that ordinary users lack.
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_BLOCK: Final = getattr(os, "O_NONBLOCK", 0)


def blob_digest(data: bytes) -> str:
    """The name of a blob: the hash of its bytes, 64 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def missing_blob(run_id: str, digest: str) -> StoreCorrupt:
    """The error for a large value that the log refers to and the store lacks."""
    return StoreCorrupt(
        f"Run {run_id!r}: the large value {digest[:12]}… is not in the store."
        " If the store's folder was copied, copy its 'blobs' folder too.",
        run_id=run_id,
    )


class BlobFolder:
    """The blobs of all runs: ``<folder>/<hash of the run id>/<hash of the content>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, run_id: str, data: bytes) -> str:
        """Keep the bytes durably, unless they are there already; give their hash."""
        digest = blob_digest(data)
        home = self._home(run_id)
        if not self._holds(run_id, digest, data):
            _make_private(self._folder)
            _make_private(home)
            _write(home, digest, data)
        return digest

    def get(self, run_id: str, digest: str) -> bytes:
        """The bytes, checked against their hash; `StoreCorrupt` if they are damaged or missing."""
        if _DIGEST.fullmatch(digest) is None:
            raise missing_blob(run_id, digest)
        try:
            data = _read(self._home(run_id) / digest)
        except FileNotFoundError:
            raise missing_blob(run_id, digest) from None
        if blob_digest(data) != digest:
            raise StoreCorrupt(
                f"Run {run_id!r}: the large value {digest[:12]}… is damaged: its bytes do not fit its hash.",
                run_id=run_id,
            )
        return data

    def delete(self, run_id: str) -> None:
        """Remove all blobs of a run. A crash in the middle leaves files that nothing refers to."""
        home = self._home(run_id)
        if home.is_dir() and not home.is_symlink():
            shutil.rmtree(home)

    def _home(self, run_id: str) -> Path:
        name = hashlib.blake2b(run_id.encode(), digest_size=16).hexdigest()
        for folder in (self._folder, self._folder / name):
            if folder.is_symlink():
                raise StoreForeign(f"{folder} is a symbolic link; a store's folders are real ones.")
        return self._folder / name

    def _holds(self, run_id: str, digest: str, data: bytes) -> bool:
        try:
            return _read(self._home(run_id) / digest) == data
        except FileNotFoundError:
            return False


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    sync_folder(folder.parent)


def _write(home: Path, digest: str, data: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix="new-", dir=home)  # made 0600
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, home / digest)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    sync_folder(home)


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_BLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink():
            raise StoreForeign(f"{path} is a symbolic link; a store's files are real ones.") from error
        raise
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise StoreForeign(f"{path} is not an ordinary file.")
        return file.read()
