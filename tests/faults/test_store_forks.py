"""F21: a store that is open when the process forks is refused in the child, and unharmed in the parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from playhead.errors import StoreError
from playhead.stores.disk import DiskStore

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

CHILD = 15  # seconds after which a child that hangs is ended; nobody else would end it


def in_child(work: Callable[[], Awaitable[Any]]) -> Any:
    """What ``work`` answers in a forked child; the name and the text of its error."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads of the test may live
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(CHILD)
        try:
            asyncio.events._set_running_loop(None)
            answer: Any = asyncio.run(work())  # type: ignore[arg-type]  # coroutines, all of them
        except BaseException as error:
            answer = [type(error).__name__, str(error)]
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


async def test_the_parents_store_is_refused_in_the_child(folder: Path) -> None:
    store = DiskStore(folder)
    await store.open()
    await store.append("run", 0, [b"1"])
    await store.put_blob("run", b"large")

    async def use() -> str:
        said = []
        for work in (
            store.last("run"),
            store.append("run", 1, [b"2"]),
            store.put_blob("run", b"more"),
            store.delete("run"),
        ):
            with pytest.raises(StoreError, match="forked from") as caught:
                await work
            said.append(str(caught.value))
        with pytest.raises(StoreError, match="forked from"):
            store.get_blob("run", "0" * 64)
        await store.close()
        return "refused"

    assert in_child(use) == "refused"
    await store.append("run", 1, [b"2"])
    assert await store.read("run") == [b"1", b"2"]
    await store.close()


async def test_another_way_to_the_same_folder_is_refused_in_the_child(folder: Path) -> None:
    store = DiskStore(folder)
    await store.open()

    async def use() -> None:
        await DiskStore(folder).open()

    name, text = in_child(use)
    assert name == "StoreError"
    assert "was open in the process this one was forked from" in text
    await store.append("run", 0, [b"1"])
    await store.close()


async def test_a_store_closed_before_the_fork_can_be_opened_in_the_child(folder: Path, tmp_path: Path) -> None:
    store, elsewhere = DiskStore(folder), DiskStore(tmp_path / "elsewhere")
    await store.open()
    await store.append("run", 0, [b"1"])
    await store.close()
    await elsewhere.open()

    async def use() -> int:
        await store.open()
        await store.append("run", 1, [b"2"])
        last = await store.last("run")
        await store.close()
        return last

    assert in_child(use) == 2
    await store.open()
    assert await store.read("run") == [b"1", b"2"]
    await store.close()
    await elsewhere.close()
