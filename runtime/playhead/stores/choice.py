"""The store that somebody asked for: by its folder, as it is, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from playhead.errors import WorkflowError
from playhead.stores.memory import MemoryStore
from playhead.stores.port import Store

if TYPE_CHECKING:
    from playhead.stores.disk import Durability

#: Where runs are kept unless somebody says otherwise.
DEFAULT_STORE = ".playhead"


def store_for(store: str | os.PathLike[str] | Store | None, *, durable: bool, durability: Durability) -> Store:
    """The store in that folder, or the one given; for None, the usual folder if it is to be durable, else memory.

    Raises `WorkflowError` for what is neither.
    """
    if store is None and not durable:
        return MemoryStore()
    if store is None or isinstance(store, str | os.PathLike):
        # Imported here: the direct engine in memory needs neither diskcache nor SQLite.
        from playhead.stores.disk import DiskStore

        return DiskStore(Path(store or DEFAULT_STORE), durability=durability)
    if isinstance(store, type) or not hasattr(store, "append"):
        raise WorkflowError(f"{store!r} is no store: give the path of a folder, or a store such as MemoryStore().")
    return store
