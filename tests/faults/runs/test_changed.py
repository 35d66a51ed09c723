"""F18: a workflow edited while its run waits: the run goes on, goes on with a warning, or is refused with a diff."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead import Run, RunResult, Runtime
from playhead.errors import DefinitionChanged, DefinitionChangedWarning, NotAllowedNow
from tests.faults.runs.conftest import Tell
from tests.faults.runs.edits import ANSWER, GOES_ON, INPUT, REFUSED, WARNS, Edit, built, entries
from tests.faults.runs.invariants import broken_in_log, log_of
from tests.faults.runs.ledger import Ledger

assert len({**GOES_ON, **WARNS, **REFUSED}) >= 24

#: What was finished when the run came to wait, and must not happen again.
FINISHED = ("first", "second", "left", "right", "big")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


@pytest.fixture
async def folder(tmp_path: Path, ledger: Ledger) -> Path:
    """A store with a run that waits, by the workflow as it was."""
    async with Runtime(tmp_path / "store") as runtime:
        run = built(entries(ledger)).create_run(run_id="run", runtime=runtime)
        assert (await run.start(INPUT)).suspended == [("ask",)]
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def nothing_finished_happens_again(request: pytest.FixtureRequest, ledger: Ledger) -> Iterator[None]:
    yield
    assert [ledger.effects()[what] for what in FINISHED] == [1] * len(FINISHED)


def edited(edit: Edit, ledger: Ledger, runtime: Runtime) -> Run:
    """The run by the workflow as it is now."""
    return built(edit.change(entries(ledger), ledger)).create_run(run_id="run", runtime=runtime)


async def sound(runtime: Runtime, ledger: Ledger) -> bool:
    return broken_in_log(await log_of(runtime.store, "run"), ledger) == []


@pytest.mark.parametrize("name", GOES_ON)
async def test_an_edit_of_what_was_not_reached_lets_the_run_go_on(
    folder: Path, ledger: Ledger, name: str, tell: Tell
) -> None:
    edit = GOES_ON[name]
    async with Runtime(folder) as runtime:
        result = await edited(edit, ledger, runtime).resume(ANSWER, label="ask")  # a warning would be an error
        assert (result.status, result.output) == ("success", edit.output)
        assert await sound(runtime, ledger)
    tell("F18", **{"went on": 1})


@pytest.mark.parametrize("name", WARNS)
async def test_an_edit_of_what_is_finished_keeps_its_result_and_warns(
    folder: Path, ledger: Ledger, name: str, tell: Tell
) -> None:
    edit = WARNS[name]
    async with Runtime(folder) as runtime:
        with pytest.warns(DefinitionChangedWarning, match=edit.names):
            result = await edited(edit, ledger, runtime).resume(ANSWER, label="ask")
        assert (result.status, result.output) == ("success", edit.output)
        assert await sound(runtime, ledger)
    tell("F18", **{"went on with a warning": 1})


async def refused(run: Run, runtime: Runtime, edit: Edit) -> DefinitionChanged:
    """The refusal of an answer, which has changed nothing."""
    before = await runtime.store.read("run")
    with pytest.raises(DefinitionChanged, match="accept_changes=True") as caught:
        await run.resume(ANSWER, label="ask")
    assert await runtime.store.read("run") == before
    assert any(edit.names in change for change in caught.value.changes)
    return caught.value


@pytest.mark.parametrize("name", REFUSED)
async def test_an_edit_of_what_the_run_went_through_is_refused_with_a_diff(
    folder: Path, ledger: Ledger, name: str, tell: Tell
) -> None:
    edit = REFUSED[name]
    async with Runtime(folder) as runtime:
        error = await refused(edited(edit, ledger, runtime), runtime, edit)
        assert error.diff or "schema" in name or "workflow" in name
        result = await accepted(edited(edit, ledger, runtime))
        if edit.output is None:
            assert isinstance(result, NotAllowedNow)
            result = await forked(edited(edit, ledger, runtime))
        assert (result.status, result.output) == ("success", edit.output or Edit.output)
        assert await sound(runtime, ledger)
    tell("F18", refused=1)


async def accepted(run: Run) -> RunResult | Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionChangedWarning)  # that it warns is tested elsewhere
        try:
            return await run.resume(ANSWER, label="ask", accept_changes=True)
        except NotAllowedNow as error:
            return error


async def forked(run: Run) -> RunResult:
    """Another run, which goes on from where this one stands, by the workflow as it is now."""
    with pytest.warns(DefinitionChangedWarning, match="ask was reached by the run and is gone"):
        child = await run.fork(at=(await run.snapshot()).seq)
    return await child.proceed()
