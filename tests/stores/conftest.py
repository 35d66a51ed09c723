"""Every store there is, each under the same tests. A new store is added to `STORES`, and here only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from playhead.errors import InvalidId
from playhead.stores.disk import DiskStore
from playhead.stores.memory import MemoryStore
from playhead.stores.port import Store


class Place(Protocol):
    """Where the contents of a store live: each call gives another way in, not opened yet."""

    def __call__(self) -> Store: ...


def memory(folder: Path) -> Place:
    shared = MemoryStore()
    return lambda: shared


def disk(folder: Path) -> Place:
    return lambda: DiskStore(folder / "store")


def disk_power(folder: Path) -> Place:
    return lambda: DiskStore(folder / "store", durability="power")


STORES: dict[str, Callable[[Path], Place]] = {"memory": memory, "disk": disk, "disk-power": disk_power}


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for a store, nothing in it yet."""
    return STORES[request.param](tmp_path)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    """An open, empty store."""
    store = place()
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def other(store: Store, place: Place) -> AsyncIterator[Store]:
    """Another way to the same contents, as another process has it."""
    other = place()
    await other.open()
    yield other
    await other.close()


@contextmanager
def raises_invalid_id() -> Iterator[None]:
    """The block is refused because of a run id."""
    with pytest.raises(InvalidId, match="cannot be the id of a run"):
        yield
