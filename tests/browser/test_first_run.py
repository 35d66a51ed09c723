"""The first five minutes: the first tutorial in JupyterLab, by clicks."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenNotebook

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_run_is_stepped_answered_scrubbed_and_found_again_after_a_reload(notebook: OpenNotebook) -> None:
    lab = await notebook("01_first_run.ipynb")
    await lab.run_until("%workflow run wine")
    await lab.shows("load", "success")
    await lab.shows("check", "pending")
    await lab.status("paused")
    await lab.shot("paused")

    await lab.button("Step").click()
    await lab.shows("check", "success")
    await lab.shows("split", "pending")
    await lab.status("paused")

    await lab.button("Continue").click()
    await lab.shows("forest", "running")
    await lab.shot("running")
    await lab.shows("choose", "suspended")
    await lab.status("suspended")
    await lab.shot("question")

    await lab.player.get_by_role("button", name="Answer", exact=True).click()
    await expect(lab.player.get_by_text("Choose one.")).to_be_visible()
    await lab.status("suspended")

    await lab.player.get_by_text("logistic", exact=True).last.click()
    await lab.player.get_by_label("reason").fill("easier to explain than the forest")
    await lab.player.get_by_role("button", name="Answer", exact=True).click()
    await lab.shows("report", "success")
    await lab.status("success")
    await lab.node("report").click()
    await expect(lab.player.get_by_text("easier to explain than the forest").first).to_be_visible()
    await lab.shot("finished")

    await lab.drag_playhead(0.5)
    await lab.shows("report", "pending")
    await lab.shows("load", "success")
    await expect(lab.player.get_by_text("PAST")).to_be_visible()
    await lab.shot("past")
    await lab.button("Back to live").click()
    await lab.shows("report", "success")

    await lab.save()
    await lab.reload()
    await lab.shows("report", "success")
    await lab.status("success")
    await lab.shot("reloaded")
