"""A process that writes to a store while something goes wrong, and tells what it was promised.

``ack N`` stands for an append of event N that returned, ``blob D`` for a large value that was kept, ``err NAME``
for an error of the store. After an error it looks where the log ends and goes on from there, some times.
"""

from __future__ import annotations

import asyncio
import os
import sys

from playhead.errors import StoreError
from playhead.stores.disk import DiskStore
from playhead.stores.port import RunSummary

EVENTS = 12
TRIES = 4


def frame(seq: int, size: int) -> bytes:
    return (b"%d " % seq * size)[:size]


def blob(seq: int) -> bytes:
    return b"%d large " % seq * 30_000


def tell(*words: object) -> None:
    """Say something by a system call that no fault is put into."""
    os.writev(1, [(" ".join(map(str, words)) + "\n").encode()])


async def write(store: DiskStore, size: int, with_blobs: bool) -> None:
    seq = await store.last("run")
    while seq < EVENTS:
        if with_blobs:
            tell("blob", await store.put_blob("run", blob(seq + 1)))
        summary = RunSummary("run", "flow", "running", None, 1.0, float(seq)) if seq % 4 == 3 else None
        await store.append("run", seq, [frame(seq + 1, size)], summary)
        seq += 1
        tell("ack", seq)


async def main(folder: str, durability: str, size: str, blobs: str) -> None:
    store = DiskStore(folder, durability=durability)  # type: ignore[arg-type]  # one of the two
    for _ in range(TRIES):
        try:
            await store.open()
            await write(store, int(size), blobs == "blobs")
            break
        except StoreError as error:
            tell("err", type(error).__name__, str(error).replace("\n", " "))
    try:
        await store.close()
    except StoreError as error:
        tell("err", type(error).__name__, "closing", error)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
