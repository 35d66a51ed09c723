"""The first tutorial's run outlives its kernel, and is in the store when the notebook is done."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from playhead import Runtime
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.runs.listing import RunInfo
from tests.notebook.kernels import kernel_in

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "01_first_run.ipynb"
TRAINING = 60  # seconds: pandas and scikit-learn are loaded, three models trained, on a busy machine

pytestmark = pytest.mark.timeout(3 * TRAINING)


def cells() -> list[str]:
    notebook = nbformat.read(TUTORIAL, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def until(text: str) -> list[str]:
    """The cells that stand before the first one with the text."""
    found = cells()
    return found[: next(number for number, source in enumerate(found) if text in source)]


def stored(folder: Path) -> tuple[list[RunInfo], list[Event]]:
    """The runs in the store, and the log of the newest."""

    async def read() -> tuple[list[RunInfo], list[Event]]:
        async with Runtime(folder / ".playhead") as runtime:
            found = (await runtime.runs(workflow="wine")).items
            return found, list((await runtime.existing(found[0].run_id)).events)

    return asyncio.run(read())


def test_a_kernel_killed_in_the_middle_of_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        for source in until("%workflow run"):
            assert kernel.cell(source, TRAINING).error is None
        kernel.cell("run = %workflow run wine test_share=0.25 -q")
        kernel.until(lambda: kernel("'forest' in run.result.steps") == "True", TRAINING)
        kernel.kill()

    with kernel_in(tmp_path) as kernel:
        for source in until("%workflow run"):
            assert kernel.cell(source, TRAINING).error is None
        assert kernel.cell("%workflow recover").error is None
        assert kernel.cell("result = %workflow wait", TRAINING).error is None
        assert kernel("str(result.status)") == "'suspended'"
        assert kernel.cell("%workflow resume keep=forest --wait", TRAINING).error is None

    runs, events = stored(tmp_path)
    assert [info.status for info in runs] == ["success"]
    ends = Counter(event.path for event in events if event.type == E.STEP_SUCCEEDED)
    lost = {event.path for event in events if event.type == E.STEP_LOST}
    begun = Counter(event.path for event in events if event.type == E.STEP_STARTED)
    assert ("forest",) in lost
    assert set(ends.values()) == {1}
    assert {path for path, times in begun.items() if times > 1} <= {*lost, ("choose",)}  # it asks, and is answered


def test_run_to_its_end_it_leaves_a_store_that_lists_its_run_as_a_success(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        for source in cells():
            assert kernel.cell(source, TRAINING).error is None
    runs, _ = stored(tmp_path)
    assert [info.status for info in runs] == ["success"]
