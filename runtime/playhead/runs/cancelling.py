"""Cancelling a run, whoever drives it."""

from __future__ import annotations

import asyncio

from playhead.engines.driver import Driver
from playhead.errors import RunInterrupted
from playhead.machine import events as E
from playhead.machine.snapshot import FINAL, Snapshot
from playhead.runs.answering import TRIES
from playhead.runs.control import Control


async def cancel(control: Control) -> None:
    """Ask for the run to end; returns once the request is in the log. A finished run stays as it is."""
    await asyncio.sleep(0)  # a start that was asked for before this cancel claims first
    async with control.lock:
        snapshot = await control.present()
        local = control.driver()
        if local is not None:
            await _cancel_ours(control, local)
        elif snapshot.status not in FINAL:
            await _cancel_stored(control, snapshot)


async def _cancel_ours(control: Control, driver: Driver) -> None:
    """Bodies are told at once; then wait for the request to be in the log, or for the driver to fail at it."""
    driver.cancellation.set()
    driver.request_cancel()
    found = control.home.drives.of(control.run_id)
    logged = asyncio.ensure_future(control.log.changed(driver.snapshot.seq - 1, elsewhere=False))
    waiting: set[asyncio.Future[None]] = {logged}
    if found is not None:
        waiting.add(found.task)
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    logged.cancel()
    await asyncio.wait([logged])
    if found is not None and found.error is not None and not isinstance(found.error, RunInterrupted):
        raise found.error
    await control.log.flush()


async def _cancel_stored(control: Control, snapshot: Snapshot) -> None:
    """A run that rests, or that another process drives."""
    for _ in range(TRIES):
        if snapshot.status in FINAL or snapshot.canceling:
            return
        await control.settled()
        draft = control.draft(snapshot)
        mine = control.log.exists and not await control.is_held(snapshot)
        if not control.log.exists:
            draft.add(E.RUN_CANCELED, workflow=control.workflow.id, resource=control.resource_id)
        else:
            draft.add(E.RUN_CANCELING, owner=control.env.owner if mine else None)
        if mine and await control.drive(draft):
            await control.rest()
            return
        if not mine and await control.append(draft):
            return
        snapshot = control.log.snapshot
