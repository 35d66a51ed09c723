"""Answering a step that waits."""

from __future__ import annotations

import pytest

from tests.notebook.cells import CHAIN, ORDERS
from tests.notebook.shells import Notebook


@pytest.fixture
def orders(notebook: Notebook) -> Notebook:
    """A run that asks, and another one that was used later."""
    notebook(ORDERS + CHAIN)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait")
    return notebook


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("%workflow resume ok=true", {"ok": True, "note": ""}),
        ("%workflow resume o ok=yes note=fine", {"ok": True, "note": "fine"}),
        ("%workflow resume o ok=no note=17", {"ok": False, "note": "17"}),
        ("%workflow resume --step approve ok=true", {"ok": True, "note": ""}),
        ("%workflow resume --label manager ok=true", {"ok": True, "note": ""}),
        ("%workflow resume {'ok': False}", {"ok": False, "note": ""}),
        ("v = Verdict(ok=True, note='v')\n%workflow resume --input v", {"ok": True, "note": "v"}),
        ("%%resume\nok: true\nnote: from the cell\n", {"ok": True, "note": "from the cell"}),
        ("%%resume o\n{'ok': True}\n", {"ok": True, "note": ""}),
        ("%%workflow resume o\nok: true\n", {"ok": True, "note": ""}),
    ],
)
def test_an_answer_is_given_in_any_of_these_ways(orders: Notebook, cell: str, answer: dict[str, object]) -> None:
    orders(cell)
    assert orders("%workflow wait").output == answer


REFUSED = {
    "%workflow resume ok=maybe": "ok: Input should be a valid boolean",
    "%workflow resume note=x": "ok: Field required",
    "%workflow resume --step price ok=true": "Step 'price' of run 'o' was not suspended. Suspended: approve.",
    "%workflow resume --step aprove ok=true": "There is no step 'aprove': did you mean 'approve'?",
    "%workflow resume --label boss ok=true": "Resume label 'boss' not found. Available labels: manager.",
    "%workflow resume --index 3 ok=true": "No suspended item has index 3",
    "%workflow resume --input nothing": "There is no variable 'nothing'",
    "%workflow resume ok=true --input o": "Give data in one way",
    "%%resume\nok: true\nand so on\n": "The cell is neither a literal, nor JSON, nor lines of key: value",
}


@pytest.mark.parametrize("cell", REFUSED)
def test_an_answer_that_does_not_fit_leaves_the_run_waiting(orders: Notebook, cell: str) -> None:
    before = orders("%workflow events")
    assert REFUSED[cell] in orders.refused(cell)
    assert orders("%workflow events") == before
    orders("%workflow resume ok=true")
    assert orders("%workflow wait").status == "success"


def test_resume_can_wait_for_the_next_rest(orders: Notebook) -> None:
    assert orders("%workflow resume ok=true --wait").status == "success"
    orders("%workflow run orders customer=Bob total=3 --wait")
    assert orders("%%resume --wait\nok: true\n").status == "success"


ITEMS = """
from playhead import Workflow, step

@step(resume=str)
def name(n: int, ctx) -> str:
    if not ctx.resumed:
        ctx.suspend(f"name number {n}")
    return f"{n}: {ctx.resume_data}"

names = Workflow("names", input=list[int]).foreach(name, concurrency=2).commit()
"""


def test_one_item_of_a_foreach_is_answered_by_its_index(notebook: Notebook) -> None:
    notebook(ITEMS)
    notebook("%workflow run names [1,2] --wait")
    assert "is one item" in notebook.refused("%workflow resume --step name#1 Bob")
    notebook("%workflow resume --index 1 Bob --wait")
    notebook("%workflow resume --index 0 17 --wait")
    assert notebook("%workflow output") == ["1: 17", "2: Bob"]


TWO = """
from playhead import Workflow, step

def ask(n: int, ctx) -> str:
    if not ctx.resumed:
        ctx.suspend({"question": ctx.step_id})
    return str(ctx.resume_data)

from playhead import Step
left, right = Step(ask, id="left"), Step(ask, id="right")
both = Workflow("both", input=int).parallel(left, right).commit()
"""


def test_where_several_wait_one_must_be_named(notebook: Notebook) -> None:
    notebook(TWO)
    notebook("%workflow run both 1 --wait")
    assert "left, right" in notebook.refused("%workflow resume x")
    notebook("%workflow resume --step left a --wait")
    assert notebook("%workflow resume b --wait").result.output == {"left": "a", "right": "b"}


def test_a_lone_word_is_a_run_only_if_there_is_one_of_that_name(notebook: Notebook) -> None:
    notebook(ITEMS)
    notebook("%workflow run names [1] --id first --wait")
    notebook("%workflow resume second --wait")
    assert notebook("%workflow output") == ["1: second"]
