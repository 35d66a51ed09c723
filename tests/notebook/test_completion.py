"""Completion: what IPython offers after ``%workflow``."""

from __future__ import annotations

import threading

import pytest
from IPython.core.completer import provisionalcompleter

from playhead_kernel.commands.table import COMMANDS
from tests.notebook.cells import CHAIN, DEEP, ORDERS, SUMS
from tests.notebook.shells import Notebook


@pytest.fixture
def desk(notebook: Notebook) -> Notebook:
    """A notebook with workflows, a finished run and one that waits."""
    notebook(SUMS + CHAIN + ORDERS + DEEP)
    notebook("threshold = 3; _hidden = 4")
    notebook("%workflow run chain 1 --id chain-1 --wait -q")
    notebook("%workflow run orders customer=Ada total=3 --id orders-1 --wait -q")
    return notebook


def test_every_command_is_offered_with_what_it_does(desk: Notebook) -> None:
    assert desk.completions("%workflow ") == {name: command.summary for name, command in COMMANDS.items()}


def test_what_is_typed_narrows_the_choice(desk: Notebook) -> None:
    assert list(desk.completions("%workflow s")) == [name for name in COMMANDS if name.startswith("s")]
    assert "run" in desk.completions("%workflow ru")


def test_every_command_offers_its_options(desk: Notebook) -> None:
    for name, command in COMMANDS.items():
        offered = set(desk.completions(f"%workflow {name} -"))
        assert offered == set(command.parser.options), name
        assert {"-h", "--help"} <= offered


def test_an_option_is_not_offered_twice(desk: Notebook) -> None:
    assert "--wait" not in desk.completions("%workflow run chain --wait --")


WANTED = {
    "%workflow run ": {"sums", "chain", "orders", "deep", "inner"},
    "%workflow graph ch": {"chain"},
    "%workflow show ": {"chain-1", "orders-1"},
    "%workflow show or": {"orders-1"},
    "%workflow wait ": {"chain-1", "orders-1"},
    "%workflow rm chain-1 ": {"chain-1", "orders-1"},
    "%workflow ls --status su": {"suspended", "success"},
    "%workflow ls ": {"sums", "chain", "orders", "deep", "inner"},
    "%workflow run chain --break ": {"one", "two", "three"},
    "%workflow run orders --input thres": {"threshold"},
    "%workflow break inner/": {"inner/ship", "inner/total"},
    "%workflow break chain-1 ": set(),
    "%workflow output chain-1 t": {"two", "three"},
    "%workflow log chain-1 ": {"one", "two", "three"},
    "%workflow travel chain-1 o": {"one"},
    "%workflow fork chain-1 --at tw": {"two"},
    "%workflow run orders cu": {"customer="},
    "%workflow run orders customer=Ada to": {"total="},
    "%workflow resume --label ": {"manager"},
    "%workflow resume orders-1 --step ap": {"approve"},
    "%workflow resume orders-1 ": {"ok=", "note="},
    "%workflow resume orders-1 --label manager o": {"ok="},
    "%workflow travel chain-1 two ": set(),
    "%workflow scrub or": {"orders-1"},
    "%%resume or": {"orders-1"},
    "%%workflow run or": {"orders"},
    "run = %workflow run su": {"sums"},
    "a, b = %workflow outp": {"output"},
    "  %workflow cance": {"cancel"},
    "%workflow until ": {"price", "approve"},  # of the run used last
    "%workflow fork --at ": {"price", "approve"},
    "%workflow output ch": {"chain-1"},
    "%workflow help sn": {"snapshot"},
    "%workflow -h sn": {"snapshot"},
    "%workflow break one if outp": {"output"},
    "%workflow break one:after if thr": {"three", "threshold"},
    "%workflow bogus ": set(),
}


@pytest.mark.parametrize("text", WANTED)
def test_the_words_that_fit_are_offered(desk: Notebook, text: str) -> None:
    ours = set(desk.completions(text))
    if WANTED[text]:
        assert ours == WANTED[text]
    else:
        assert ours.isdisjoint({"one", "chain", "chain-1", "--wait"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("%workflow output held t", {"two", "three"}),
        ("%workflow snapshot held@t", {"held@two", "held@three"}),
        ("%workflow resume asking ", {"ok=", "note="}),
    ],
)
def test_a_run_may_be_named_by_its_variable(desk: Notebook, text: str, words: set[str]) -> None:
    desk("from playhead_kernel import current_session")
    desk("held = current_session().find('chain-1'); asking = current_session().find('orders-1')")
    assert set(desk.completions(text)) == words


def test_runs_are_offered_with_status_and_age(desk: Notebook) -> None:
    remarks = desk.completions("%workflow show ")
    assert remarks["chain-1"].startswith("success, ")
    assert remarks["orders-1"].startswith("suspended, ")
    assert all(remark.endswith((" ago", "just now")) for remark in remarks.values())


def test_moments_of_a_run_are_offered_after_the_at(desk: Notebook) -> None:
    offered = desk.completions("%workflow snapshot chain-1@")
    assert offered["chain-1@3"] == "one done"
    assert offered["chain-1@8"] == "run ended: success"
    assert "chain-1@two" in offered
    assert set(desk.completions("%workflow fork chain-1@t")) == {"chain-1@two", "chain-1@three"}


def test_a_workflow_is_offered_by_its_variable_too(desk: Notebook) -> None:
    desk("flow = sums; del sums")
    assert desk.completions("%workflow run ")["flow"] == "variable of sums"


def test_kinds_of_breakpoints_are_offered_after_the_colon(desk: Notebook) -> None:
    assert set(desk.completions("%workflow break two:")) == {"two:after", "two:error"}


def test_other_lines_are_left_alone(desk: Notebook) -> None:
    offered = desk.completions("thre")
    assert "threshold" in offered
    assert "chain-1" not in offered
    assert set(desk.completions("workflow ru").values()) <= {"magic", "keyword", "instance"}


def test_the_whole_line_is_kept_when_the_word_is_taken(desk: Notebook) -> None:
    text = "%workflow show chai"
    with provisionalcompleter():
        found = next(iter(desk.shell.Completer.completions(text, len(text))))
    assert text[: found.start] + found.text == "%workflow show chain-1"


def test_a_store_that_does_not_answer_does_not_hold_up_typing(desk: Notebook) -> None:
    go = threading.Event()
    desk.session.room.post(lambda: go.wait(5))
    try:
        assert desk.completions("%workflow show ch") == {}
    finally:
        go.set()
