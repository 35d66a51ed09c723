"""One store object used by several threads, each with a loop of its own."""

from __future__ import annotations

import asyncio
import threading

from playhead.errors import StoreConflict
from playhead.stores.port import Store

THREADS = 6
EACH = 30


async def test_threads_append_to_runs_of_their_own(store: Store) -> None:
    async def work(name: str) -> None:
        for seq in range(EACH):
            await store.append(name, seq, [b"%d" % seq])

    await in_threads(work)
    for number in range(THREADS):
        assert await store.read(f"run-{number}") == [b"%d" % seq for seq in range(EACH)]


async def test_threads_race_for_one_run_with_one_winner_each(store: Store) -> None:
    won: list[tuple[int, bytes]] = []

    async def work(name: str) -> None:
        for turn in range(EACH):
            last = await store.last("run")
            frame = f"{name}/{turn}".encode()
            try:
                await store.append("run", last, [frame])
            except StoreConflict:
                continue
            won.append((last, frame))

    await in_threads(work)
    assert [frame for _, frame in sorted(won)] == await store.read("run")
    assert [seq for seq, _ in sorted(won)] == list(range(len(won)))


async def in_threads(work: object) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            asyncio.run(work(f"run-{number}"))  # type: ignore[operator]  # a coroutine function
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert failures == []
