"""The report of a run, opened as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page

from playhead_widgets.views.report import report
from playhead_widgets.views.report_steps import Code, Told
from tests.hostile import TEXTS
from tests.unit.playhead_widgets import recordings
from tests.unit.playhead_widgets.hostile_runs import run_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Whether more of each can be seen than its first line.
SHOWN = "details => details.map(one => one.offsetHeight > 2 * one.querySelector('summary').offsetHeight)"
NARROW, WIDE = 420, 1100  # pixels: a telephone and a desk


@asynccontextmanager
async def opened(
    browser: Browser, file: Path, page: str, *, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator[Page]:
    """The page in a tab. Whatever it asks for but itself, says or complains of is a fault."""
    file.write_text(page, "utf-8")
    faults: list[str] = []
    tab = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.on("request", lambda request: faults.append(request.url))
    tab.on("dialog", lambda dialog: faults.append(dialog.message))
    tab.on("console", lambda message: faults.append(message.text))
    await tab.goto(file.as_uri())
    yield tab
    await tab.close()
    assert faults == [file.as_uri()]


async def page_of_orders() -> str:
    run = await recordings.recorded(recordings.asking(), 4, recordings.yes)
    codes = {"approve": Code("async def approve(n: int) -> int:\n    ...")}
    return report(Told(run.workflow, run.log, run.snapshot, codes, ".playhead"), version="1")


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")])
async def test_a_report_stands_by_itself_and_never_wider_than_its_window(
    browser: Browser, tmp_path: Path, shots: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    async with opened(browser, tmp_path / "report.html", await page_of_orders(), width=width, scheme=scheme) as tab:
        await tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert await tab.evaluate("document.documentElement.scrollWidth") <= width
        await tab.screenshot(path=shots / f"report-{scheme}-{width}.png", full_page=True)


async def test_on_paper_all_but_the_log_is_open(browser: Browser, tmp_path: Path, shots: Path) -> None:
    async with opened(browser, tmp_path / "report.html", await page_of_orders()) as tab:
        steps = tab.locator("details.ph-step:not(.ph-log)")
        assert not any(await steps.evaluate_all(SHOWN))
        await tab.emulate_media(media="print")
        assert all(await steps.evaluate_all(SHOWN))
        assert await tab.locator("details.ph-log").evaluate_all(SHOWN) == [False]
        await tab.screenshot(path=shots / "report-print.png", full_page=True)


async def test_no_hostile_text_acts_in_a_real_browser(browser: Browser, tmp_path: Path) -> None:
    for text in TEXTS:
        run = await run_of(text)
        page = report(Told(run.workflow, run.log, run.snapshot, {"say": Code(text, text)}, text), version=text)
        async with opened(browser, tmp_path / "report.html", page) as tab:
            assert await tab.locator("script, img, iframe, form, base, link, math, [onload], [onerror]").count() == 0
