"""Jupyter Notebook 7 has JupyterLab's parts in another frame."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import VIEWPORT, Desk
from tests.browser.lab import jupyter
from tests.browser.test_debugging import FLOW, MENDED, STEPS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "home").mkdir()
    with jupyter(tmp_path, tmp_path / "home", "notebook") as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def classic(browser: Browser, address: str, tmp_path: Path, shots: Path) -> AsyncIterator[Desk]:
    desk = Desk(await browser.new_context(viewport=VIEWPORT), address, tmp_path, shots, "notebooks")
    yield desk
    await desk.leave()
    assert desk.faults == []


async def test_a_run_is_stepped_and_scrubbed_in_notebook_7(classic: Desk) -> None:
    notebook = await classic.new(STEPS, MENDED, FLOW, "run = %workflow run words 'to be or not' --step")
    await notebook.run_all()
    await notebook.status("paused")
    await notebook.button("Step").click()
    await notebook.shows("count", "success")
    await notebook.button("Continue").click()
    await notebook.status("success")
    await notebook.drag_playhead(0.0)
    await notebook.shows("read", "pending")
    await expect(notebook.player.get_by_text("PAST")).to_be_visible()
    await notebook.shot("notebook-7")
