"""F27: errors of steps in another process come back as themselves, and the process goes on taking work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead import Runtime, Step, Workflow
from playhead.executors.processes import Processes
from tests.faults.runs import explosions
from tests.faults.runs.conftest import Tell
from tests.faults.runs.explosions import CustomInit


@pytest.fixture
def elsewhere() -> Iterator[Processes]:
    with Processes(1) as pool:
        yield pool


def shown(error: Any) -> tuple[Any, ...]:
    """What makes an error this one: class, args, attributes, notes, and the same of its cause and its members."""
    if error is None:
        return ()
    notes = getattr(error, "__notes__", [])
    fields = {key: value for key, value in vars(error).items() if key != "__notes__"}
    members = [shown(member) for member in getattr(error, "exceptions", ())]
    return type(error), error.args if not members else error.message, fields, notes, shown(error.__cause__), members


CUSTOM = (CustomInit, ("because (7)",), {"code": 7, "reason": "because"}, [], (), [])
SECOND = (CustomInit, ("second (8)",), {"code": 8, "reason": "second"}, [], (KeyError, ("first",), {}, [], (), []), [])
ONE = (CustomInit, ("one (9)",), {"code": 9, "reason": "one"}, [], (), [])
FILE = (FileNotFoundError, (2, "none"), {}, [], (), [])
EXPECTED = {
    "custom_init": CUSTOM,
    "chained": SECOND,
    "grouped": (ExceptionGroup, "several", {}, [], (), [ONE, FILE]),
    "noted": (RuntimeError, ("with notes",), {}, ["a note"], (), []),
    "leaving": (SystemExit, (3,), {}, [], (), []),
    "decoding": (UnicodeDecodeError, ("utf-8", b"\xff", 0, 1, "invalid start byte"), {}, [], (), []),
}


async def outcome(store: Path, elsewhere: Processes, name: str) -> Any:
    """The result of a run whose one step is ``name``, from the store."""
    flow = Workflow(name).then(Step(getattr(explosions, name), id=name)).commit()
    async with Runtime(store, executor=elsewhere) as runtime:
        await flow.create_run(run_id=name, runtime=runtime).start(None)
    async with Runtime(store) as runtime:
        return await runtime.get(name)


async def test_errors_of_another_process_come_back_as_themselves_and_it_goes_on(
    tmp_path: Path, elsewhere: Processes, tell: Tell
) -> None:
    process = (await outcome(tmp_path / "store", elsewhere, "alive")).output
    found = {name: await outcome(tmp_path / "store", elsewhere, name) for name in EXPECTED}
    assert {name: run.status for name, run in found.items()} == dict.fromkeys(EXPECTED, "failed")
    assert {name: shown(run.error) for name, run in found.items()} == EXPECTED
    again = await outcome(tmp_path / "again", elsewhere, "alive")
    assert again.output == process, "the process was replaced"
    tell("F27", kept=len(found))


async def test_what_an_error_has_that_cannot_be_stored_does_not_hide_it(
    tmp_path: Path, elsewhere: Processes, tell: Tell
) -> None:
    error = (await outcome(tmp_path / "store", elsewhere, "unpicklable")).error
    assert (type(error), error.args) == (ValueError, ("holds a lock",))
    assert "lock" in error.lock
    assert any("lock" in note for note in error.__notes__)
    assert (await outcome(tmp_path / "again", elsewhere, "alive")).status == "success"
    tell("F27", kept=1)
