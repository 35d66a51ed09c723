"""Long workflows and wide foreaches stay usable."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewNotebook

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = """
%load_ext playhead
from playhead import Workflow, step

@step
def add(n: int) -> int:
    return n + 1

flow = Workflow("long", input=int)
for number in range(300):
    flow = flow.then(add.as_(f"add-{number}"))
flow = flow.commit()
"""
WIDE = """
%load_ext playhead
from playhead import Workflow, step

@step
async def ship(n: int) -> int:
    return n

flow = Workflow("wide", input=list[int]).foreach(ship, concurrency=20).commit()
numbers = list(range(1000))
"""
SCRUBS = """async () => {
  const slider = document.querySelector('.ph-slider'), times = [];
  for (let at = 0; at <= 20; at += 1) {
    const began = performance.now();
    slider.value = String(Math.round((Number(slider.max) * at) / 20));
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[10];
}"""
SMOOTH = 400  # milliseconds to two painted frames, in the median: a person still feels that it follows; usually 60


async def test_three_hundred_steps_are_drawn_scrubbed_and_looked_at(cells: NewNotebook) -> None:
    lab = await cells(LONG, "run = %workflow run long 0 --wait")
    await lab.run_all()
    await lab.status("success")
    await lab.shows("add-299", "success")
    assert await lab.page.evaluate(SCRUBS) < SMOOTH
    await lab.drag_playhead(0.5)
    await lab.shows("add-0", "success")
    await lab.shows("add-299", "pending")
    await expect(lab.node("add-149")).to_be_in_viewport()
    await expect(lab.player.get_by_role("slider", name="Playhead")).to_be_focused()
    await lab.shot("long")
    await lab.page.keyboard.press("Home")
    await expect(lab.node("add-0")).to_be_in_viewport()
    await expect(lab.node("add-149")).not_to_be_in_viewport()
    await lab.page.keyboard.press("End")
    await expect(lab.node("add-299")).to_be_in_viewport()


async def test_a_thousand_items_are_counted_and_one_can_be_looked_at(cells: NewNotebook) -> None:
    lab = await cells(WIDE, "run = %workflow run wide --input numbers --wait")
    await lab.run_all()
    await lab.status("success")
    await lab.shows("ship", "success")
    await expect(lab.node("ship")).to_contain_text("1,000 items")
    await lab.node("ship").click()
    assert await lab.page.evaluate(SCRUBS) < SMOOTH
    await lab.shot("wide")
