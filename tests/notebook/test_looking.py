"""Looking at runs and workflows."""

from __future__ import annotations

import re

import pytest

from tests.notebook.cells import CHAIN, DEEP, ORDERS, SUMS
from tests.notebook.shells import Notebook

PRINTING = """
from playhead import Workflow, step

@step
def spread() -> list[int]:
    return [1, 2]

@step
def say(n: int) -> None:
    print("says", n)

talks = Workflow("talks").then(spread).foreach(say).commit()
"""

TRIPPED = """
from playhead import TripWire, Workflow, step

@step
def sense(n: int) -> int:
    raise TripWire("too hot")

hot = Workflow("hot", input=int).then(sense).commit()
"""


@pytest.fixture
def desk(notebook: Notebook) -> Notebook:
    """A finished run, one that waits, and one that failed."""
    notebook(CHAIN + ORDERS)
    notebook("""
@step
def odd(n: int) -> int:
    print("looking at", n)
    raise LookupError(f"{n} is odd")

odds = Workflow("odds", input=int).then(odd).commit()
""")
    notebook("%workflow run chain 1 --id c --wait")
    notebook("%workflow run orders customer=Ada total=10 --id o --wait")
    notebook("%workflow run odds 3 --id x --wait")
    return notebook


def table(notebook: Notebook, line: str) -> list[list[str]]:
    """The cells of a listing's table in plain text, its head included."""
    return [re.split(r"\s{2,}", row) for row in notebook(line).text().splitlines()]


def test_ls_lists_the_stored_runs_newest_first(desk: Notebook) -> None:
    assert [info.run_id for info in desk("%workflow ls")] == ["x", "o", "c"]
    rows = table(desk, "%workflow ls")
    assert rows[0] == ["run", "workflow", "status", "forked from", "changed", "note"]
    assert [row[:3] for row in rows[1:]] == [
        ["x", "odds", "failed"],
        ["o", "orders", "suspended"],
        ["c", "chain", "success"],
    ]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("%workflow ls chain", ["c"]),
        ("%workflow ls --status failed", ["x"]),
        ("%workflow ls orders --status failed", []),
        ("%workflow ls -n 2", ["x", "o"]),
    ],
)
def test_ls_chooses_among_them(desk: Notebook, line: str, ids: list[str]) -> None:
    assert [info.run_id for info in desk(line)] == ids


def test_ls_says_whether_there_is_no_run_or_only_none_of_the_kind(notebook: Notebook) -> None:
    assert notebook("%workflow ls").text() == "No run is stored in .playhead yet."
    notebook(ORDERS)
    assert notebook("%workflow ls orders").text() == "No such run is stored in .playhead."
    assert notebook("%workflow ls --status failed").text() == "No such run is stored in .playhead."


def test_ls_says_how_many_more_there_are(desk: Notebook) -> None:
    assert "The newest 2 of 3 runs (-n shows more)." in desk.said("%workflow ls -n 2")


def test_ls_names_runs_whose_workflow_has_no_cell_yet(desk: Notebook) -> None:
    desk("del odds")
    assert table(desk, "%workflow ls")[1][:3] == ["x", "odds", "failed"]
    assert table(desk, "%workflow ls")[1][-1] == "not defined: run its cell"


def test_ls_says_no_ages_where_texts_must_not_vary(desk: Notebook) -> None:
    assert "just now" in desk("%workflow ls").text()
    desk("%config PlayheadMagics.deterministic = True")
    assert "just now" not in desk("%workflow ls").text()


def test_ls_names_the_parent_of_a_fork(desk: Notebook) -> None:
    desk("%workflow fork c@3 --id child")
    assert table(desk, "%workflow ls chain")[1][:4] == ["child", "chain", "paused", "c@3"]


def test_show_draws_the_run_again(desk: Notebook) -> None:
    ran = desk.cell("%workflow show c")
    assert "chain: success" in str(ran.shown)


def test_a_run_is_shown_once_and_then_in_a_line(desk: Notebook) -> None:
    desk("%workflow run chain 2 --id d --break two --wait")
    said = desk.said("%workflow continue").splitlines()[0]
    assert said in ("chain d: running", "chain d: success")  # three steps may be done before the line is written


def test_graph_draws_a_workflow(desk: Notebook) -> None:
    bundle = desk("%workflow graph orders")._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "approve" in bundle["text/plain"]


def test_snapshot_is_a_picture_of_any_moment(desk: Notebook) -> None:
    whole, part = desk("%workflow snapshot c"), desk("%workflow snapshot c@3")
    assert whole._repr_mimebundle_().keys() == {"image/svg+xml", "text/plain"}
    assert "✓ three: success" in whole.text
    assert "○ three: pending" in part.text
    assert desk("%workflow snapshot c@two").text == part.text


def test_state_is_that_of_any_moment(desk: Notebook) -> None:
    assert desk("%workflow state o").seen == 1
    assert desk("%workflow state o@price").seen == 0


def test_output_is_that_of_the_run_or_of_a_step(desk: Notebook) -> None:
    assert desk("%workflow output c") == 112
    assert desk("%workflow output c two") == 12
    assert desk("%workflow output two") == 12


def test_output_raises_the_error_of_what_failed(desk: Notebook) -> None:
    for line in ("%workflow output x", "%workflow output x odd"):
        error = desk.cell(line).error
        assert isinstance(error, LookupError)
        assert str(error) == "'3 is odd'" or str(error) == "3 is odd"


def test_output_says_why_there_is_none(desk: Notebook) -> None:
    assert desk.refused("%workflow output o") == "Run 'o' has no output: it is suspended."
    assert desk.refused("%workflow output o approve") == "Step 'approve' has no output: it is suspended."
    desk("%workflow run chain 1 --id p --break two --wait")
    assert desk.refused("%workflow output p three") == "Run 'p' has not reached step 'three': it is paused."


def test_output_of_a_nested_or_repeated_step(notebook: Notebook) -> None:
    notebook(DEEP)
    notebook("%workflow run deep 1 --wait")
    assert notebook("%workflow output inner/total") == 30
    assert notebook("%workflow output total") == 30
    assert notebook("%workflow output inner") == 30
    assert notebook("%workflow output ship") == [1, 4, 9, 16]
    assert notebook("%workflow output ship#2") == 9


def test_what_one_item_has_printed_can_be_told_from_the_others(notebook: Notebook) -> None:
    notebook(PRINTING)
    notebook("%workflow run talks --id t --wait -q")
    assert notebook.said("%workflow log t") == "says 1\nsays 2\n"
    assert notebook.said("%workflow log t say") == "says 1\nsays 2\n"
    assert notebook.said("%workflow log t say#1") == "says 2\n"


def test_an_output_of_none_is_said(notebook: Notebook) -> None:
    notebook(PRINTING)
    notebook("%workflow run talks --id t --wait -q")
    assert notebook.said("%workflow output t say#0") == "Step 'say#0' gave None.\n"


def test_a_run_that_was_tripped_says_why(notebook: Notebook) -> None:
    notebook(TRIPPED)
    notebook("%workflow run hot 1 --id h --wait -q")
    assert "too hot" in repr(notebook("%workflow wait h"))
    for line in ("%workflow output h", "%workflow output h sense"):
        assert str(notebook.cell(line).error) == "too hot"


def test_events_are_the_log(desk: Notebook) -> None:
    assert [event.type for event in desk("%workflow events c")][:3] == ["run-started", "step-started", "step-succeeded"]
    assert [event.seq for event in desk("%workflow events c --after 6")] == [7, 8]
    assert desk("%workflow events c --after 8").text() == "The last event of run 'c' is 8."
    assert table(desk, "%workflow events c")[3] == ["3", "step-succeeded", "one", "output=2"]


def test_log_is_what_was_printed(desk: Notebook) -> None:
    assert desk.said("%workflow log o") == "pricing for Ada\n"
    assert desk.said("%workflow log o price") == "pricing for Ada\n"
    assert desk.said("%workflow log x odd") == "looking at 3\n"
    assert desk.said("%workflow log o approve") == "Nothing was printed.\n"


def test_what_a_step_prints_stands_in_the_cell_that_waits(desk: Notebook) -> None:
    assert "looking at 3" in desk.cell("%workflow run odds 3 --wait").out


def test_the_result_of_a_run_reads_well(desk: Notebook) -> None:
    assert repr(desk("run = %workflow show o\nrun")) == "<Run o of orders: suspended>"
    text = repr(desk("run.result"))
    assert "waiting: approve" in text


BUNDLES = {
    "%workflow": {"text/plain", "text/html"},
    "%workflow ls": {"text/plain", "text/html"},
    "%workflow events c": {"text/plain", "text/html"},
    "%workflow breaks": {"text/plain", "text/html"},
    "%workflow scrub c": {"text/plain", "text/html"},
    "%workflow doctor": {"text/plain", "text/html"},
    "%workflow snapshot c": {"text/plain", "image/svg+xml"},
    "%workflow scrub c 3": {"text/plain", "image/svg+xml"},
    "%workflow graph chain": {"text/plain", "image/svg+xml"},
}


@pytest.mark.parametrize("line", BUNDLES)
def test_every_value_shows_well_wherever_a_notebook_is_read(desk: Notebook, line: str) -> None:
    formats = desk.shell.display_formatter.format(desk(line))[0]
    assert BUNDLES[line] <= set(formats)
    assert "object at 0x" not in formats["text/plain"]


def test_a_handle_shows_as_a_picture_where_widgets_cannot_be(desk: Notebook) -> None:
    bundle = desk("run = %workflow show c\nrun")._repr_mimebundle_()
    assert bundle.keys() == {"image/svg+xml", "text/plain"}
    assert bundle["text/plain"].startswith("chain: success")


@pytest.mark.parametrize("display", ["auto", "static", "text"])
def test_a_terminal_shows_outlines(notebook: Notebook, display: str) -> None:
    notebook(SUMS + f"%config PlayheadMagics.display = '{display}'")
    ran = notebook.cell("%workflow run sums 3 --wait")
    assert [set(shown["data"]) for shown in ran.shown] == [{"text/plain"}]
