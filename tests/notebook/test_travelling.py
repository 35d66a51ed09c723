"""Going back in time: scrub, travel, fork."""

from __future__ import annotations

import pytest

from tests.notebook.cells import CHAIN, DEEP, ORDERS
from tests.notebook.shells import Notebook


@pytest.fixture
def chain(notebook: Notebook) -> Notebook:
    notebook(CHAIN)
    notebook("%workflow run chain 1 --id c --wait")
    return notebook


def test_scrub_lists_the_moments_worth_going_back_to(chain: Notebook) -> None:
    points = chain("%workflow scrub c")
    assert [point.label for point in points] == [
        "run started",
        "one done",
        "two done",
        "three done",
        "run ended: success",
    ]
    assert "one done" in points.text()


@pytest.mark.parametrize(
    "line", ["%workflow scrub c 3", "%workflow scrub c@3", "%workflow scrub 3", "%workflow scrub @3"]
)
def test_scrub_shows_a_moment(chain: Notebook, line: str) -> None:
    picture = chain(line)
    assert "✓ one: success" in picture.text
    assert "○ two: pending" in picture.text


def test_travel_runs_again_from_a_step_and_keeps_what_was_before(chain: Notebook) -> None:
    chain("%workflow travel c two --wait")
    assert chain("ran") == ["one", "two", "three", "two", "three"]
    assert chain("%workflow output c") == 112


@pytest.mark.parametrize("given", ["5", "--input five", "c"])
def test_travel_takes_another_input_for_the_step(chain: Notebook, given: str) -> None:
    chain("five = 5")
    line = "%workflow travel two --wait" if given == "c" else f"%workflow travel c two {given} --wait"
    chain(line)
    assert chain("%workflow output c") == (112 if given == "c" else 115)


def test_travel_can_run_that_step_only(chain: Notebook) -> None:
    chain("%workflow travel c two --step")
    assert chain("ran[3:]") == ["two"]
    assert chain("%workflow continue --wait").status == "success"


def test_travel_takes_fields_of_the_input(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=10 --id o --wait")
    notebook("%workflow travel o approve customer=Bob total=1 --wait")
    assert notebook("run = %workflow show o\nrun.result.steps['approve'].input.customer") == "Bob"
    assert "total: Field required" in notebook.refused("%workflow travel o approve customer=Bob")


def test_travel_to_a_nested_step_by_its_last_id(notebook: Notebook) -> None:
    notebook(DEEP)
    notebook("%workflow run deep 1 --wait")
    notebook("seen.clear()")
    notebook("%workflow travel total --wait")
    assert notebook("seen") == ["total"]


def test_a_fork_is_a_new_paused_run_that_remembers_its_parent(chain: Notebook) -> None:
    child = chain("child = %workflow fork c@3 --id child\nchild")
    assert (child.run_id, child.status, child.parent) == ("child", "paused", ("c", 3))
    assert chain("ran") == ["one", "two", "three"]
    assert chain("%workflow continue --wait").status == "success"
    assert chain("ran[3:]") == ["two", "three"]
    assert chain("%workflow output c") == chain("%workflow output child") == 112


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("%workflow fork c@3 7 --go --wait", 117),
        ("%workflow fork c --at two 7 --go --wait", 117),
        ("%workflow fork c@two 7 --go --wait", 117),
        ("%workflow fork --at two --input seven --go --wait", 117),
        ("%workflow fork c@1 7 --go --wait", 118),
    ],
)
def test_a_fork_takes_another_input_for_what_comes_next(chain: Notebook, line: str, output: int) -> None:
    chain("seven = 7")
    assert chain(line).result.output == output
    assert chain("%workflow output c") == 112


def test_the_state_can_be_given_too(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("many = {'seen': 40}")
    notebook("%workflow run orders customer=Ada total=10 --id o --state many --wait")
    assert notebook("%workflow state o").seen == 41
    notebook("%workflow fork o --at price --id child --go --wait")
    assert notebook("%workflow state child").seen == 41
    notebook("many['seen'] = 7")
    notebook("%workflow fork o --at price --id other --state many --go --wait")
    assert notebook("%workflow state other").seen == 8
    notebook("%workflow travel other price --state many --wait")
    assert notebook("%workflow state other").seen == 8
    assert "There is no variable 'mny': did you mean 'many'?" in notebook.refused("%workflow fork o@1 --state mny")


def test_a_fork_that_is_refused_leaves_no_run(chain: Notebook) -> None:
    assert "unable to parse string as an integer" in chain.refused("%workflow fork c@3 seven --id child")
    assert [info.run_id for info in chain("%workflow ls")] == ["c"]


def test_a_fork_of_a_run_that_waits_asks_again(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=10 --id o --wait")
    notebook("%workflow fork o --id twin --go --wait")
    assert notebook("%workflow resume twin ok=false --wait").status == "success"
    assert notebook("%workflow resume o ok=true --wait").status == "success"
    assert notebook("%workflow output twin") == {"ok": False, "note": ""}


@pytest.mark.parametrize("line", ["%workflow travel d ship#2", "%workflow fork d --at inner/ship#2"])
def test_one_item_alone_is_no_place_to_go_back_to(notebook: Notebook, line: str) -> None:
    notebook(DEEP)
    notebook("%workflow run deep 1 --id d --wait -q")
    assert notebook.refused(line).endswith("is one item, or one turn: name the step as a whole, inner/ship.")
    assert len(notebook("%workflow ls")) == 1
