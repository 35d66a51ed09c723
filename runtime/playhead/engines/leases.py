"""Leases: who drives a run, and whether anybody else may take it over.

Safety never depends on them: the store's compare-and-append does that. They only say how soon another process
should try. The owner stands in the log with the event by which it began to drive; only runs that are driven for
longer than a third of the lease also write a lease row.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable

from playhead.engines.effects import Clock, owner_is_gone
from playhead.errors import StoreError
from playhead.machine.snapshot import ACTIVE, Snapshot
from playhead.stores.port import Lease, Store

_log = logging.getLogger("playhead")

#: Owners alive in this process.
LIVING: set[str] = set()
#: Heartbeats per lease: two may be late before the lease runs out.
BEATS = 3


async def is_held(store: Store, snapshot: Snapshot, clock: Clock, seconds: float) -> bool:
    """Whether somebody drives the run, as far as can be known."""
    if snapshot.status not in ACTIVE or not snapshot.owner:
        return False
    if owner_is_gone(snapshot.owner, LIVING):
        return False
    lease = await store.lease(snapshot.run_id)
    if lease is not None and lease.owner == snapshot.owner:
        return lease.expires > clock.now()
    return snapshot.owned_at + seconds > clock.now()


async def keep(
    store: Store, run_id: str, owner: str, clock: Clock, seconds: float, is_ours: Callable[[], Awaitable[bool]]
) -> None:
    """Renew the lease until cancelled, or until somebody else has it: what follows is then theirs.

    ``is_ours`` reads the log, and is asked after the lease was read: whoever takes over writes to the log first, so
    that a lease of theirs is never replaced by one who was silent for long. Our first lease replaces what the
    owner before us left behind. A store that refuses for a while is asked again at the next beat.
    """
    held = False
    while True:
        await asyncio.sleep(seconds / BEATS)
        try:
            present = await store.lease(run_id)
            lost = not await is_ours() or (held and _is_anothers(present, owner, clock))
            renewed = not lost and await store.swap_lease(run_id, present, _lease(owner, clock.now() + seconds))
        except StoreError as error:
            _log.warning("The lease of run %r could not be renewed: %s", run_id, error)
            continue
        if lost or (held and not renewed):
            _log.warning("The lease of run %r was lost: somebody else may be driving it.", run_id)
            return
        held = held or renewed


def _is_anothers(lease: Lease | None, owner: str, clock: Clock) -> bool:
    if lease is None or lease.owner == owner or lease.expires <= clock.now():
        return False
    return not owner_is_gone(lease.owner, LIVING)


async def release(store: Store, run_id: str, owner: str) -> None:
    """Let others take the run up at once."""
    present = await store.lease(run_id)
    if present is None or present.owner == owner:
        await store.swap_lease(run_id, present, _lease(owner, 0.0))


def _lease(owner: str, expires: float) -> Lease:
    host = owner.partition("|")[0]
    return Lease(owner, host, os.getpid(), 0.0, expires)
