"""``%%step``: a cell becomes a step. Free names in, named results out."""

from __future__ import annotations

import inspect

import pytest

from tests.notebook.shells import Notebook

CLEAN = """%%step clean
# what is too small is left out
kept = [row for row in rows if row >= low]
count = len(kept)
"""

TOTAL = """%%step total
total = sum(kept) / max(count, 1)
"""

FLOW = """
from playhead import Workflow
flow = Workflow("flow", input=dict).then(clean).then(total).commit()
"""


@pytest.fixture
def cells(notebook: Notebook) -> Notebook:
    notebook(CLEAN)
    notebook(TOTAL)
    notebook(FLOW)
    return notebook


def test_cells_fit_together_by_the_names_they_use(cells: Notebook) -> None:
    assert cells("%workflow run flow rows=[1,5,7] low=2 --wait").result.output == {"total": 6}
    assert cells("%workflow output clean") == {"kept": [5, 7], "count": 2}


def test_the_cell_says_what_it_became(notebook: Notebook) -> None:
    notebook("import math\ndef helper(x): return x\nlimit = 3")
    assert notebook.said("%%step scale\nscaled = math.floor(helper(size)) * limit\n") == (
        "Step scale: size, limit → scaled (and of the notebook: math, helper)\n"
    )


def test_defining_a_step_runs_nothing(notebook: Notebook) -> None:
    notebook("ran = []")
    notebook("%%step noted\nran.append(1)\nx = 1\n")
    assert notebook("ran") == []
    assert notebook("'x' in globals()") is False


def test_the_step_is_a_variable_and_can_be_called(cells: Notebook) -> None:
    assert cells("clean.id") == "clean"
    assert cells("clean({'rows': [1, 2], 'low': 2})") == {"kept": [2], "count": 1}


def test_input_and_output_can_be_chosen(notebook: Notebook) -> None:
    notebook("rate = 0.5")
    said = notebook.said("%%step net --in price --out total\ntax = price * rate\ntotal = price + tax\n")
    assert said == "Step net: price → total (and of the notebook: rate)\n"
    assert notebook("net({'price': 10})") == {"total": 15}


@pytest.mark.parametrize("words", ["--in a,b --out c,d", "--in a --in b --out c --out d", "--in 'a, b' --out 'c, d'"])
def test_several_names_are_given_with_commas_or_one_by_one(notebook: Notebook, words: str) -> None:
    assert notebook.said(f"%%step s {words}\nc = a\nd = b\ne = 1\n") == "Step s: a, b → c, d\n"


def test_a_missing_input_is_named(cells: Notebook) -> None:
    result = cells("%workflow run flow rows=[1] --wait").result
    assert result.status == "failed"
    assert "low: Field required" in str(result.error)


def test_a_step_without_a_name_is_called_after_its_last_result(notebook: Notebook) -> None:
    assert notebook.said("%%step\na = 1\ntable = a\n") == "Step make_table: ∅ → a, table\n"
    assert notebook("make_table()") == {"a": 1, "table": 1}


def test_a_cell_may_give_nothing(notebook: Notebook) -> None:
    notebook("%%step report\nprint('rows', n)\n")
    notebook("from playhead import Workflow\nf = Workflow('f', input=dict).then(report).commit()")
    ran = notebook.cell("%workflow run f n=3 --wait")
    assert "rows 3" in ran.out
    assert ran.value.result.output is None


def test_a_cell_may_await(notebook: Notebook) -> None:
    notebook("%%step waits\nimport asyncio\nawait asyncio.sleep(0)\ndone = n + 1\n")
    notebook("from playhead import Workflow\nf = Workflow('f', input=dict).then(waits).commit()")
    assert notebook("%workflow run f n=3 --wait").result.output == {"done": 4}


def test_a_cell_may_use_the_context(notebook: Notebook) -> None:
    notebook("""%%step ask
if not ctx.resumed:
    ctx.suspend({"question": f"Ship {n}?"})
answer = ctx.resume_data
""")
    notebook("from playhead import Workflow\nf = Workflow('f', input=dict).then(ask).commit()")
    assert notebook("%workflow run f n=3 --wait").status == "suspended"
    assert notebook("%workflow resume yes --wait").result.output == {"answer": "yes"}


def test_texts_over_several_lines_stay_as_they_are(notebook: Notebook) -> None:
    notebook('''%%step texts
plain = """one
two
    three"""
joined = f"""a
b {plain.count(chr(10))}
c"""
''')
    assert notebook("texts()") == {"plain": "one\ntwo\n    three", "joined": "a\nb 2\nc"}


def test_magics_and_commands_may_stand_in_the_cell(notebook: Notebook) -> None:
    notebook("%%step lines\nfound = !echo one\n")
    assert list(notebook("lines()")["found"]) == ["one"]


def test_the_source_of_the_step_is_the_cell(cells: Notebook) -> None:
    source = inspect.getsource(cells("clean.fn"))
    assert source.startswith("def clean(")
    assert "    # what is too small is left out\n    kept = [row for row in rows if row >= low]\n" in source


def test_an_error_in_the_cell_shows_its_line(notebook: Notebook) -> None:
    notebook("%%step bad\na = 1\nb = a / n\n")
    notebook("from playhead import Workflow\nf = Workflow('f', input=dict).then(bad).commit()")
    result = notebook("%workflow run f n=0 --wait").result
    assert "b = a / n" in (result.steps["bad"].traceback or "")


def test_fix_the_cell_and_go_on(cells: Notebook) -> None:
    cells("%%step total\ntotal = sum(kept) / nothing\n")
    assert cells("%workflow run flow rows=[1,5,7] low=2 --wait").status == "failed"
    cells(TOTAL)
    assert cells("%workflow continue --wait").result.output == {"total": 6}


def test_a_comment_changes_nothing_in_what_the_step_is(cells: Notebook) -> None:
    before = cells("clean.source_hash")
    cells(CLEAN.replace("# what is too small is left out", "# another remark"))
    assert cells("clean.source_hash") == before
    cells(CLEAN.replace(">=", ">"))
    assert cells("clean.source_hash") != before


REFUSED = {
    "%%step\nprint(1)\n": "Name the step: %%step NAME. It assigns nothing that it could be called after.",
    "%%step 2nd\na = 1\n": "'2nd' cannot be the name of a variable",
    "%%step class\na = 1\n": "'class' cannot be the name of a variable",
    "%%step s --in rows --out c\nc = row\n": "There is no name 'rows': did you mean 'row'? The cell does not use it.",
    "%%step s --out d\nc = row\n": "There is no name 'd'; there is c. The cell does not assign it.",
    "%%step s\nreturn 1\n": "A cell has no 'return': what it assigns is what the step gives; choose with --out.",
    "%%step s\nyield 1\n": "A cell has no 'yield'",
    "%%step s\na = = 1\n": "The cell is no Python: invalid syntax (line 1)",
    "%%step s t\na = 1\n": "unrecognized arguments: t",
    "%%step s --inn a\nb = a\n": "There is no option '--inn': did you mean '--in'?",
}


@pytest.mark.parametrize("cell", REFUSED)
def test_a_cell_that_cannot_be_a_step_is_refused_in_one_line(notebook: Notebook, cell: str) -> None:
    assert REFUSED[cell] in notebook.refused(cell)
    assert notebook("'s' in globals()") is False


def test_help_and_completion(notebook: Notebook) -> None:
    text = notebook.said("%%step -h\nanything at all (\n")
    assert text.startswith("usage: %%step [-h]")
    assert "In Python: session.step_of(code, 'name', inputs=['a'], outputs=['b'])" in text
    assert set(notebook.completions("%%step clean --")) == {"--help", "--in", "--out"}
    notebook("thresholds = 3")
    assert set(notebook.completions("%%step clean --in thresh")) == {"thresholds"}


def test_the_twin_does_the_same(notebook: Notebook) -> None:
    notebook("from playhead_kernel import current_session; session = current_session()")
    notebook("code = 'b = a + 1'")
    assert str(notebook("session.step_of(code, 'name', inputs=['a'], outputs=['b'])")) == "Step name: a → b"
    assert notebook("name({'a': 1})") == {"b": 2}


def test_a_result_that_cannot_be_stored_is_named_before_the_step_counts_as_done(notebook: Notebook) -> None:
    notebook("%%step locks\nimport threading\nlock = threading.Lock()\n")
    notebook("from playhead import Workflow\nf = Workflow('f', input=dict).then(locks).commit()")
    result = notebook("%workflow run f --wait").result
    assert "output['lock']" in str(result.error) or "output.lock" in str(result.error)
