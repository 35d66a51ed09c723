"""One server and one browser for all browser tests, and a tab for each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import nbformat
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.lab import jupyter
from tests.browser.notebook import Notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
VIEWPORT = {"width": 1180, "height": 1500}

#: A browser in a container has no sandbox, no display and no network; the rest keeps it from calling home.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))  # seconds; JupyterLab alone takes 20 to come up cold


@pytest.fixture
def no_thread_left() -> None:
    """Not looked for here: the loop that all browser tests share keeps its threads between them."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server serves."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with jupyter(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=CHROMIUM)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go, to be looked at: test-results/, or the folder that PLAYHEAD_SHOTS names."""
    path = Path(os.environ.get("PLAYHEAD_SHOTS", "test-results"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def without_outputs(tutorial: Path, copy: Path) -> None:
    """A tutorial as it is before its first run. Outputs of somebody else's run would keep it from being trusted."""
    content = nbformat.read(tutorial, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(content, copy)


OpenNotebook = Callable[[str], Awaitable[Notebook]]


@pytest_asyncio.fixture(loop_scope="session")
async def notebook(browser: Browser, address: str, folder: Path, shots: Path) -> AsyncIterator[OpenNotebook]:
    """Opens one of the tutorials, in a folder of its own, in a new tab with a new kernel."""
    context = await browser.new_context(viewport=VIEWPORT, device_scale_factor=1.5)
    faults: list[str] = []

    async def open_notebook(name: str) -> Notebook:
        place = folder / f"{len(list(folder.iterdir()))}"
        place.mkdir()
        without_outputs(NOTEBOOKS / name, place / name)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        opened = Notebook(page, address, f"{place.name}/{name}", shots)
        await opened.open()
        return opened

    yield open_notebook
    for page in context.pages:
        await page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    await context.close()
    assert faults == [], "the page's scripts failed"
