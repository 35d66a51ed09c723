"""Every command explains itself."""

from __future__ import annotations

import inspect

import pytest

from playhead_kernel.commands.table import COMMANDS
from tests.notebook.cells import SUMS
from tests.notebook.shells import Notebook


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_usage_a_sentence_its_words_and_its_twin(notebook: Notebook, name: str) -> None:
    command = COMMANDS[name]
    text = notebook.said(f"%workflow {name} -h")
    assert text.startswith(f"usage: %workflow {name}")
    assert command.summary in " ".join(text.split())
    assert command.summary.endswith((".", ";", ","))
    assert f"In Python: {command.twin}" in text
    assert [word for word in command.parser.options if word not in text] == []
    assert [names[0] for names in command.parser.positions[:1] if names[0] not in text] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_comes_however_it_is_asked_for(notebook: Notebook, name: str) -> None:
    text = notebook.said(f"%workflow {name} -h")
    assert notebook.said(f"%workflow {name} --help") == text
    assert notebook.said(f"%workflow help {name}") == text
    assert notebook.said(f"%workflow -h {name}") == text


def test_the_magic_lists_every_command_with_what_it_does(notebook: Notebook) -> None:
    text = notebook.said("%workflow -h")
    for name, command in COMMANDS.items():
        assert f"  {name} " in text
        assert command.summary in " ".join(text.split())


@pytest.mark.parametrize("name", ["", *COMMANDS, "%%step"])
def test_no_line_of_help_is_so_long_that_it_is_broken_in_the_middle_of_a_word(notebook: Notebook, name: str) -> None:
    text = notebook.said("%%step -h\n1" if name == "%%step" else f"%workflow {name} -h")
    assert [line for line in text.splitlines() if len(line) > 80] == []


USAGES = {
    "run": "FLOW [KEY=VALUE ...]",
    "step": "[RUN] [N]",
    "resume": "[RUN] [ANSWER ...]",
    "output": "[RUN] [STEP]",
    "diff": "[RUN@K] [RUN@K]",
    "export": "[RUN] FILE",
    "travel": "[RUN] [STEP] [KEY=VALUE ...]",
    "rm": "RUN [RUN ...]",
}


@pytest.mark.parametrize("name", USAGES)
def test_the_usage_says_what_each_word_names(notebook: Notebook, name: str) -> None:
    usage = notebook.said(f"%workflow {name} -h").partition("\n\n")[0]
    assert " ".join(usage.split()).endswith(f"] {USAGES[name]}")


def test_the_lines_of_a_usage_stand_below_each_other(notebook: Notebook) -> None:
    first, *more = notebook.said("%workflow run -h").partition("\n\n")[0].splitlines()
    assert more
    assert {len(line) - len(line.lstrip()) for line in more} == {first.index("[")}


def test_help_does_nothing_else(notebook: Notebook) -> None:
    notebook(SUMS)
    notebook.said("%workflow run sums 3 -h")
    assert notebook("%workflow ls") == []


def test_the_magics_have_docstrings_of_their_own(notebook: Notebook) -> None:
    for kind, name in (("line", "workflow"), ("cell", "workflow"), ("cell", "resume")):
        assert len(notebook.shell.find_magic(name, kind).__doc__) > 30


def test_a_run_shows_people_what_is_for_them_and_says_what_it_is(notebook: Notebook) -> None:
    notebook(SUMS)
    notebook("run = %workflow run sums 3 --id first --wait -q")
    run = notebook("run")
    shown = [name for name in notebook("dir(run)") if not name.startswith("_")]
    assert set(shown).isdisjoint({"followed", "views", "accepted"})
    assert {"wait", "resume", "fork", "status", "result", "run_id"} <= set(shown)
    assert [name for name in shown if not inspect.getdoc(inspect.getattr_static(run, name))] == []
    assert "accepted(" not in notebook.said("help(run)")
    offered = notebook.completions("run.")
    assert "wait" in offered
    assert "followed" not in offered


def test_without_a_command_the_workflows_and_recent_runs_are_shown(notebook: Notebook) -> None:
    empty = notebook("%workflow")
    assert (
        "No workflow is defined here yet: run the cell that defines one."
        in notebook.shell.display_formatter.format(empty)[0]["text/plain"]
    )
    notebook(SUMS)
    notebook("%workflow run sums 3 --id first --wait -q")
    formats = notebook.shell.display_formatter.format(notebook("%workflow"))[0]
    for text in (formats["text/plain"], formats["text/html"]):
        assert "sums" in text
        assert "double" in text
        assert "first" in text
        assert "success" in text
