"""Recovery: which active runs nobody drives any more, and what `Runtime.recover` made of them."""

from __future__ import annotations

from dataclasses import dataclass

from playhead.engines import leases
from playhead.machine.snapshot import ACTIVE
from playhead.runs.control import Home
from playhead.runs.run import Run
from playhead.stores.log import RunLog


@dataclass(frozen=True)
class Recovery:
    """Runs taken up again, and active runs that were left, with the reason."""

    runs: list[Run]
    left: dict[str, str]


async def is_abandoned(home: Home, log: RunLog) -> bool:
    """Whether the run is active and nobody drives it, here or elsewhere."""
    if home.drives.of(log.run_id) is not None:
        return False
    env, snapshot = home.env, await log.refresh()
    if snapshot.status not in ACTIVE:
        return False
    if snapshot.owner != env.owner and await leases.is_held(env.store, snapshot, env.clock, env.lease):
        return False
    return (await log.refresh()).seq == snapshot.seq  # or else its driver has ended it while we looked
