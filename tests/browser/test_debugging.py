"""What a person does when something went wrong, or might have gone otherwise."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewNotebook

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEPS = """
%load_ext playhead
from playhead import Workflow, step
calls = []

@step
def read(text: str) -> list[str]:
    calls.append("read")
    return text.split()

@step
def count(words: list[str]) -> int:
    calls.append("count")
    return len(words)
"""
BROKEN = """
@step
def praise(number: int) -> str:
    calls.append("praise")
    return "only " + number
"""
MENDED = """
@step
def praise(number: int) -> str:
    calls.append("praise")
    return f"only {number}"
"""
FLOW = """
flow = Workflow("words", input=str, output=str).then(read).then(count).then(praise).commit()
"""
RUN = "run = %workflow run words 'to be or not' --wait"


async def test_a_step_that_failed_is_mended_in_its_cell_and_the_run_goes_on_from_it(cells: NewNotebook) -> None:
    lab = await cells(STEPS, BROKEN, FLOW, "%workflow break praise:error", RUN)
    await lab.run_all()
    await lab.status("paused")
    await lab.shows("praise", "failed")
    await expect(lab.player.get_by_text("TypeError").first).to_be_visible()
    await lab.shot("paused-at-error")
    await lab.button("Continue").click()
    await lab.status("failed")
    await lab.shot("failed")

    await lab.add(MENDED)
    await lab.add(FLOW)
    await lab.button("1 step changed").click()
    changed = lab.player.get_by_role("region", name="What changed since this run began")
    await expect(changed.locator(".ph-line-old")).to_contain_text('return "only " + number')
    await expect(changed.locator(".ph-line-new")).to_contain_text('return f"only {number}"')
    await expect(lab.node("praise")).to_have_attribute("aria-label", re.compile("changed since the run began"))
    await lab.shot("edited")
    await lab.button("Continue").click()
    await lab.status("success")
    await lab.shows("praise", "success")
    assert "['read', 'count', 'praise', 'praise']" in await lab.text_of(await lab.add("calls"))
    assert "only 4" in await lab.text_of(await lab.add("run.result.output"))


async def test_a_fork_begins_at_the_playhead_with_another_input(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, RUN)
    await lab.run_all()
    await lab.status("success")
    await lab.drag_playhead(0.25)
    await lab.shows("read", "success")
    await lab.shows("count", "pending")
    await lab.button("Fork here").click()
    await lab.fork_with('["one", "two"]')
    await expect(lab.player.get_by_text("the new run is")).to_be_visible()
    fork = lab.players.nth(1)
    await expect(fork.locator(".ph-lineage")).to_contain_text("after read done")
    await expect(fork.get_by_role("button", name="Continue")).to_be_focused()
    await lab.page.screenshot(path=lab.shots / "forked.png")
    await lab.page.keyboard.press("Enter")
    await expect(fork.locator(".ph-status")).to_have_attribute("data-status", "success")

    went_on = await lab.add("fork = %workflow show\nfork.result.output")
    assert "only 2" in await lab.text_of(went_on)
    assert "True" in await lab.text_of(await lab.add("fork.parent[0] == run.run_id"))
    assert "only 4" in await lab.text_of(await lab.add("run.result.output"))

    await fork.get_by_role("tab", name="Changes").click()
    other = fork.get_by_label("Compare with")
    await other.select_option(label=f"{await lab.run_id()} · success · parent of this run")
    await expect(fork.get_by_role("button", name="read")).to_have_count(0)
    await expect(fork.locator(".ph-compared")).to_contain_text("only 4 → only 2")
    await fork.screenshot(path=lab.shots / "two-runs.png")

    await lab.save()
    await lab.reload()
    await expect(fork.locator(".ph-lineage")).to_contain_text("after read done")
    await expect(fork.locator(".ph-status")).to_have_attribute("data-status", "success")


async def test_an_input_that_does_not_fit_is_refused_where_it_was_typed(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, RUN)
    await lab.run_all()
    await lab.status("success")
    await lab.drag_playhead(0.25)
    await lab.button("Fork here").click()
    await lab.fork_with('{"no": "list"}')
    await expect(lab.player.get_by_text("valid list")).to_be_visible()
    assert "1" in await lab.text_of(await lab.add("%workflow store"))


async def test_a_view_whose_kernel_is_gone_says_so_and_a_new_one_attaches_again(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, RUN)
    await lab.run_all()
    await lab.status("success")
    await lab.restart_kernel()
    await expect(lab.player.get_by_role("status").get_by_text("The kernel is gone")).to_be_visible()
    await lab.shows("praise", "success")
    await expect(lab.button("Continue")).to_be_disabled()
    await lab.shot("orphan")

    for number in range(3):
        await lab.run(number)
    name = await lab.add("%workflow show words")
    shown = lab.page.locator(".ph-player").last
    await expect(shown.locator(".ph-status")).to_have_attribute("data-status", "success")
    assert "success" in await lab.text_of(name)


async def test_the_moment_a_run_had_ended_is_told_in_words_and_so_is_its_end(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, RUN)
    await lab.run_all()
    await lab.status("success")
    told = lab.player.get_by_text("The run succeeded.")
    before = await told.count()  # none, if the run had ended before the page showed it
    await lab.add("%workflow travel praise --wait")
    await expect(told).to_have_count(before + 1)
    slider = lab.player.get_by_role("slider", name="Playhead")
    await slider.focus()
    for _ in range(3):  # back over the end, the step, and the travelling
        await lab.page.keyboard.press("ArrowLeft")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile("run ended: success"))
    await expect(lab.player.locator(".ph-status")).to_have_text("had succeeded")


async def test_the_past_can_be_looked_at_while_the_kernel_is_busy(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, RUN)
    await lab.run_all()
    await lab.status("success")
    await lab.begin("import time; time.sleep(60)")  # ended with its kernel
    await lab.drag_playhead(0.0)
    await lab.shows("read", "pending")
    await lab.shows("praise", "pending")
    assert await lab.is_busy()
    await lab.button("Back to live").click()
    await lab.shows("praise", "success")


async def test_everything_can_be_done_by_the_keyboard(cells: NewNotebook) -> None:
    lab = await cells(STEPS, MENDED, FLOW, "run = %workflow run words 'to be or not' --step")
    await lab.run_all()
    await lab.status("paused")
    await lab.button("Step").focus()
    await lab.page.keyboard.press("Enter")
    await lab.shows("count", "success")
    await lab.button("Continue").focus()
    await lab.page.keyboard.press("Space")
    await lab.status("success")

    slider = lab.player.get_by_role("slider", name="Playhead")
    await slider.focus()
    await lab.page.keyboard.press("Home")
    await lab.shows("praise", "pending")
    await lab.page.keyboard.press("ArrowRight")
    await lab.shows("read", "success")
    await lab.page.keyboard.press("End")
    await lab.shows("praise", "success")

    await lab.node("count").focus()
    await lab.page.keyboard.press("Enter")
    await expect(lab.player.get_by_role("heading", name="count")).to_be_visible()
    await lab.page.keyboard.press("ArrowRight")
    await lab.page.keyboard.press("Enter")
    await expect(lab.player.get_by_role("heading", name="praise")).to_be_visible()

    await lab.player.get_by_role("tab", name="Graph").focus()
    await lab.page.keyboard.press("ArrowRight")
    await expect(lab.player.get_by_role("tab", name="Timeline", selected=True)).to_be_focused()
    await lab.button("Mark this moment").focus()
    await lab.page.keyboard.press("Tab")
    await expect(lab.button("Fork here")).to_be_focused()
    await lab.page.keyboard.press("Enter")
    await expect(lab.button("Fork")).to_be_focused()
    await lab.page.keyboard.press("Escape")
    await expect(lab.button("Fork here")).to_be_focused()
    await lab.page.keyboard.press("Enter")
    await expect(lab.button("Fork")).to_be_focused()
    await lab.page.keyboard.press("Enter")
    await expect(lab.players).to_have_count(2)


@pytest.mark.parametrize(("theme", "width"), [("JupyterLab Dark", 1180), ("JupyterLab Light", 560)])
async def test_it_fits_the_theme_and_the_width_of_its_cell(cells: NewNotebook, theme: str, width: int) -> None:
    lab = await cells(STEPS, BROKEN, FLOW, RUN)
    await lab.page.set_viewport_size({"width": width, "height": 1100})
    await lab.theme(theme)
    await lab.command("application:toggle-left-area")
    await lab.run_all()
    await lab.status("failed")
    assert await lab.page.evaluate("document.querySelector('.ph-player').scrollWidth") <= await lab.page.evaluate(
        "document.querySelector('.ph-player').clientWidth"
    )
    await lab.shot(f"{theme.split()[-1].lower()}-{width}")
