"""A process that races others for a store: does what its arguments say, tells what it got as one JSON line.

It says "ready" when it has loaded everything, and begins when it reads a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from playhead.errors import StoreConflict
from playhead.stores.disk import DiskStore
from playhead.stores.port import Lease


async def append_all(store: DiskStore, name: str, count: int) -> object:
    """Try for every place of one log; the places won."""
    won = []
    await store.open()
    for seq in range(count):
        try:
            await store.append("run", seq, [f"{name} {seq}".encode()])
        except StoreConflict:
            continue
        won.append(seq)
    await store.close()
    return won


async def open_and_append(store: DiskStore, name: str, count: int) -> object:
    """Open a store that is perhaps not there yet, and write a log of one's own."""
    await store.open()
    for seq in range(count):
        await store.append(name, seq, [b"%d" % seq])
    await store.close()
    return count


async def come_and_go(store: DiskStore, name: str, count: int) -> object:
    """Open and close around each append: the last to close removes SQLite's log, the next makes it anew."""
    for seq in range(count):
        await store.open()
        await store.append(name, seq, [b"%d" % seq])
        await store.close()
    return count


async def count_up(store: DiskStore, name: str, count: int) -> object:
    """Raise a number that stands in a lease; how many swaps were won."""
    await store.open()
    won = 0
    while won < count:
        old = await store.lease("run")
        new = old._replace(expires=old.expires + 1, owner=name) if old else Lease(name, "host", 1, 1.0, 1.0)
        won += await store.swap_lease("run", old, new)
    await store.close()
    return won


async def follow(store: DiskStore, name: str, count: int) -> object:
    """Read a log as others write it; whether each wait ended by news, and the frames."""
    await store.open()
    frames: list[bytes] = []
    while len(frames) < count:
        await store.wait("run", len(frames), 10.0)
        frames += await store.read("run", len(frames))
    await store.close()
    return [frame.decode() for frame in frames]


JOBS = {job.__name__: job for job in (append_all, open_and_append, come_and_go, count_up, follow)}


if __name__ == "__main__":
    folder, job, name, count = sys.argv[1:]
    store = DiskStore(folder, lock_timeout=15.0)
    print("ready", os.getpid(), flush=True)
    sys.stdin.readline()
    print(json.dumps(asyncio.run(JOBS[job](store, name, int(count)))), flush=True)
