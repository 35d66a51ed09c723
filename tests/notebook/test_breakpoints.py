"""Breakpoints: a run pauses before a step, after it, or when it fails, wherever the step stands."""

from __future__ import annotations

import pytest

from playhead_widgets.views.run import header_of
from tests.notebook.cells import CHAIN, DEEP, ORDERS, SUMS
from tests.notebook.shells import Notebook


@pytest.fixture
def chain(notebook: Notebook) -> Notebook:
    notebook(CHAIN)
    return notebook


@pytest.fixture
def deep(notebook: Notebook) -> Notebook:
    notebook(DEEP)
    return notebook


def status(notebook: Notebook, line: str) -> str:
    return str(notebook(f"{line} --wait").status)


def test_a_run_pauses_before_the_step_and_goes_on(chain: Notebook) -> None:
    chain("%workflow break two")
    assert status(chain, "%workflow run chain 1") == "paused"
    assert chain("ran") == ["one"]
    assert status(chain, "%workflow continue") == "success"
    assert chain("ran") == ["one", "two", "three"]


def test_after_pauses_once_the_step_is_done(chain: Notebook) -> None:
    chain("%workflow break two:after")
    assert status(chain, "%workflow run chain 1") == "paused"
    assert chain("ran") == ["one", "two"]
    assert chain("%workflow output two") == 12
    assert status(chain, "%workflow continue") == "success"


def test_after_the_last_step_the_run_is_over_and_does_not_pause(chain: Notebook) -> None:
    chain("%workflow break three:after")
    assert status(chain, "%workflow run chain 1") == "success"


def test_both_sides_of_a_step_are_two_breakpoints(chain: Notebook) -> None:
    chain("%workflow break two")
    chain("%workflow break two:after")
    assert status(chain, "%workflow run chain 1") == "paused"
    assert status(chain, "%workflow continue") == "paused"
    assert chain("ran") == ["one", "two"]
    assert status(chain, "%workflow continue") == "success"


FAILING = """
from playhead import Workflow, step

tried = []

@step(retries=2, retry_delay=0)
def shaky(n: int) -> int:
    tried.append(n)
    if len(tried) < need:
        raise ValueError(f"try {len(tried)}")
    return n

@step
def last(n: int) -> int:
    return n

shakes = Workflow("shakes", input=int).then(shaky).then(last).commit()
"""


def test_at_an_error_the_run_pauses_before_the_next_try(notebook: Notebook) -> None:
    notebook(FAILING + "need = 3")
    notebook("%workflow break shaky:error")
    assert status(notebook, "%workflow run shakes 7") == "paused"
    assert notebook("tried") == [7]
    assert status(notebook, "%workflow continue") == "paused"
    assert notebook("tried") == [7, 7]
    assert status(notebook, "%workflow continue") == "success"
    assert notebook("tried") == [7, 7, 7]


def test_at_the_last_error_the_run_pauses_before_it_fails_and_then_fails_as_it_would_have(notebook: Notebook) -> None:
    notebook(FAILING + "need = 9")
    notebook("%workflow break shaky:error if attempt == 2")
    run = notebook("%workflow run shakes 7 --wait")
    assert run.status == "paused"
    header = header_of(run.workflow, run.followed.snapshot())
    assert (header["failed"], header["error"]["message"]) == ("shaky", "try 3")
    failed = notebook("%workflow continue --wait").result
    assert (failed.status, str(failed.error)) == ("failed", "try 3")
    assert len(notebook("tried")) == 3
    notebook("need = 4")
    assert status(notebook, "%workflow continue") == "success"


def test_an_arm_that_failed_stops_the_run_once_its_siblings_have_ended(deep: Notebook) -> None:
    deep("""
@step
def left(n: int) -> int:
    raise ValueError("left")

arms = Workflow("arms", input=int).parallel(left, right).commit()
""")
    deep("%workflow break left:error")
    paused = deep("%workflow run arms 1 --wait").result
    assert (paused.status, paused.steps["left"].status, paused.steps["right"].status) == ("paused", "failed", "success")
    assert str(deep("%workflow continue --wait").result.error) == "left"


def test_a_nested_step_that_failed_stops_the_run_before_its_workflow_fails(deep: Notebook) -> None:
    deep("""
@step
def fall(n: int) -> int:
    raise ValueError("fell")

low = Workflow("low", input=int).then(fall).commit()
high = Workflow("high", input=int).then(low).commit()
""")
    deep("%workflow break fall:error")
    deep("%workflow break low:error")
    assert status(deep, "%workflow run high 1") == "paused"
    assert status(deep, "%workflow continue") == "paused"
    assert status(deep, "%workflow continue") == "failed"


def test_before_a_step_means_before_its_first_try(notebook: Notebook) -> None:
    notebook(FAILING + "need = 3")
    notebook("%workflow break shaky")
    assert status(notebook, "%workflow run shakes 7") == "paused"
    assert status(notebook, "%workflow continue") == "success"
    assert notebook("tried") == [7, 7, 7]


def test_a_step_without_tries_left_fails_the_run_which_rests_by_itself(notebook: Notebook) -> None:
    notebook(FAILING + "need = 9")
    notebook("%workflow break shaky:error if attempt > 5")
    assert status(notebook, "%workflow run shakes 7") == "failed"
    assert len(notebook("tried")) == 3


def test_an_error_can_be_chosen_by_its_kind(notebook: Notebook) -> None:
    notebook(FAILING + "need = 3")
    notebook("%workflow break shaky:error if isinstance(error, KeyError)")
    assert status(notebook, "%workflow run shakes 7") == "success"
    notebook("%workflow break shaky:error if isinstance(error, ValueError) and 'try' in str(error)")
    notebook("tried.clear()")
    assert status(notebook, "%workflow run shakes 7") == "paused"


@pytest.mark.parametrize(
    ("condition", "pauses"),
    [
        ("input > 1", True),
        ("input > 2", False),
        ("input == limit", True),
        ("len([input]) == 1 and 'a  b' == 'a' + '  ' + 'b'", True),
        ("error is None", True),
        ("attempt or index or iteration", False),
        ("state", False),
    ],
)
def test_a_condition_sees_the_input_and_the_notebooks_variables(chain: Notebook, condition: str, pauses: bool) -> None:
    chain("limit = 2")
    chain(f"%workflow break two if {condition}")
    assert status(chain, "%workflow run chain 1") == ("paused" if pauses else "success")


def test_a_condition_behind_after_sees_the_output(chain: Notebook) -> None:
    chain("%workflow break two:after if output == 12 and input == 2")
    assert status(chain, "%workflow run chain 1") == "paused"
    assert status(chain, "%workflow run chain 2") == "success"


def test_a_breakpoint_may_be_quoted_with_its_condition(chain: Notebook) -> None:
    chain('%workflow break "two if input > 2"')
    assert status(chain, "%workflow run chain 1") == "success"
    assert status(chain, "%workflow run chain 2") == "paused"


def test_a_condition_that_fails_stops_the_run_and_is_told(chain: Notebook) -> None:
    chain("%workflow break two if input.nothing")
    assert status(chain, "%workflow run chain 1") == "paused"
    listed = chain("%workflow breaks")
    assert "the condition failed: AttributeError: 'int' object" in listed.text()


def test_a_condition_that_is_no_expression_is_refused(chain: Notebook) -> None:
    assert "The condition is no expression: input >" in chain.refused("%workflow break two if input >")
    assert chain("%workflow breaks") == []


def test_a_kind_of_breakpoint_that_does_not_exist_is_refused(chain: Notebook) -> None:
    assert "There is no kind of breakpoint 'aftr': did you mean 'after'?" in chain.refused("%workflow break two:aftr")


def test_a_nested_step_is_named_by_its_path_or_by_the_end_of_it(deep: Notebook) -> None:
    for name in ("inner/total", "total"):
        deep(f"%workflow break {name}")
        assert status(deep, "%workflow run deep 1") == "paused"
        assert deep("seen[-1]") == "ship 4"
        deep("%workflow breaks --clear")


def test_a_nested_workflow_can_be_stopped_before_as_a_whole_and_after(deep: Notebook) -> None:
    deep("%workflow break inner")
    assert status(deep, "%workflow run deep 1") == "paused"
    assert deep("seen") == ["left", "right", "spread"]
    assert status(deep, "%workflow continue") == "success"
    deep("%workflow break inner --off")
    deep("%workflow break inner:after if output == 30")
    assert status(deep, "%workflow run deep 1") == "success"  # nothing comes after it


def test_one_item_of_a_foreach_is_stopped_before(deep: Notebook) -> None:
    deep("%workflow break inner/ship#2")
    assert status(deep, "%workflow run deep 1") == "paused"
    assert deep("seen[3:]") == ["ship 1", "ship 2"]
    assert status(deep, "%workflow continue") == "success"


def test_one_item_of_a_foreach_is_stopped_after(deep: Notebook) -> None:
    deep("%workflow break ship#1:after if output == 4 and index == 1")
    assert status(deep, "%workflow run deep 1") == "paused"
    assert deep("seen[3:]") == ["ship 1", "ship 2"]
    assert status(deep, "%workflow continue") == "success"


def test_items_can_be_chosen_by_a_condition(deep: Notebook) -> None:
    deep("%workflow break ship if input == 3")
    assert status(deep, "%workflow run deep 1") == "paused"
    assert deep("seen[3:]") == ["ship 1", "ship 2"]


def test_an_arm_is_held_while_its_sibling_runs(deep: Notebook) -> None:
    deep("%workflow break right")
    assert status(deep, "%workflow run deep 1") == "paused"
    assert deep("seen") == ["left"]


LOOP = """
from playhead import Workflow, step

@step
def poll(n: int) -> int:
    return n + 1

polls = Workflow("polls", input=int).dountil(poll, lambda n: n >= 5).commit()
"""


def test_turns_of_a_loop_can_be_told_apart(notebook: Notebook) -> None:
    notebook(LOOP)
    notebook("%workflow break poll#3")
    assert status(notebook, "%workflow run polls 0") == "paused"
    assert notebook("%workflow output poll") == 2
    notebook("%workflow break poll#3 --off")
    notebook("%workflow break poll:after if iteration == 4")
    assert status(notebook, "%workflow continue") == "paused"
    assert notebook("%workflow output poll") == 4


def test_every_turn_is_stopped_after_one_at_a_time(notebook: Notebook) -> None:
    notebook(LOOP)
    notebook("%workflow break poll:after")
    assert status(notebook, "%workflow run polls 2") == "paused"
    assert status(notebook, "%workflow continue") == "paused"
    assert status(notebook, "%workflow continue") == "success"


@pytest.mark.parametrize("name", ["spread#1", "inner/total#0", "ship#x", "ship#", "inner#1/ship"])
def test_an_item_that_there_cannot_be_is_refused(notebook: Notebook, name: str) -> None:
    notebook(DEEP)
    assert notebook.refused(f"%workflow break {name}").startswith(f"There is no step '{name}'")
    notebook("%workflow run deep 1 --id d --break spread --wait -q")
    assert notebook.refused(f"%workflow until {name}").startswith(f"There is no step '{name}'")
    assert notebook("%workflow breaks") == []


def test_a_run_goes_on_until_an_item(notebook: Notebook) -> None:
    notebook(DEEP)
    notebook("%workflow run deep 1 --id d --break spread --wait -q")
    notebook("%workflow until ship#2 --wait")
    assert notebook("seen")[-2:] == ["ship 1", "ship 2"]


def test_breakpoints_are_listed_taken_back_and_forgotten(chain: Notebook) -> None:
    chain("%workflow break one")
    chain("%workflow break two:after if output > 3")
    assert [str(found) for found in chain("%workflow breaks")] == ["one", "two:after if output > 3"]
    assert [str(found) for found in chain("%workflow break two:after --off")] == ["one"]
    chain("%workflow break two:after if output > 3")
    assert [str(found) for found in chain("%workflow break two:after if output > 3 --off")] == ["one"]
    assert chain("%workflow breaks --clear") == []
    assert "There are no breakpoints." in chain("%workflow breaks").text()
    assert status(chain, "%workflow run chain 1") == "success"


def test_a_breakpoint_set_anew_takes_the_place_of_the_old_one(chain: Notebook) -> None:
    chain("%workflow break two if input > 100")
    assert [str(found) for found in chain("%workflow break two")] == ["two"]


def test_a_breakpoint_given_with_a_run_is_for_that_run_and_once(chain: Notebook) -> None:
    assert status(chain, "%workflow run chain 1 --id a --break two --break 'three if input > 3'") == "paused"
    assert chain("%workflow breaks") == []
    assert status(chain, "%workflow run chain 1 --id b") == "success"
    assert status(chain, "%workflow continue a") == "paused"
    assert chain("ran[:2]") == ["one", "one"]
    assert status(chain, "%workflow travel a two") == "success"  # both have been met


def test_a_refused_until_is_forgotten(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("run = %workflow run orders customer=Ada total=3 --wait")
    assert "waits for an answer" in notebook.refused("%workflow until approve")
    assert status(notebook, "%workflow resume ok=true") == "success"


def test_until_takes_the_step_itself(chain: Notebook) -> None:
    chain("run = %workflow run chain 1 --step")
    assert chain("run.until(three).wait()").status == "paused"
    assert list(chain("run.result.steps")) == ["one", "two"]


def test_until_goes_to_a_step_once(chain: Notebook) -> None:
    assert status(chain, "%workflow run chain 1 --break one") == "paused"
    assert status(chain, "%workflow until three") == "paused"
    assert chain("ran") == ["one", "two"]
    assert status(chain, "%workflow travel two") == "success"


def test_a_breakpoint_set_while_a_run_goes_on_counts_for_it(notebook: Notebook) -> None:
    notebook(SUMS)
    notebook("""
import threading
go = threading.Event()

@step
def hold(n: int) -> int:
    go.wait(5)
    return n

held = Workflow("held", input=int).then(hold).then(double).commit()
""")
    notebook("%workflow run held 3")
    notebook("%workflow break double")
    notebook("go.set()")
    assert notebook("%workflow wait").status == "paused"


def test_what_had_ended_before_a_breakpoint_was_set_is_not_stopped_after(chain: Notebook) -> None:
    assert status(chain, "%workflow run chain 1 --break two") == "paused"
    chain("%workflow break one:after")
    assert status(chain, "%workflow continue") == "success"


def test_a_step_run_again_is_stopped_after_again(chain: Notebook) -> None:
    chain("%workflow run chain 1 --id a --wait")
    chain("%workflow break one:after")
    assert status(chain, "%workflow travel a one") == "paused"
    assert chain("ran") == ["one", "two", "three", "one"]


def test_stepping_stops_at_a_breakpoint_too(chain: Notebook) -> None:
    chain("%workflow break three")
    chain("%workflow run chain 1 --break one --wait")
    chain("%workflow step 3")
    assert chain("ran") == ["one", "two"]


def test_breakpoints_have_a_twin_in_python(chain: Notebook) -> None:
    chain("from playhead_kernel import current_session; session = current_session()")
    chain("stop = session.break_at('two:after if output > 3')")
    assert chain("list(session.breakpoints) == [stop]")
    assert chain("session.start(chain, 1).wait().status") == "paused"
    assert chain("ran") == ["one", "two"]
    assert chain("session.breakpoints.discard(('two',), 'after')")
