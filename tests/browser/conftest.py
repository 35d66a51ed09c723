"""One server and one browser for all browser tests, and a tab for each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, async_playwright

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
NewNotebook = Callable[..., Awaitable[Notebook]]


@dataclass
class Desk:
    """Where one test's notebooks are opened: each in a folder of its own, in a tab of its own, with its own kernel."""

    context: BrowserContext
    address: str
    folder: Path
    shots: Path
    view: str = "lab/tree"
    faults: list[str] = field(default_factory=list)

    async def new(self, *sources: str) -> Notebook:
        """A new notebook with these cells; none has been run."""
        file = self.place() / "new.ipynb"
        content = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source.strip()) for source in sources],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},  # else Lab asks which
        )
        nbformat.write(content, file)
        return await self.open(file)

    def place(self) -> Path:
        place = self.folder / f"{len(list(self.folder.iterdir()))}"
        place.mkdir()
        return place

    async def open(self, file: Path) -> Notebook:
        page = await self.context.new_page()
        page.on("pageerror", self.failed)
        opened = Notebook(page, self.address, f"{self.view}/{file.parent.name}/{file.name}", self.shots)
        await opened.open()
        return opened

    def failed(self, error: Error) -> None:
        """Scripts of a widget are loaded as a blob; what fails in Jupyter's own files is not ours."""
        if "blob:" in (error.stack or ""):
            self.faults.append(error.stack or str(error))

    async def leave(self) -> None:
        for page in self.context.pages:
            await page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
        await self.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, address: str, folder: Path, shots: Path) -> AsyncIterator[Desk]:
    context = await browser.new_context(viewport=VIEWPORT, device_scale_factor=1.5)
    desk = Desk(context, address, folder, shots)
    yield desk
    await desk.leave()
    assert desk.faults == [], "the player's scripts failed"


@pytest.fixture
def notebook(desk: Desk) -> OpenNotebook:
    """Opens one of the tutorials."""

    async def open_tutorial(name: str) -> Notebook:
        copy = desk.place() / name
        without_outputs(NOTEBOOKS / name, copy)
        return await desk.open(copy)

    return open_tutorial


@pytest.fixture
def cells(desk: Desk) -> NewNotebook:
    """Opens a new notebook with these cells."""
    return desk.new
