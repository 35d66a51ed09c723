"""Lives: what one process does with a run before it ends or is killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playhead import Run, Runtime
from playhead.stores.port import Store
from tests.faults.runs.deadly_store import DeadlyStore, Place
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.shapes import Shape

FINAL = frozenset({"success", "failed", "tripwire", "canceled"})


async def go_on(shape: Shape, run: Run) -> None:
    """What whoever finds the run does until it has ended: start it, restart it, answer its questions."""
    result = await run.snapshot()
    while result.status not in FINAL:
        if result.status == "pending":
            result = await run.start(shape.input, state=dict(shape.start_state) or None)
        elif result.status == "suspended":
            label = next(iter(result.resume_labels))
            result = await run.resume(shape.answers[label], label=label)
        else:
            result = await run.restart()


async def live(store: Store, shape: Shape, run_id: str, ledger: Ledger) -> None:
    """Open the store as a new program does, with workflows built anew, and bring the run to its end."""
    async with Runtime(store) as runtime:
        await go_on(shape, shape.build(ledger).create_run(run_id=run_id, runtime=runtime))


def life(folder: Path, shape: Shape, run_id: str, ledger: Ledger, place: Place | None = None) -> None:
    """The whole life of a process, up to its death at ``place``; it notes how many appends it saw."""
    store = DeadlyStore(folder, ledger, place)
    asyncio.run(live(store, shape, run_id, ledger))
    ledger.note("appends", store.appends)
