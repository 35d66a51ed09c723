"""The view: what a live player costs the run that it shows, and how soon a person sees what has happened.

Both are measured with a real kernel; the second also with a real JupyterLab in Chromium.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
from playwright.async_api import Page, async_playwright

from benchmarks.figures import Sample, figure
from benchmarks.measuring import interleaved
from benchmarks.moments import p95
from tests.browser.conftest import CHROMIUM, VIEWPORT
from tests.browser.lab import jupyter
from tests.browser.notebook import Notebook
from tests.notebook.kernels import STOCK, Kernel

STEPS = 1_000
NODES = 100
PACE = 0.02  # seconds of each node, so that there is something to see
PATIENCE = 60.0  # seconds for what takes two

CELL = """
%load_ext playhead
import asyncio, gc, json
from playhead import Workflow, step

@step
async def add(n: int) -> int:
    await asyncio.sleep({pace})
    return n + 1

flow = Workflow("seen", input=int)
for number in range({nodes}):
    flow = flow.then(add.as_(f"add-{{number}}"))
flow = flow.commit()
"""
#: When each step of the last run had ended, by the engine's clock.
ENDS = "print(json.dumps({e.path[0]: e.at.timestamp() for e in run.events() if e.type == 'step-succeeded'}))"

COLLECT = "gc.collect();"

#: Seconds from the event by which the run was last set going to its end.
TAKEN = """
events = run.events()
begun = [event.at for event in events if event.type in ('run-started', 'run-resumed')][-1]
print((events[-1].at - begun).total_seconds())
"""

#: Notes, for each node, when a frame was on the screen that shows it as done: the one after that in which it changed.
WATCH = """() => {
  window.seen = {};
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const path = target.dataset?.path;
      if (!path || !target.classList.contains('ph-st-success') || path in window.seen) continue;
      window.seen[path] = null;
      painted().then(() => { window.seen[path] = Date.now(); });
    }
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
}"""
#: The same way, for a change that the page makes itself.
OWN = """async (times) => {
  const node = document.querySelector('.ph-node'), took = [];
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    node.classList.toggle('ph-floor');
    await painted();
    took.push(performance.now() - began);
  }
  return took;
}"""


@figure("live-view", unit="ms per run", at_most=1.1, rounds=9)
async def live_view(place: Path) -> AsyncIterator[Sample]:
    """A run of 1,000 steps in a kernel while a player shows it; its floor is the same run with none.

    The run is shown before its first step, and then goes on: to draw a workflow for the first time is not what is
    measured here. The garbage of earlier runs is collected before either, as for the other figures: that takes as long
    as half a run, and whose events make it due is chance.
    """
    with closing(Kernel(place, STOCK, None)) as kernel:
        await _in_kernel(kernel, CELL.format(pace=0, nodes=STEPS))

        async def subject() -> float:
            await _in_kernel(kernel, "run = %workflow run seen 0 --step --wait")
            await _in_kernel(kernel, COLLECT)
            await _in_kernel(kernel, "result = await run.proceed()")
            return float(await _in_kernel(kernel, TAKEN)) * 1e3

        async def floor() -> float:
            await _in_kernel(kernel, COLLECT)
            await _in_kernel(kernel, "run = %workflow run seen 0 -q --wait")
            return float(await _in_kernel(kernel, TAKEN)) * 1e3

        for turn in count():
            yield await interleaved(subject, floor, turn)


async def _in_kernel(kernel: Kernel, code: str) -> str:
    cell = await asyncio.to_thread(kernel.cell, code, PATIENCE)
    assert cell.error is None, f"{cell.error}\n{cell.text}"
    return cell.text


@figure("event-to-pixel", unit="ms, p95", at_most=150, rounds=7, judged="value")
async def event_to_pixel(place: Path) -> AsyncIterator[Sample]:
    """From the end of each of 100 steps to the frame that shows it; the floor is a change that the page makes."""
    async with _lab(place) as lab:
        await lab.run(0)
        await lab.page.evaluate(WATCH)
        for _ in count():
            await lab.page.evaluate("window.seen = {}")
            await lab.add("run = %workflow run seen 0 --wait")
            seen = await _when_seen(lab.page)
            ended = json.loads(await lab.text_of(await lab.add(ENDS)))
            own = await lab.page.evaluate(OWN, NODES)
            yield Sample(p95([seen[path] - at * 1e3 for path, at in ended.items()]), p95(own))
            await lab.command("notebook:clear-all-cell-outputs")  # one player at a time


async def _when_seen(page: Page) -> dict[str, float]:
    """When each node was seen to be done, in milliseconds of the clock that the kernel has too."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen: dict[str, float | None] = await page.evaluate("window.seen")
        if len(seen) == NODES and None not in seen.values():
            return seen  # type: ignore[return-value]  # none of them is None
        await page.wait_for_timeout(50)  # milliseconds
    raise TimeoutError(f"Only {len(seen)} of {NODES} nodes were seen to be done.")


@asynccontextmanager
async def _lab(place: Path) -> AsyncIterator[Notebook]:
    """A new notebook, open in a JupyterLab of its own."""
    served, home = place / "served", place / "home"
    served.mkdir(), home.mkdir()
    metadata: Any = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(CELL.format(pace=PACE, nodes=NODES).strip())]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), served / "seen.ipynb")
    with jupyter(served, home) as address:
        async with async_playwright() as playwright:
            chromium = playwright.chromium
            browser = await chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=CHROMIUM)
            page = await (await browser.new_context(viewport=VIEWPORT)).new_page()
            notebook = Notebook(page, address, "lab/tree/seen.ipynb", place)
            await notebook.open()
            try:
                yield notebook
            finally:
                await page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
                await browser.close()
