"""What a person looks at: workflows in workflows, the timeline, two moments, what was printed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewNotebook
from tests.browser.notebook import has_word

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAKERY = """
%load_ext playhead
from pydantic import BaseModel
from playhead import Context, Workflow, step

class Till(BaseModel):
    sold: int = 0

@step
def knead(loaves: int) -> list[int]:
    print(f"kneading {loaves}")
    return list(range(loaves))

@step
def bake(loaf: int) -> int:
    return loaf + 1

@step
def rest(dough: int) -> int:
    return dough - 1

@step(state=Till)
def sell(loaves: list[int], ctx: Context[Till]) -> int:
    ctx.set_state(sold=len(loaves))
    return len(loaves)

resting = Workflow("resting", input=int, output=int).dountil(rest, lambda left: left <= 0).commit()
oven = Workflow("oven", input=list[int], output=list[int]).foreach(bake).commit()
bakery = Workflow("bakery", input=int, state=Till).then(knead).then(oven).then(sell).then(resting).commit()
"""


async def test_a_run_is_looked_into_from_every_side(cells: NewNotebook) -> None:
    lab = await cells(BAKERY, "run = %workflow run bakery 3 --break bake#1 --wait")
    await lab.run_all()

    # It has paused before one item in a workflow of the workflow; a step is that item alone.
    await lab.status("paused")
    items = lab.node("oven/bake").locator(".ph-item")
    await expect(items).to_have_count(3)
    await expect(items.nth(0)).to_have_class(has_word("ph-item-success"))
    await expect(items.nth(1)).not_to_have_class(has_word("ph-item-success"))
    await lab.shot("item")
    await lab.button("Step").click()
    await expect(items.nth(1)).to_have_class(has_word("ph-item-success"))
    await expect(items.nth(2)).not_to_have_class(has_word("ph-item-success"))
    await lab.status("paused")
    await lab.button("Continue").click()
    await lab.status("success")

    # A workflow in the workflow closes and opens, by mouse and by the keyboard, and keeps the focus.
    await expect(lab.node("oven/bake")).to_be_visible()
    await lab.node("oven").locator("> [data-fold]").click()
    await expect(lab.node("oven/bake")).to_have_count(0)
    await expect(lab.node("oven")).to_have_attribute("aria-expanded", "false")
    await lab.shows("oven", "success")
    await lab.drag_playhead(0.3)
    await expect(lab.node("oven")).to_have_class(has_word("ph-visited"))
    await lab.shot("folded")
    await lab.button("Back to live").click()
    await lab.node("oven").focus()
    await lab.page.keyboard.press("+")
    await expect(lab.node("oven/bake")).to_be_visible()
    await expect(lab.node("oven")).to_be_focused()
    await expect(lab.player.get_by_text("turn 3")).to_be_visible()
    await lab.shot("nested")

    await lab.tab("Timeline")
    lanes = lab.player.locator(".ph-lane")
    await expect(lanes).to_have_count(4)
    await expect(lab.player.locator(".ph-lane[data-path='oven/bake'] rect")).to_have_count(3)
    await lab.drag_playhead(0.4)
    await expect(lab.player.locator(".ph-now")).to_be_visible()
    await lab.player.locator(".ph-lane[data-path='knead'] button").click()
    await expect(lab.player.get_by_role("heading", name="knead")).to_be_visible()
    await expect(lab.player.get_by_text("kneading 3").first).to_be_visible()
    await lab.shot("timeline")

    # Two moments: the one that was marked, and the end.
    await lab.button("Mark this moment").click()
    await lab.button("Back to live").click()
    await lab.tab("Changes")
    await expect(lab.player.get_by_label("Compare with")).to_contain_text("⚑")
    compared = lab.player.locator(".ph-compared")
    await expect(compared.get_by_role("button", name="sell")).to_be_visible()
    await expect(compared.get_by_role("button", name="knead")).to_have_count(0)
    await expect(compared.get_by_role("button", name="resting / rest ×3")).to_be_visible()
    await expect(compared).to_contain_text("sold")
    await lab.theme("JupyterLab Dark")
    await lab.shot("compared-dark")

    await lab.tab("Printed")
    await expect(lab.player.get_by_label("Printed text")).to_have_text("kneading 3\n")
    await lab.command("application:toggle-left-area")
    await lab.page.set_viewport_size({"width": 480, "height": 1500})
    await lab.tab("Changes")
    await lab.shot("compared-narrow")
    await lab.tab("Timeline")
    await lab.shot("timeline-narrow")
