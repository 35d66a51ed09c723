"""F9: a store that may not be written: its runs can be looked at, what would change them is told, and loses nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from playhead import Runtime
from playhead.errors import StoreReadOnly
from tests.faults.runs.invariants import broken_in_run
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.shapes import SHAPES
from tests.faults.test_store_read_only import home, pytestmark, without_rights

__all__ = ["home", "pytestmark"]  # the fixture, and what the tests need of the system

SUSPEND = SHAPES["suspend"]


def suspended_run(folder: Path, ledger: Ledger) -> None:
    async def start() -> None:
        async with Runtime(folder) as runtime:
            await SUSPEND.build(ledger).create_run(run_id="run", runtime=runtime).start(SUSPEND.input)

    asyncio.run(start())


def test_a_run_in_a_store_that_may_not_be_written_waits_for_better_times(home: Path) -> None:
    folder, ledger = home / "store", Ledger(home / "ledger")
    suspended_run(folder, ledger)
    (folder / "cache.db").chmod(0o400)
    folder.chmod(0o500)

    async def look_try_and_go_on() -> list[object]:
        async with Runtime(folder) as runtime:
            seen = (await runtime.get("run")).status
            run = SUSPEND.build(ledger).create_run(run_id="run", runtime=runtime)
            before = await runtime.store.read("run")
            for command in (run.resume(5, label="manager"), run.cancel(), runtime.delete("run")):
                with pytest.raises(StoreReadOnly, match="can be read but not written"):
                    await command
            assert await runtime.store.read("run") == before
            folder.chmod(0o700)
            (folder / "cache.db").chmod(0o600)
            result = await run.resume(5, label="manager")
        broken = await broken_in_run(folder, SUSPEND, "run", ledger, kills=0)
        return [seen, str(result.status), broken]

    assert without_rights(home, look_try_and_go_on) == ["suspended", "success", []]
