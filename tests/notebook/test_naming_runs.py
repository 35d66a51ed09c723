"""A run is named by its id, by how that begins, or by the variable that holds it; in the order that comes to mind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebook.cells import CHAIN, ORDERS
from tests.notebook.shells import Notebook


@pytest.fixture
def chain(notebook: Notebook) -> Notebook:
    """Two runs in variables; the second is the one used last."""
    notebook(CHAIN)
    notebook("first = %workflow run chain 1 --id a1 --wait -q")
    notebook("second = %workflow run chain 2 --id b2 --wait -q")
    return notebook


NAMED = {
    "%workflow output first": 112,
    "%workflow output first one": 2,
    "%workflow output one first": 2,
    "%workflow output one a1": 2,
    "%workflow output one": 3,
    "%workflow output a": 112,
}


@pytest.mark.parametrize("line", NAMED)
def test_a_run_is_found_by_its_variable_and_before_or_behind_the_step(chain: Notebook, line: str) -> None:
    assert chain(line) == NAMED[line]


def test_every_word_for_a_run_takes_the_variable(chain: Notebook, tmp_path: Path) -> None:
    assert chain("%workflow show first;") is None
    assert len(chain("%workflow events first")) == 8
    assert len(chain("%workflow events second --after 6")) == 2
    assert chain("%workflow diff first second") is not None
    chain("child = %workflow fork first@three")
    assert chain("child.parent") == ("a1", 5)
    chain("%workflow export report.html first")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!")
    chain("%workflow rm child")
    assert "a1 is deleted." in chain.said("%workflow rm first")


def test_the_id_of_a_run_goes_before_a_variable_of_that_name(chain: Notebook) -> None:
    chain("a1 = second")
    assert chain("%workflow output a1") == 112


def test_a_variable_with_something_else_names_no_run(chain: Notebook) -> None:
    assert chain.refused("%workflow show ran").startswith("There is no run 'ran'")


def test_in_python_too_a_workflow_may_be_given_by_its_name(chain: Notebook) -> None:
    chain("from playhead_kernel import current_session; session = current_session()")
    assert chain("session.start('chain', 3).wait().output") == 114
    assert chain.refused("session.start('chian', 3)") == "There is no workflow 'chian': did you mean 'chain'?"
    assert chain("repr(session)") == "<Session on .playhead: 3 runs used here>"


def test_until_takes_step_and_run_in_either_order(chain: Notebook) -> None:
    chain("paused = %workflow run chain 5 --step -q")
    assert chain("%workflow until paused three --wait").status == "paused"
    chain("%workflow output one")
    assert chain("paused.result.steps['two'].output") == 16
    assert chain("%workflow until three paused --wait").status == "success"


def test_an_answer_in_the_cell_may_name_the_run_by_its_variable(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("asking = %workflow run orders customer=Ada total=3 --wait -q")
    notebook("%workflow run orders customer=Bob total=3 --id other --wait -q")
    notebook("%%resume asking\nok: true")
    assert notebook("asking.wait().output") == {"ok": True, "note": ""}
    notebook("other = %workflow show other")
    notebook("%workflow resume other ok=false")
    assert notebook("other.wait().output") == {"ok": False, "note": ""}


def test_variables_that_hold_runs_are_offered(chain: Notebook) -> None:
    offered = chain.completions("%workflow show ")
    assert offered["first"] == "variable of a1"
    assert "ran" not in offered
    assert offered["b2"].startswith("success")


def test_where_nothing_can_be_shown_anew_a_run_that_is_waited_for_is_shown_as_it_ends(notebook: Notebook) -> None:
    notebook(CHAIN)
    shown = notebook.cell("run = %workflow run chain 1 --wait").shown
    assert [one["data"]["text/plain"].splitlines()[0] for one in shown] == ["chain: success"]
