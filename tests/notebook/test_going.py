"""Setting runs going, pacing them, and waiting for them."""

from __future__ import annotations

import pytest

from tests.notebook.cells import CHAIN, ORDERS, SLOW, SUMS
from tests.notebook.shells import Notebook


@pytest.fixture
def chain(notebook: Notebook) -> Notebook:
    notebook(CHAIN)
    return notebook


@pytest.fixture
def slow(notebook: Notebook) -> Notebook:
    notebook(SLOW)
    return notebook


def test_a_run_gives_its_handle_and_waiting_gives_its_result(chain: Notebook) -> None:
    run = chain("run = %workflow run chain 1\nrun")
    assert run.workflow_id == "chain"
    assert chain("result = %workflow wait\nresult").output == 112
    assert run.result.output == 112


def test_a_run_returns_at_once_and_the_notebook_stays_free(slow: Notebook) -> None:
    run = slow("%workflow run slow 1")
    assert run.status == "running"
    assert slow("1 + 1") == 2
    slow("release.set()")
    assert slow("%workflow wait").output == 2


@pytest.mark.parametrize(
    ("cell", "customer"),
    [
        ("%workflow run orders customer=Ada total=3", "Ada"),
        ('%workflow run orders customer="Ada L." total=3', "Ada L."),
        ("%workflow run orders customer=17 total=3", "17"),
        ("%workflow run orders {'customer': 'Bob', 'total': 3}", "Bob"),
        ('%workflow run orders {"customer": "Bob", "total": 3, "rush": true}', "Bob"),
        ("order = Order(customer='Eve', total=1)\n%workflow run orders --input order", "Eve"),
        ("%%workflow run orders\ncustomer: Zoe\ntotal: 12.5\n", "Zoe"),
        ("%%workflow run orders\n{'customer': 'Kim', 'total': 1}\n", "Kim"),
    ],
)
def test_the_input_is_given_in_any_of_these_ways(notebook: Notebook, cell: str, customer: str) -> None:
    notebook(ORDERS)
    notebook(cell)
    assert notebook("%workflow wait").input.customer == customer


def test_a_run_may_be_given_its_id_and_else_has_one_that_can_be_typed(chain: Notebook) -> None:
    assert chain("%workflow run chain 1 --id mine").run_id == "mine"
    made_up = chain("%workflow run chain 1").run_id
    assert made_up.startswith("chain-")
    assert len(made_up) == len("chain-") + 6


def test_ids_count_up_where_they_must_not_vary(chain: Notebook) -> None:
    chain("%config PlayheadMagics.deterministic = True")
    assert [chain("%workflow run chain 1 --wait").run_id for _ in range(3)] == ["run-1", "run-2", "run-3"]


def test_quiet_shows_nothing(chain: Notebook) -> None:
    ran = chain.cell("run = %workflow run chain 1 -q --wait")
    assert (ran.out, ran.shown) == ("", [])


@pytest.mark.parametrize("line", ["%workflow run chain 1 --wait;", "%workflow wait ;", "%workflow output one;"])
def test_a_semicolon_at_the_end_hides_the_value(chain: Notebook, line: str) -> None:
    chain("%workflow run chain 1 --wait")
    ran = chain.cell(line)
    assert (ran.error, ran.value) == (None, None)
    assert "Out[" not in ran.out


def test_steps_happen_one_at_a_time(chain: Notebook) -> None:
    chain("%workflow run chain 1 --step")
    assert chain("ran") == ["one"]
    chain("%workflow step")
    assert chain("ran") == ["one", "two"]
    assert chain("%workflow step").status == "success"
    assert chain("ran") == ["one", "two", "three"]


def test_several_steps_can_be_asked_for(chain: Notebook) -> None:
    chain("%workflow run chain 1 --id a --step")
    chain("%workflow step a 2")
    assert chain("ran") == ["one", "two", "three"]


@pytest.mark.parametrize("line", ["%workflow step", "%workflow step 1", "%workflow step 7", "%workflow step 7 1"])
def test_a_number_alone_is_how_many_and_a_run_may_be_called_by_one(chain: Notebook, line: str) -> None:
    chain("%workflow run chain 1 --id 7 --break one --wait")
    chain(line)
    assert chain("ran") == (["one", "two", "three"] if line.endswith("step 7") else ["one"])


def test_a_run_that_is_used_becomes_the_one_that_is_meant(chain: Notebook) -> None:
    chain("%workflow run chain 1 --id a --wait")
    chain("%workflow run chain 2 --id b --wait")
    assert chain("%workflow output") == 113
    assert chain("%workflow output a") == 112
    assert chain("%workflow output") == 112


def test_a_run_may_be_called_by_how_it_begins(chain: Notebook) -> None:
    chain("%workflow run chain 1 --id abcd --wait")
    chain("%workflow run chain 2 --id abxy --wait")
    assert chain("%workflow output abc") == 112
    assert "Several runs begin with 'ab': " in chain.refused("%workflow output ab")


def test_pause_lets_what_is_under_way_end(slow: Notebook) -> None:
    slow("run = %workflow run slow 1")
    slow("%workflow pause")
    slow("release.set()")
    assert slow("%workflow wait").status == "paused"
    assert list(slow("run.result.steps")) == ["hold"]
    assert slow("%workflow continue --wait").status == "success"


def test_cancel_ends_the_run(slow: Notebook) -> None:
    slow("%workflow run slow 1")
    assert ": running, being canceled\n" in slow.said("%workflow cancel")
    slow("release.set()")
    assert slow("%workflow wait").status == "canceled"


def test_waiting_gives_up_after_its_timeout_and_says_so(slow: Notebook) -> None:
    slow("%workflow run slow 1 --id s")
    ran = slow.cell("%workflow wait --timeout 0.05")
    assert ran.value.status == "running"
    assert "s is still running after 0.05 s; it goes on." in ran.out
    slow("release.set()")
    assert slow("%workflow wait").status == "success"


def test_a_handle_can_be_awaited(chain: Notebook) -> None:
    assert chain("run = %workflow run chain 1\n(await run).output") == 112


@pytest.mark.parametrize(
    "cell",
    [
        "def go():\n    return get_ipython().run_line_magic('workflow', 'wait')\nresult = go()",
        "%time result = get_ipython().run_line_magic('workflow', 'wait')",
        "result = get_ipython().run_line_magic('workflow', 'wait')",
        "def go():\n    result = %workflow wait\n    return result\nresult = go()",
        "for _ in range(2):\n    result = %workflow wait",
    ],
)
def test_waiting_works_where_await_cannot_stand_too(chain: Notebook, cell: str) -> None:
    chain("%workflow run chain 1")
    chain(cell)
    assert chain("result.output") == 112


def test_lines_that_only_look_like_waiting_are_left_alone(chain: Notebook) -> None:
    assert chain("text = \"get_ipython().run_line_magic('workflow', 'wait')\"\ntext").startswith("get_ipython()")
    assert chain("'--wait'") == "--wait"
    assert chain("get_ipython().run_line_magic('time', 'None')") is None


def test_a_waiting_line_may_stand_in_the_middle_of_an_expression(chain: Notebook) -> None:
    chain("%workflow run chain 1")
    assert chain("'äöü', get_ipython().run_line_magic('workflow', 'wait').output") == ("äöü", 112)


def test_a_failed_step_is_tried_again_by_continue(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("""
broken = True

@step
def check(n: int) -> int:
    if broken:
        raise ValueError("no good")
    return n

checks = Workflow("checks", input=int).then(one).then(check).then(two).commit()
""")
    assert notebook("%workflow run checks 1 --wait").status == "failed"
    notebook("broken = False")
    assert notebook("%workflow continue --wait").status == "success"
    assert notebook("ran") == ["one", "two"]


def test_who_waits_for_a_run_that_is_shown_already_reads_how_it_came_to_rest(chain: Notebook) -> None:
    chain("%workflow run chain 1 --id shown --step")
    assert chain.said("%workflow continue --wait").startswith("chain shown: success\n")


def test_continue_says_what_a_suspended_run_waits_for(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait")
    assert notebook.refused("%workflow continue") == (
        "Run 'o' waits for an answer (approve): give it with %workflow resume."
    )


def test_what_a_store_refuses_ends_the_waiting_in_one_line(notebook: Notebook) -> None:
    notebook(SUMS)
    notebook("""
import threading

@step
def lock(n: int) -> object:
    return {"rows": [threading.Lock()]}

locks = Workflow("locks", input=int).then(lock).commit()
""")
    result = notebook("%workflow run locks 1 --wait").result
    assert result.status == "failed"
    assert "output.rows[0]" in str(result.error)


def test_names_of_workflows_are_ids_or_variables(chain: Notebook) -> None:
    chain("mine = chain; del chain")
    assert chain("%workflow run mine 1 --wait").status == "success"
    assert chain("%workflow run chain 1 --wait").status == "success"
