"""Waiting for news of a run: from this store, from another way to it, on any loop and thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from playhead.stores.port import Store

LONG = 10.0  # seconds; a test that waits so long has failed
SOON = 2.0


async def woken(store: Store, run_id: str = "run", after: int = 0) -> float:
    """How long the wait took, in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await store.wait(run_id, after, LONG)
    return loop.time() - began


async def test_what_is_there_already_is_not_waited_for(store: Store) -> None:
    await store.append("run", 0, [b"1", b"2"])
    assert await woken(store, after=1) < SOON


async def test_an_append_wakes_at_once(store: Store) -> None:
    waiting = [asyncio.create_task(woken(store, after=after)) for after in (0, 0, 0)]
    await asyncio.sleep(0.05)
    await store.append("run", 0, [b"1"])
    assert max(await asyncio.gather(*waiting)) < SOON


async def test_an_append_elsewhere_wakes(store: Store, other: Store) -> None:
    waiting = asyncio.create_task(woken(store))
    await asyncio.sleep(0.05)
    await other.append("run", 0, [b"1"])
    assert await waiting < SOON


async def test_an_append_just_before_the_wait_is_not_missed(store: Store, other: Store) -> None:
    for seq in range(30):
        waiting = asyncio.create_task(woken(store, after=seq))
        if seq % 2:
            await asyncio.sleep(0)
        await other.append("run", seq, [b"x"])
        assert await waiting < SOON


async def test_without_news_the_wait_ends(store: Store) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await store.wait("run", 0, 0.1)
    assert 0.09 <= loop.time() - began < SOON


async def test_news_of_other_runs_do_not_wake_for_long(store: Store, other: Store) -> None:
    waiting = asyncio.create_task(store.wait("run", 0, 0.2))
    await asyncio.sleep(0.01)
    await store.append("run-2", 0, [b"1"])
    await other.append("run-2", 1, [b"2"])
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await waiting


async def test_a_cancelled_wait_leaves_nothing_behind(store: Store) -> None:
    waiting = asyncio.create_task(store.wait("run", 0, LONG))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    await store.append("run", 0, [b"1"])


def run_in_thread(work: Coroutine[Any, Any, Any]) -> threading.Thread:
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    return thread


async def test_a_waiter_on_another_loop_is_woken(store: Store) -> None:
    ready, took = threading.Event(), []

    async def wait_there() -> None:
        waiting = asyncio.create_task(woken(store))
        await asyncio.sleep(0.02)
        ready.set()
        took.append(await waiting)

    thread = run_in_thread(wait_there())
    await asyncio.to_thread(ready.wait)
    await store.append("run", 0, [b"1"])
    await asyncio.to_thread(thread.join)
    assert took[0] < SOON


async def test_a_waiter_whose_loop_is_gone_does_not_hurt(store: Store) -> None:
    async def give_up() -> None:
        task = asyncio.create_task(store.wait("run", 0, LONG))
        await asyncio.sleep(0.02)
        task.cancel()

    await asyncio.to_thread(run_in_thread(give_up()).join)
    await store.append("run", 0, [b"1"])
    assert await store.last("run") == 1
