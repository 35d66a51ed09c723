"""Opening a copy of a golden store: git keeps neither its modes nor that nobody writes to it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playhead import Runtime
from tests.golden.v1 import writing

V1 = Path(__file__).with_name("v1")


@asynccontextmanager
async def open_copy(folder: Path) -> AsyncIterator[Runtime]:
    """A runtime on a copy of the store, made in ``folder``."""
    store = folder / "store"
    shutil.copytree(V1 / "store", store)
    for path in (store, *store.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    async with Runtime(store, workflows=writing.workflows()) as runtime:
        yield runtime
