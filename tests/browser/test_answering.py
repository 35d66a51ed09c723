"""Every sort of question is asked by a form of its own, which refuses what does not fit beside the field."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import NewNotebook
from tests.browser.notebook import Notebook

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKS = """
%load_ext playhead
from datetime import date
from enum import Enum
from typing import Literal
from pydantic import BaseModel, Field
from playhead import Context, Workflow, step

class Size(Enum):
    SMALL = "small"
    LARGE = "large"

class Address(BaseModel):
    street: str
    code: int = Field(ge=10_000, le=99_999, description="five digits")

class Contact(BaseModel):
    name: str
    address: Address
    phones: list[str] = []
    note: str | None = None

def asking(id, kind):
    @step(id=id, resume=kind)
    def ask(given, ctx: Context):
        if not ctx.resumed:
            ctx.suspend(f"What {id}?")
        return ctx.resume_data
    return ask

kinds = {
    "yes-or-no": bool, "whole": int, "number": float, "text": str, "literal": Literal["left", "right"], "size": Size,
    "numbers": list[int], "contact": Contact, "perhaps": int | None, "day": date,
}
asks = Workflow("asks").parallel(*[asking(id, kind) for id, kind in kinds.items()]).commit()
"""
GIVEN = """
run.result.output == {
    "yes-or-no": False, "whole": 7, "number": 2.5, "text": "hello", "literal": "right", "size": Size.LARGE,
    "numbers": [1, 3], "perhaps": None, "day": date(2026, 2, 28),
    "contact": Contact(name="Ada", address=Address(street="Mill Lane", code=12345), phones=["555"]),
}
"""


async def card(lab: Notebook, step: str) -> Locator:
    """The question of that step, open."""
    found = lab.player.locator("details.ph-question").filter(
        has=lab.page.locator(".ph-where", has_text=re.compile(f"^{step}$"))
    )
    if await found.get_attribute("open") is None:
        await found.locator(".ph-headline").click()
    return found


async def answer(lab: Notebook, asked: Locator, step: str) -> None:
    await asked.get_by_role("button", name="Answer").click()
    await lab.shows(step, "success")
    await expect(asked).to_have_count(0)


async def fill(lab: Notebook, step: str, text: str) -> None:
    asked = await card(lab, step)
    await asked.get_by_role("textbox").fill(text)
    await answer(lab, asked, step)


async def test_there_is_a_form_for_every_sort_of_answer(cells: NewNotebook) -> None:
    lab = await cells(ASKS, "run = %workflow run asks --wait")
    await lab.page.set_viewport_size({"width": 1180, "height": 2400})
    await lab.command("application:toggle-left-area")
    await lab.run_all()
    await lab.status("suspended")

    asked = await card(lab, "size")
    await asked.get_by_role("radio", name="small").focus()
    await lab.page.keyboard.press("ArrowRight")
    await lab.page.keyboard.press("Enter")
    await lab.shows("size", "success")

    asked = await card(lab, "whole")
    await asked.get_by_role("textbox").fill("seven")
    await asked.get_by_role("button", name="Answer").click()
    await expect(asked).to_contain_text("Needs a whole number.")
    await expect(asked.get_by_role("textbox")).to_be_focused()
    await lab.shot("questions")
    await (await card(lab, "text")).get_by_role("textbox").fill("half a sent")
    await fill(lab, "whole", "7")
    # The next question takes the focus, and what was typed elsewhere stays.
    await expect((await card(lab, "text")).get_by_role("textbox")).to_have_value("half a sent")
    await expect((await card(lab, "yes-or-no")).get_by_role("radio").first).to_be_focused()
    await fill(lab, "number", "2.5")
    await fill(lab, "text", "hello")
    asked = await card(lab, "day")
    await asked.locator("input[type=date]").fill("2026-02-28")
    await answer(lab, asked, "day")
    await fill(lab, "perhaps", "")

    for step, choice in {"yes-or-no": "No", "literal": "right"}.items():
        asked = await card(lab, step)
        await asked.get_by_text(choice, exact=True).click()
        await answer(lab, asked, step)

    asked = await card(lab, "numbers")
    for number in ("1", "2", "three"):
        await asked.get_by_role("button", name="+ Add").click()
        await lab.page.keyboard.type(number)
    await asked.get_by_role("button", name="Remove item 2").click()
    await asked.get_by_role("button", name="Answer").click()
    await expect(asked).to_contain_text("Needs a whole number.")
    await asked.get_by_role("textbox").last.fill("3")
    await answer(lab, asked, "numbers")

    asked = await card(lab, "contact")
    await asked.get_by_label("name").fill("Ada")
    await asked.get_by_label("street").fill("Mill Lane")
    await asked.get_by_label("code").fill("123")
    await asked.get_by_role("button", name="+ Add").click()
    await lab.page.keyboard.type("555")
    await asked.get_by_role("button", name="Answer").click()
    await expect(asked).to_contain_text("Must be at least 10000.")
    for theme, width in (("Dark", 1180), ("Light", 560)):
        await lab.page.set_viewport_size({"width": width, "height": 2400})
        await lab.theme(f"JupyterLab {theme}")
        await lab.shot(f"contact-{theme.lower()}-{width}")
    await asked.get_by_label("code").fill("12345")
    await lab.page.keyboard.press("Enter")
    await lab.status("success")
    await expect(lab.player.get_by_role("tab", name="Graph")).to_be_focused()
    assert "True" in await lab.text_of(await lab.add(GIVEN))
