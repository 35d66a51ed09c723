"""Cells are run again: the latest definition of a step counts, and what is finished is not repeated."""

from __future__ import annotations

import pytest

from playhead_widgets import Reply
from tests.hostile import unsafe
from tests.notebook.cells import CHAIN
from tests.notebook.shells import Notebook, until

BROKEN_TWO = """
@step
def two(n: int) -> int:
    ran.append("two")
    raise ValueError("not yet")
"""

MENDED_TWO = """
@step
def two(n: int) -> int:
    ran.append("mended two")
    return n + 1000
"""


@pytest.fixture
def failed(notebook: Notebook) -> Notebook:
    """A run that failed at its second step."""
    notebook(CHAIN)
    notebook(BROKEN_TWO)
    assert notebook("%workflow run chain 1 --id c --wait").status == "failed"
    return notebook


def test_a_step_defined_anew_counts_in_every_workflow_that_has_it(failed: Notebook) -> None:
    assert failed("ran") == ["one", "two"]


def test_fix_it_and_go_on(failed: Notebook) -> None:
    failed(MENDED_TWO)
    assert failed("%workflow continue --wait").status == "success"
    assert failed("ran") == ["one", "two", "mended two", "three"]
    assert failed("%workflow output") == 1102


def test_fix_it_and_go_on_from_a_handle_that_is_held(failed: Notebook) -> None:
    failed("run = %workflow show c")
    failed(MENDED_TWO)
    assert failed("run.proceed().wait().output") == 1102


def test_fix_it_and_go_on_by_a_click(failed: Notebook) -> None:
    failed(MENDED_TWO)
    replies: list[dict[str, object]] = []
    session = failed.session
    session.clicks.clicked(session.handles["c"].followed, "continue", {}, Reply(replies.append, lambda player: None))
    until(lambda: replies)
    assert replies == [{"ok": True}]
    assert failed("%workflow wait c").output == 1102


def test_fix_it_and_go_on_after_the_workflows_cell_was_run_again_too(failed: Notebook) -> None:
    failed(CHAIN.replace("n + 10\n", "n + 20\n"))
    assert failed("%workflow continue --wait").status == "success"
    assert failed("%workflow output") == 122
    assert failed("ran") == ["two", "three"]  # the cell made the list anew; the first step did not run again


def test_fix_it_and_go_on_by_fork_from_a_moment(failed: Notebook) -> None:
    failed(MENDED_TWO)
    assert failed("%workflow fork c@two 5 --id child --go --wait").result.output == 1105
    assert failed("%workflow show c").status == "failed"


def test_a_step_inside_a_nested_workflow_is_found_too(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("outer = Workflow('outer', input=int).then(chain).commit()")
    notebook(MENDED_TWO)
    assert notebook("%workflow run outer 1 --wait").result.output == 1102


def test_a_nested_workflow_defined_anew_is_found_too(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("outer = Workflow('outer', input=int).then(chain).commit()")
    notebook("chain = Workflow('chain', input=int).then(one).commit()")
    assert notebook("%workflow run outer 1 --wait").result.output == 2


def test_a_clone_follows_the_step_it_was_made_of(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("twice = Workflow('twice', input=int).then(two).then(two.as_('again')).commit()")
    notebook(MENDED_TWO)
    assert notebook("%workflow run twice 1 --wait").result.output == 2001


def test_steps_of_the_same_id_in_two_workflows_are_not_mixed_up_while_both_are_held(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("from playhead import Step\nother = Step(lambda n: n - 1, id='two')")
    notebook("others = Workflow('others', input=int).then(other).commit()")
    assert notebook("%workflow run chain 1 --wait").result.output == 112
    assert notebook("%workflow run others 1 --wait").result.output == 0


def test_a_step_that_no_variable_ever_held_stays_as_it_is(notebook: Notebook) -> None:
    notebook("""
from playhead import Step, Workflow
made = Workflow("made", input=int).then(Step(lambda n: n * 7, id="seven")).commit()
""")
    assert notebook("%workflow run made 2 --wait").result.output == 14


def test_a_step_in_the_middle_of_a_definition_is_no_variable_of_the_same_id(
    notebook: Notebook,
) -> None:
    notebook(CHAIN)
    notebook("from playhead import Step")
    notebook("made = Workflow('made', input=int).then(Step(lambda n: n * 7, id='two')).commit()")
    assert notebook("%workflow run made 2 --wait").result.output == 14


def test_a_step_made_of_a_lambda_is_replaced_with_its_variable(notebook: Notebook) -> None:
    notebook("from playhead import Step, Workflow\nhalf = Step(lambda n: n / 2, id='half')")
    notebook("halves = Workflow('halves', input=float).then(half).commit()")
    notebook("half = Step(lambda n: n / 4, id='half')")
    assert notebook("%workflow run halves 8 --wait").result.output == 2


def test_steps_that_do_not_fit_any_more_are_named_and_the_run_is_left_alone(failed: Notebook) -> None:
    failed("""
@step
def two(words: list[str]) -> list[str]:
    return words
""")
    refusal = failed.refused("%workflow continue")
    assert "Steps of workflow 'chain' were defined anew and do not fit" in refusal
    assert "two" in refusal
    assert failed("%workflow show c").status == "failed"
    failed(MENDED_TWO)
    assert failed("%workflow continue --wait").status == "success"


def test_show_says_which_steps_have_changed_and_diff_shows_how(failed: Notebook) -> None:
    assert "changed" not in failed.said("%workflow show c")
    failed(MENDED_TWO)
    assert "1 step has changed since the run began: two (%workflow diff c --code shows how)." in failed.said(
        "%workflow show c"
    )
    changed = failed("%workflow diff c --code")
    assert [(change.path, change.kind, change.was_reached) for change in changed] == [(("two",), "changed", True)]
    text = repr(changed)
    assert text.startswith("two: changed\n")
    assert '  -    raise ValueError("not yet")' in text
    assert "  +    return n + 1000" in text
    assert failed("%workflow diff c one --code") == []
    assert "No code has changed." in repr(failed("%workflow diff c one --code"))


def test_a_difference_of_code_is_shown_line_by_line_and_harmlessly(failed: Notebook) -> None:
    failed(MENDED_TWO.replace("mended two", "<img src=x onerror=alert(1)>"))
    html = failed("%workflow diff c --code")._repr_mimebundle_()["text/html"]
    assert unsafe(html) == []
    assert "<ins>+    return n + 1000</ins>" in html
    assert "<del>-    raise ValueError(" in html


def test_a_comment_is_no_change(failed: Notebook) -> None:
    failed(BROKEN_TWO.replace("    ran.append", "    # a remark\n    ran.append"))
    assert "changed" not in failed.said("%workflow show c")


def test_the_cells_that_a_stored_run_needs_are_named(failed: Notebook) -> None:
    failed("%reload_ext playhead")
    failed("del chain, one, two, three")
    needs = "Run 'c' (failed) needs cells that were not run yet: those of its steps one, two, three and of its workflow"
    for line in ("%workflow show c", "%workflow continue c", "%workflow output c"):
        assert failed.refused(line) == f"{needs} 'chain'."
    failed("@step\ndef one(n: int) -> int:\n    return n")
    assert "those of its steps two, three and of its workflow 'chain'" in failed.refused("%workflow show c")
    failed(CHAIN)
    assert failed("%workflow show c").status == "failed"


@pytest.mark.filterwarnings("ignore::playhead.errors.DefinitionChangedWarning")  # pytest sets the filters anew
def test_going_on_in_spite_of_changes_must_be_said(failed: Notebook) -> None:
    failed("chain = Workflow('chain', input=int).then(two).then(three).commit()")
    refusal = failed.refused("%workflow continue c")
    assert "--accept-changes" in refusal
    assert "%workflow diff RUN --code shows the changes" in refusal
    failed(MENDED_TWO)
    ran = failed.cell("%workflow continue c --accept-changes --wait")
    assert ran.value.status == "success"
    assert "The workflow has changed: one was reached by the run and is gone from the workflow." in ran.out


@pytest.mark.filterwarnings("ignore::playhead.errors.DefinitionChangedWarning")
def test_a_finished_step_that_has_changed_keeps_its_result_and_that_is_said(failed: Notebook) -> None:
    failed("@step\ndef one(n: int) -> int:\n    return n + 5")
    failed(MENDED_TWO)
    ran = failed.cell("%workflow continue c --wait")
    assert ran.value.result.output == 1102
    assert "The workflow has changed: one" in ran.out


def test_nothing_changes_for_a_run_that_goes_on(notebook: Notebook) -> None:
    notebook("""
import threading
from playhead import Workflow, step
release = threading.Event()

@step
def hold(n: int) -> int:
    release.wait(5)
    return n

@step
def after(n: int) -> str:
    return "old"

held = Workflow("held", input=int).then(hold).then(after).commit()
""")
    notebook("%workflow run held 1")
    notebook("@step\ndef after(n: int) -> str:\n    return 'new'")
    notebook("release.set()")
    assert notebook("%workflow wait").output == "old"
    assert notebook("%workflow run held 1 --wait").result.output == "new"


def test_a_finished_step_that_is_gone_is_refused_before_anything_is_written(failed: Notebook) -> None:
    before = len(failed("%workflow events c"))
    failed("chain = Workflow('chain', input=int).then(two).then(three).commit()")
    assert "one was reached by the run and is gone from the workflow" in failed.refused("%workflow continue")
    assert len(failed("%workflow events c")) == before


def test_values_of_a_class_defined_anew_are_read_as_the_new_class(notebook: Notebook) -> None:
    notebook("""
from dataclasses import dataclass
from playhead import Workflow, step

@dataclass
class Order:
    total: float

@step
def load(n: int) -> Order:
    return Order(n)

@step
def check(order: Order) -> float:
    raise ValueError("not yet")

orders = Workflow("orders", input=int).then(load).then(check).commit()
""")
    notebook("%workflow run orders 3 --wait")
    notebook("""
@dataclass
class Order:
    total: float
    rush: bool = False

    def due(self) -> float:
        return self.total * (2 if self.rush else 1)

@step
def check(order: Order) -> float:
    return order.due()
""")
    assert notebook("%workflow continue --wait").result.output == 3


MODEL = """
from pydantic import BaseModel
from playhead import Workflow, step

class Basket(BaseModel):
    total: float
"""
DATACLASS = """
from dataclasses import dataclass
from playhead import Workflow, step

@dataclass
class Basket:
    total: float
"""


@pytest.mark.parametrize(
    "again", [MODEL, MODEL + "    shop: str = 'corner'", DATACLASS], ids=["model", "field", "data"]
)
def test_a_step_from_before_its_class_was_defined_anew_takes_instances_of_the_new_one(
    notebook: Notebook, again: str
) -> None:
    notebook(again.removesuffix("    shop: str = 'corner'"))
    notebook("@step\ndef price(basket: Basket) -> float:\n    return basket.total * 2")
    notebook(again)
    notebook("flow = Workflow('shopping', input=Basket).then(price).commit()")
    assert notebook("run = %workflow run shopping total=3 --wait\nrun.result.output") == 6.0
