"""A notebook that is open in JupyterLab: its cells, its players, and what a person does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget, session = panel?.context?.sessionContext;
  const kernel = session?.session?.kernel;
  return Boolean(panel?.context?.isReady && session?.isReady && kernel?.status === 'idle'
    && kernel.connectionStatus === 'connected');
}"""
CELL = "const cells = window.jupyterapp.shell.currentWidget.content;"
STARTING = 90_000  # milliseconds: JupyterLab and a kernel, both cold, on two busy cores
WORKING = 60_000  # milliseconds: models are trained


class Notebook:
    """One notebook in one tab."""

    def __init__(self, page: Page, address: str, name: str, shots: Path) -> None:
        self.page = page
        self.url = f"{address}/{name}"
        self.shots = shots

    async def open(self) -> None:
        await self.page.goto(f"{self.url}?reset")
        await self.page.wait_for_function(READY, timeout=STARTING)

    async def reload(self) -> None:
        await self.page.reload()
        await self.page.wait_for_function(READY, timeout=STARTING)

    async def command(self, name: str) -> None:
        """A command of JupyterLab; returns when it has been carried out."""
        await self.page.evaluate("name => window.jupyterapp.commands.execute(name).then(() => true)", name)

    async def restart_kernel(self) -> None:
        await self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
        )
        await self.page.wait_for_function(READY, timeout=STARTING)

    async def theme(self, name: str) -> None:
        await self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => true)", name
        )

    async def save(self) -> None:
        await self.command("docmanager:save")

    # -- cells -------------------------------------------------------------------------------------------------

    async def sources(self) -> list[str]:
        found: list[str] = await self.page.evaluate(
            f"() => {{ {CELL} return cells.widgets.map(cell => cell.model.sharedModel.getSource()); }}"
        )
        return found

    async def cell_with(self, text: str) -> int:
        """The number of the first cell that holds the text."""
        return next(number for number, source in enumerate(await self.sources()) if text in source)

    async def run(self, number: int) -> None:
        """Run one cell and wait until it is done."""
        await self.page.evaluate(f"number => {{ {CELL} cells.activeCellIndex = number; cells.deselectAll(); }}", number)
        await self.command("notebook:run-cell")

    async def run_all(self) -> None:
        for number in range(len(await self.sources())):
            await self.run(number)

    async def run_until(self, text: str) -> int:
        """Run the cells up to and with the first that holds the text; its number."""
        last = await self.cell_with(text)
        for number in range(last + 1):
            await self.run(number)
        return last

    async def add(self, source: str) -> int:
        """A new cell at the end, run; its number."""
        number: int = await self.page.evaluate(
            f"""source => {{ {CELL}
              const shared = cells.model.sharedModel;
              shared.insertCell(shared.cells.length, {{cell_type: 'code', source}});
              return shared.cells.length - 1; }}""",
            source,
        )
        await self.run(number)
        return number

    async def begin(self, source: str) -> None:
        """A new cell at the end, begun, and not waited for until it has ended."""
        await self.page.evaluate(
            f"""source => {{ {CELL}
              const shared = cells.model.sharedModel;
              shared.insertCell(shared.cells.length, {{cell_type: 'code', source}});
              cells.activeCellIndex = shared.cells.length - 1; cells.deselectAll();
              window.jupyterapp.commands.execute('notebook:run-cell'); return null; }}""",
            source,
        )
        await self.page.locator(".jp-InputPrompt", has_text="[*]").first.wait_for()

    async def is_busy(self) -> bool:
        """Whether a cell is at work. The kernel's own status tells of what it hears from widgets meanwhile, too."""
        return await self.page.locator(".jp-InputPrompt", has_text="[*]").count() > 0

    async def outputs(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.page.evaluate(
            f"number => {{ {CELL} return cells.widgets[number].model.toJSON().outputs; }}", number
        )
        return found

    async def text_of(self, number: int) -> str:
        """Everything a cell has put out as text."""
        parts = []
        for output in await self.outputs(number):
            text = output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue", "")
            parts.append("".join(text))
        return "\n".join(parts)

    # -- the player --------------------------------------------------------------------------------------------

    @property
    def player(self) -> Locator:
        return self.page.locator(".ph-player").first

    @property
    def players(self) -> Locator:
        """All of them, those of forks below that of their parent."""
        return self.page.locator(".ph-player")

    def button(self, name: str) -> Locator:
        return self.player.get_by_role("button", name=name, exact=True)

    def node(self, path: str) -> Locator:
        return self.player.locator(f".ph-node[data-path='{path}']")

    async def tab(self, name: str) -> None:
        """Open one of the pictures beside the graph."""
        await self.player.get_by_role("tab", name=name).click()

    async def shows(self, path: str, state: str) -> None:
        """The node's drawing has the look of that state, and says so to a screen reader."""
        await expect(self.node(path)).to_have_class(has_word(f"ph-st-{state}"), timeout=WORKING)

    async def status(self, status: str) -> None:
        await expect(self.player.locator(".ph-status")).to_have_attribute("data-status", status, timeout=WORKING)

    async def run_id(self) -> str:
        return await self.player.locator(".ph-names .ph-copy code").inner_text()

    async def drag_playhead(self, share: float) -> None:
        """Drag the playhead by the mouse to a share of its way, and let it rest there."""
        box = await self.player.locator(".ph-slider").bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        await self.page.mouse.move(box["x"] + box["width"] - 8, y)
        await self.page.mouse.down()
        await self.page.mouse.move(box["x"] + box["width"] * share, y, steps=8)
        await self.page.mouse.up()

    async def fork_with(self, text: str) -> None:
        """Fill in the fork's panel, which is open, and send it."""
        panel = self.player.locator(".ph-fork")
        await panel.get_by_label("Input as JSON").fill(text)
        await panel.get_by_role("button", name="Fork", exact=True).click()

    async def shot(self, name: str) -> None:
        """A picture of the player, to be looked at."""
        await self.page.wait_for_timeout(300)  # what glides has come to rest
        await self.player.screenshot(path=self.shots / f"{name}.png")


def has_word(word: str) -> Any:
    """Matches a class attribute that has the word."""
    import re

    return re.compile(rf"(^|\s){re.escape(word)}(\s|$)")
