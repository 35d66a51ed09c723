"""A mistake is one red line that says what to do, and nothing has happened."""

from __future__ import annotations

import pytest

from tests.notebook.cells import CHAIN, ORDERS, SUMS
from tests.notebook.shells import Notebook

MISTAKES = {
    "%workflow rnu sums": "There is no command 'rnu': did you mean 'run'? %workflow -h lists all.",
    "%workflow run sms 3": "There is no workflow 'sms': did you mean 'sums'?",
    "%workflow run qqqqqqq 3": "There is no workflow 'qqqqqqq'; there is sums, chain, orders.",
    "%workflow run": "%workflow run: the following arguments are required: FLOW (see %workflow run -h)",
    "%workflow run sums": "'sums' needs an input, key=value pairs or one value: (value): Input should be a valid ",
    "%workflow run orders": "'orders' needs an input, key=value pairs or one value: customer: Field required; total: ",
    "%workflow run sums 3 --wiat": "There is no option '--wiat': did you mean '--wait'?",
    "%workflow run sums 3 --id": "%workflow run: argument --id: expected one argument (see %workflow run -h)",
    "%workflow run sums 3 4": "'3 4' is neither one value nor key=value pairs. Quote a value that has blanks.",
    "%workflow run orders customer=Ada L. total=3": "'L.' is no key=value pair. Write key=value without blanks around "
    '= (quote a value that has some: name="Ada L."), or one value alone.',
    "%workflow run double": "'double' is a step: make a workflow of it, Workflow('mine').then(double).commit()",
    "%workflow run orders customer = Ada": "'customer' is no key=value pair. Write key=value without blanks around =",
    "%workflow run sums n=3": "What is wanted has no fields: give one value (integer), no key=value pairs.",
    "%workflow run sums 3 -wait": "There is no option '-wait': did you mean '--wait'?",
    "%workflow --wait run sums 3": "--wait must come after its command: %workflow COMMAND … --wait",
    "%workflow RUN sums 3": "There is no command 'RUN': did you mean 'run'?",
    "%workflow run SUMS 3": "There is no workflow 'SUMS': did you mean 'sums'?",
    "%workflow run orders --customer=Ada": "There is no option '--customer'; there is --help, --input, --state, --id, "
    "--step, --break, --wait, --quiet. Data is given as customer=…",
    "%workflow rm --all": "There is no option '--all'; there is --help.",
    "%workflow run chain 1 --break two if input > 3": "Quote a breakpoint with its condition: --break 'two if EXPR'",
    "%workflow run sums three # and wait": "Input should be a valid integer",
    "%workflow sums": "'sums' is a workflow and no command: %workflow run sums",
    "%workflow start sums": "There is no command 'start': did you mean 'run'? %workflow -h lists all.",
    "%workflow stop": "There is no command 'stop': did you mean 'cancel'? %workflow -h lists all.",
    "n = 4\n%workflow run sums n": "'n' is taken as a text, and does not fit; --input n gives the variable's value.",
    "n = 4\n%workflow run sums $n": "'$n' is taken as a text, and does not fit; --input n gives the variable's value.",
    "n = 4\n%workflow run orders customer=Ada total=$n": "'$n' is taken as a text, and does not fit; --input VAR ",
    "n = 4\n%workflow run orders customer=Ada total={n}": "'{n}' is taken as a text, and does not fit; --input VAR ",
    "%workflow export": "Name the file too: %workflow export [RUN] FILE.html",
    "%workflow break two if": "Say what must hold: two if EXPR",
    "%workflow break two if input = 3": "Maybe you meant '=='",
    "%workflow break two if a) or (b": "The condition is no expression: a) or (b (unmatched ')')",
    "%%resume first\nok: true": "There is no run 'first'.",
    "%workflow run orders customer=Ada customer=Bob": "'customer' is given twice.",
    "%workflow run orders a=1 a.b=2": "'a.b' and 'a' are both given: a key has either a value or parts.",
    "%workflow run sums 3 --input ran": "Give data in one way: key=value words, --input VAR, or the body of the cell.",
    "n = 4\n%workflow run sums 3 --state n": "Invalid state: (value): must be a dict or have fields, and is int",
    "%workflow run sums --input rann": "There is no variable 'rann': did you mean 'ran'?",
    "%workflow run sums {'a': [1": "] is missing at the end of: {'a': [1",
    "%workflow run sums three": "Input should be a valid integer",
    "%workflow run orders customer=Ada": "Invalid input data: total: Field required",
    "%workflow run sums 3 --id bad/id": "bad/id",
    "%workflow run chain 3 --break tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow wait": "No run was used here yet, and none is stored: start one with %workflow run FLOW.",
    "%workflow show first": "There is no run 'first'. %workflow ls shows what is stored.",
    "%workflow ls --status don": "There is no status 'don'",
    "%workflow graph smus": "There is no workflow 'smus': did you mean 'sums'?",
    "%workflow break tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow break two if limt > 3": "There is no variable 'limt'",
    "%workflow break two:after if outptu > 3": "There is no variable 'outptu': did you mean 'output'?",
    "%workflow break two:after if [n for n in rann]": "There is no variable 'rann': did you mean 'ran'?",
    "%workflow break two if output > 3": "Before a step begins it has no output: break at two:after if output > 3",
    "%workflow run chain 3 --break 'two if limt > 3'": "There is no variable 'limt'",
    "%workflow break two --off": "There is no breakpoint 'two'.",
    "%workflow wait --timeout soon": "%workflow wait: argument --timeout: invalid float value: 'soon'",
    "%workflow travel": "Say where to: %workflow travel [RUN] STEP (see %workflow travel -h)",
    "%workflow rm": "%workflow rm: the following arguments are required: RUN",
    "%workflow help rnu": "There is no command 'rnu': did you mean 'run'?",
    "%workflow fork first@2 --at one": "There is no run 'first'.",
    "%%workflow ls\nsums": "%workflow ls takes nothing from the cell: write it with one %, the rest in lines below it.",
    "%%workflow breaks --clear\nx = 1": "%workflow breaks takes nothing from the cell",
    "%%workflow\nsums": "Name a command: %%workflow run FLOW takes its input from the cell (see %workflow -h)",
    "%%workflow run sums\n{'a': \n": "The cell is neither a literal, nor JSON, nor lines of key: value; see: {'a':",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_the_line_says_what_is_wrong_and_the_nearest_right_name(notebook: Notebook, line: str) -> None:
    notebook(SUMS + CHAIN + ORDERS)
    assert MISTAKES[line] in notebook.refused(line)
    assert notebook("%workflow ls") == []


STORED = {
    "%workflow show frist": "There is no run 'frist': did you mean 'first'? %workflow ls shows what is stored.",
    "%workflow snapshot first@99": "Run 'first' has events 1 to 8; there is no event 99.",
    "%workflow snapshot first@tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow output first tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow output nine": "There is no run or step 'nine'; there is first, one, two, three.",
    "%workflow output thre": "There is no run or step 'thre': did you mean 'three'? %workflow ls shows what is stored.",
    "%workflow log frist two": "There is no run or step 'frist': did you mean 'first'?",
    "%workflow log first tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow travel first tow": "There is no step 'tow'",
    "%workflow fork first@2 --at one": "Say where in one way: first@2 or --at one.",
    "%workflow continue first": "Run 'first' is not paused but has succeeded: there is nothing to go on with.",
    "%workflow step first": "Run 'first' is not paused but has succeeded: there is nothing to go on with.",
    "%workflow pause first": "Run 'first' has succeeded and is not driven here: there is nothing to pause.",
    "%workflow cancel first": "Run 'first' has ended already: it has succeeded.",
    "%workflow resume first ok=true": "Run 'first' was not suspended: it has succeeded and waits for no answer.",
    "%workflow run chain 1 --id first": "Run 'first' was started already (it has succeeded); give another --id, or go "
    "on with this one: %workflow resume, continue or travel.",
    "%workflow fork first@3 --id first": "Run 'first' exists already; give the fork another --id.",
    "%workflow rm first frist": "There is no run 'frist'",
    "%workflow state two": "There is no run or step 'two': did you mean '@two'?",
    "%workflow state first two": "unrecognized arguments: two",
    "%workflow export first": "Name the file too: %workflow export [RUN] FILE.html",
    "%workflow scrub first@3 4": "Name a run and an event's number, no more: '4' is too much.",
    "%workflow fork first 2": "No step would begin next at this moment, and an input is for one: say at which to fork.",
    "%%resume frist\nok: true": "There is no run 'frist': did you mean 'first'?",
    "%workflow until tow": "There is no step 'tow': did you mean 'two'?",
    "%workflow step x first": "Name a run and how many steps, no more: 'first' is too much.",
    "%workflow step x": "There is no run 'x'",
    "%workflow step first 0": "Say how many steps, from 1; without a number it is one.",
    "%workflow scrub first 3 4": "Name a run and an event's number, no more: '4' is too much.",
    "%workflow scrub first two": "Name a run and an event's number, no more: 'two' is too much.",
    "%workflow events first --after -1": "argument --after: invalid count value: '-1'",
    "%workflow ls -n 0": "argument -n: invalid number value: '0'",
    "%workflow ls chian": "There is no workflow 'chian': did you mean 'chain'?",
}


@pytest.mark.parametrize("line", STORED)
def test_a_mistake_about_a_stored_run_leaves_it_as_it_was(notebook: Notebook, line: str) -> None:
    notebook(CHAIN)
    notebook("%workflow run chain 1 --id first --wait -q")
    before = notebook("%workflow events first")
    assert STORED[line] in notebook.refused(line)
    if not line.startswith("%workflow rm"):
        assert notebook("%workflow events first") == before


@pytest.mark.parametrize("name", ["half", "h"])
def test_a_workflow_that_was_not_committed_is_named_by_its_id_or_its_variable(notebook: Notebook, name: str) -> None:
    notebook(SUMS + "\nh = Workflow('half', input=int).then(double)")
    assert notebook.refused(f"%workflow run {name} 3") == (
        "Workflow 'half' is not committed: end its definition with .commit()."
    )


def test_without_workflows_the_cell_that_defines_one_is_asked_for(notebook: Notebook) -> None:
    assert "Run the cell that defines it" in notebook.refused("%workflow run sums 3")
    assert "run the cell that defines it" in notebook.refused("%workflow break double")


@pytest.mark.parametrize("comment", ["  # and wait for it", " #", " # it's all"])
def test_a_comment_behind_a_command_is_none_of_it(notebook: Notebook, comment: str) -> None:
    notebook(SUMS)
    notebook(f"%workflow run sums 3 --id first --wait -q{comment}")
    assert notebook(f"%workflow output first double{comment}") == 6


def test_a_pace_that_there_cannot_be_is_refused(notebook: Notebook) -> None:
    notebook("%config PlayheadMagics.flush_rate = 0")
    assert notebook.session.preferences.flush_rate == 20.0


TOGETHER = """
from playhead import Step, Workflow

def ask(n: int, ctx) -> str:
    ctx.suspend({"question": ctx.step_id}, label=f"label-{ctx.step_id}")

left, right = Step(ask, id="left"), Step(ask, id="right")
both = Workflow("both", input=int).parallel(left, right).commit()
"""


def test_what_the_runtime_advises_is_said_as_commands_say_it(notebook: Notebook) -> None:
    notebook(TOGETHER + CHAIN)
    notebook("%workflow run both 1 --id b --wait -q")
    assert notebook.refused("%workflow resume yes").endswith("Say which to resume with --step or --label")
    notebook("%workflow run chain 1 --id c --step -q")
    assert notebook.refused("%workflow travel three").endswith("and 'two' has none. Go further back.")
    assert notebook.refused("%workflow fork c --id b") == "Run 'b' belongs to workflow 'both', not to 'chain'."


@pytest.mark.parametrize("line", ["%workflow show", "%workflow resume ok=true", "%workflow output", "%workflow scrub"])
def test_where_no_run_was_used_yet_the_newest_stored_one_is_named(notebook: Notebook, line: str) -> None:
    notebook(SUMS)
    notebook("%workflow run sums 3 --id first --wait -q")
    notebook("%workflow run sums 3 --id second --wait -q")
    notebook("%reload_ext playhead")
    assert notebook.refused(line) == (
        "No run was used here yet: name a stored one, such as second, or start one with %workflow run FLOW."
    )
