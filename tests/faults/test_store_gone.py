"""A store whose folder is deleted or moved while it is open: nobody is told that something was kept there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from playhead import DiskStore
from playhead.errors import StoreError
from playhead.stores.port import RunSummary

SUMMARY = RunSummary("run", "flow", "running", None, 1.0, 2.0, None)
NOTICED = 0.02  # seconds after which the store looks for its file again


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def replaced(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)


@pytest.mark.parametrize("how", [shutil.rmtree, moved, replaced])
async def test_what_begins_or_ends_a_turn_of_a_run_is_refused_by_a_store_that_is_gone(
    tmp_path: Path, how: Callable[[Path], object]
) -> None:
    store = DiskStore(tmp_path / "store")
    await store.open()
    await store.append("run", 0, [b"1"], SUMMARY)
    how(tmp_path / "store")
    await asyncio.sleep(NOTICED)
    with pytest.raises(StoreError, match="moved or deleted while it was open"):
        await store.append("run", 1, [b"2"], SUMMARY)
    await store.close()
