"""Logs of every released format are opened, folded and gone on with for ever after.

To write those of the present format anew, as long as it has not been released: ``python -m tests.golden.write``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from playhead import Runtime
from playhead.codec.events import FIRST, decode_event
from tests.architecture.test_machine_paths import OF_ONE_MACHINE
from tests.golden.opening import V1, open_copy
from tests.golden.story import story
from tests.golden.v1 import flows
from tests.golden.v1.writing import GOING_ON, RESTS, workflows
from tests.golden.write import NEUTRAL


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime on a copy of the golden store."""
    async with open_copy(tmp_path) as runtime:
        yield runtime


async def test_a_golden_store_lists_its_runs(runtime: Runtime) -> None:
    listed = {item.run_id: item.status for item in (await runtime.runs()).items}
    shown = {name: "running" if status == "waiting" else status for name, status in RESTS.items()}
    assert listed == shown  # a listing does not tell a run that works from one that waits


@pytest.mark.parametrize("name", RESTS)
async def test_a_golden_log_still_tells_the_same_story(name: str, runtime: Runtime) -> None:
    told = await story(await runtime.fetch(name))
    assert told.splitlines() == (V1 / "stories" / f"{name}.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", GOING_ON)
async def test_a_golden_run_can_be_gone_on_with_where_it_rests(
    name: str, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.Present, "mended", True)
    run = await runtime.fetch(name)
    assert (await run.snapshot()).status == RESTS[name]
    go_on, expected = GOING_ON[name]
    result = await go_on(run)
    assert (result.status, result.output) == ("success", expected)


def test_every_golden_run_is_gone_on_with() -> None:
    assert set(GOING_ON) == set(RESTS)
    assert len(RESTS) >= 12


@pytest.mark.parametrize("name", RESTS)
async def test_the_workflow_of_a_golden_log_is_as_it_was(name: str, runtime: Runtime) -> None:
    run = await runtime.fetch(name)
    assert await run.changes() == []


async def test_every_workflow_has_a_golden_log(runtime: Runtime) -> None:
    assert {each.workflow_id for each in (await runtime.runs()).items} == {flow.id for flow in workflows()}


@pytest.mark.parametrize("name", RESTS)
async def test_a_golden_log_names_no_path_of_the_machine_it_was_written_on(name: str, runtime: Runtime) -> None:
    chain = FIRST
    for frame in await runtime.store.read(name):
        event, chain = decode_event(frame, chain, partial(runtime.store.get_blob, name))
        assert OF_ONE_MACHINE.findall(repr(event.data)) == []


async def test_the_tracebacks_of_golden_logs_are_those_of_the_neutral_place(runtime: Runtime) -> None:
    failed = (await (await runtime.fetch("parallel")).snapshot()).steps["credit"]
    files = re.findall(r'File "([^"]+)"', failed.traceback or "")
    assert files
    assert [file for file in files if not file.startswith(f"{NEUTRAL}/")] == []
