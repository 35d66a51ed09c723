"""Whatever a command does can be said in Python: the twin that its help gives is run as it stands there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playhead_kernel.commands.table import COMMANDS
from tests.notebook.cells import CHAIN, ORDERS, SLOW
from tests.notebook.shells import Notebook

#: What must have happened for a command to make sense: `run` is the run that it is about.
FINISHED = "run = %workflow run chain 1 --id r --wait"
PAUSED = "run = %workflow run chain 1 --id r --break two --wait"
ASKING = "run = %workflow run orders customer=Ada total=3 --id r --wait"
GOING = "run = %workflow run slow 1 --id r"
BEFORE = {
    "run": "1",
    "step": PAUSED,
    "continue": PAUSED,
    "until": PAUSED,
    "pause": GOING,
    "cancel": GOING,
    "resume": ASKING,
}

#: What the same command says in words, and what both must come to.
SAME: dict[str, tuple[str, Callable[[Notebook], object]]] = {
    "run": ("%workflow run chain 1", lambda notebook: notebook("session.find().wait().output")),
    "step": ("%workflow step 1", lambda notebook: notebook("ran")),
    "continue": ("%workflow continue --wait", lambda notebook: notebook("run.wait().output")),
    "until": ("%workflow until three --wait", lambda notebook: (notebook("run.wait().status"), notebook("ran"))),
    "pause": ("%workflow pause", lambda notebook: notebook("release.set(); run.wait().status")),
    "cancel": ("%workflow cancel", lambda notebook: notebook("release.set(); run.wait().status")),
    "resume": ("%workflow resume ok=true", lambda notebook: notebook("run.wait().output")),
    "travel": ("%workflow travel two 1", lambda notebook: (notebook("run.wait().output"), notebook("ran"))),
    "break": (
        "%workflow break two:after if output > 3",
        lambda notebook: [str(found) for found in notebook("list(session.breakpoints)")],
    ),
    "store": ("%workflow store elsewhere", lambda notebook: notebook("session.room.runtime.store.name")),
    "rm": ("%workflow rm r", lambda notebook: notebook("session.runs()")),
}

#: Commands whose value is what the twin gives.
VALUES = ("state", "output", "wait", "graph", "ls", "breaks", "events", "recover", "doctor")


@pytest.fixture
def desk(notebook: Notebook) -> Notebook:
    notebook(CHAIN + ORDERS + SLOW)
    notebook("""
import playhead_kernel, playhead_kernel.doctor
session = playhead_kernel.current_session()
flow, value, n, at, after, timeout, path, run_id, input = chain, 1, 1, 3, 0, 5.0, "elsewhere", "r", 5
""")
    return notebook


def twin(name: str) -> str:
    """The twin with the names that it uses for a step, as the chain of these tests has them."""
    return COMMANDS[name].twin.replace("'step", "'three" if name == "until" else "'two")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_twin_of_every_command_runs_as_the_help_gives_it(desk: Notebook, name: str) -> None:
    desk(BEFORE.get(name, FINISHED))
    desk("other, other_at = globals().get('run'), None")
    desk(twin(name))
    desk("release.set()")
    desk("for handle in list(session.handles.values()):\n    if handle.followed.is_active: handle.wait()")


@pytest.mark.parametrize("name", SAME)
def test_the_twin_does_what_the_command_does(notebook: Notebook, desk: Notebook, name: str) -> None:
    words, outcome = SAME[name]
    desk(BEFORE.get(name, FINISHED))
    desk(words)
    by_words = outcome(desk)
    desk("%unload_ext playhead")
    desk("import shutil; [shutil.rmtree(name, ignore_errors=True) for name in ('.playhead', 'elsewhere')]")
    desk("%load_ext playhead")
    desk(CHAIN + ORDERS + SLOW)
    desk("session = playhead_kernel.current_session()\nflow = chain")
    desk(BEFORE.get(name, FINISHED))
    desk(twin(name))
    assert outcome(desk) == by_words


@pytest.mark.parametrize("name", VALUES)
def test_the_twin_gives_what_the_command_shows(desk: Notebook, name: str) -> None:
    desk(FINISHED)
    words = {"graph": "%workflow graph chain", "output": "%workflow output r two"}.get(name, f"%workflow {name}")
    shown, given = desk(words), desk(twin(name))
    if name == "recover":
        assert (given, shown) == (([], {}), [])
    elif name == "wait":
        assert (given.run_id, given.output) == (shown.run_id, shown.output)
    elif name == "ls":
        assert [info.run_id for info in given] == [info.run_id for info in shown]
    else:
        assert given == shown
