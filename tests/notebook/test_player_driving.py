"""Clicks in a player of a run that goes on in this notebook's engine room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from playhead_kernel.viewing import RunSource
from playhead_widgets.player import Player
from tests.notebook.cells import ORDERS
from tests.notebook.shells import Notebook, until

PATIENCE = 4  # seconds


class Clicks:
    """A player, and what came back from the room for each click."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.results: dict[int, Any] = {}
        player.send = self._take

    def _take(self, content: dict[str, Any], buffers: Any = None) -> None:
        if "answer" in content:
            self.results[content["answer"]] = content.get("result", content)

    def __call__(self, name: str, **payload: Any) -> dict[str, Any]:
        """Click, and wait for what became of it."""
        return self.ask("command", name=name, payload=payload)

    def ask(self, what: str, **content: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        id = len(self.results) + 1
        self.player._requests.handle({"ask": what, "id": id, **content})
        until(lambda: id in self.results)
        found: dict[str, Any] = self.results[id]
        return found

    @property
    def status(self) -> str:
        return str(self.player.source.snapshot().shown_status)


@pytest.fixture
def clicks(notebook: Notebook) -> Iterator[Clicks]:
    """A player of a run that asks."""
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait")
    session = notebook.session
    player = Player(RunSource(session.handles["o"].followed, session.clicks))
    yield Clicks(player)
    player.close()


def test_an_answer_that_does_not_fit_leaves_the_run_suspended_and_says_why(clicks: Clicks) -> None:
    refused = clicks("resume", path="approve", raw={"ok": None, "note": ""})
    assert refused["error"]["issues"] == [{"path": ["ok"], "message": "needs a value"}]
    refused = clicks("resume", path="approve", raw={"ok": True, "note": 17})
    assert refused["error"]["issues"][0]["path"] == ["note"]
    assert clicks.status == "suspended"


def test_an_answer_that_fits_lets_the_run_go_on(clicks: Clicks) -> None:
    assert clicks("resume", path="approve", raw={"ok": True, "note": "fine"}) == {"ok": True}
    until(lambda: clicks.status == "success")


def test_a_second_answer_is_refused_and_changes_nothing(clicks: Clicks) -> None:
    clicks("resume", path="approve", raw={"ok": True, "note": "first"})
    until(lambda: clicks.status == "success")
    seq = clicks.player.source.snapshot().seq
    assert "error" in clicks("resume", path="approve", raw={"ok": False, "note": "second"})
    assert clicks.player.source.snapshot().seq == seq


def test_a_fork_is_a_new_run_that_remembers_its_parent(clicks: Clicks, notebook: Notebook) -> None:
    seq = clicks.player.source.snapshot().seq
    done = clicks("fork", seq=seq)
    child = notebook.session.handles[done["run"]]
    assert child.parent == ("o", seq)
    [shown] = clicks.player.forks
    until(lambda: child.views)
    assert shown.source.snapshot().run_id == done["run"]
    assert clicks.status == "suspended"


def test_a_fork_whose_input_does_not_fit_is_refused_and_no_run_is_made(clicks: Clicks, notebook: Notebook) -> None:
    before = len(notebook.session.runs())
    refused = clicks("fork", seq=1, input='{"customer": 1}')
    assert refused["error"]["type"] == "InputInvalid"
    assert refused["error"]["issues"]
    assert len(notebook.session.runs()) == before


def test_a_fork_takes_a_changed_state(clicks: Clicks, notebook: Notebook) -> None:
    done = clicks("fork", seq=1, state='{"seen": 5}')
    child = notebook.session.handles[done["run"]]
    assert child.result.state.seen == 5


def test_other_runs_of_the_workflow_are_offered_and_this_one_is_compared_with_them(
    clicks: Clicks, notebook: Notebook
) -> None:
    assert clicks.ask("runs")["runs"] == []
    seq = clicks.player.source.snapshot().seq
    child = clicks("fork", seq=seq)["run"]
    notebook("%workflow run orders customer=Bea total=5 --id other --wait")
    assert clicks.ask("runs")["runs"] == [
        {"run_id": "other", "status": "suspended"},
        {"run_id": child, "status": "paused", "parent": "o"},
    ]
    found = clicks.ask("compare", run="other", after=seq)["changes"]
    assert [change["path"] for change in found["input"]] == ["customer", "total"]
    [priced] = found["records"]
    assert (priced["path"], [change["path"] for change in priced["output"]]) == ("price", ["customer", "total"])
    assert (priced["output"][0]["before"], priced["output"][0]["after"]) == ("Bea", "Ada")
    assert "no run 'nobody'" in clicks.ask("compare", run="nobody", after=seq)["problem"]


def test_runs_go_on_while_a_view_works_out_what_is_different(clicks: Clicks, notebook: Notebook) -> None:
    other_is_done, waited = threading.Event(), list[bool]()
    source, problems = clicks.player.source, list[BaseException]()
    source.sibling("o", lambda snapshot: waited.append(other_is_done.wait(PATIENCE)), problems.append)
    notebook("%workflow run orders customer=Bea total=5 --id other --wait")
    other_is_done.set()
    until(lambda: waited)
    assert (waited, problems) == ([True], [])


def test_the_store_of_the_run_is_named(clicks: Clicks) -> None:
    assert clicks.player.get_state()["truth"]["header"]["place"].endswith(".playhead")


def test_a_step_that_was_changed_since_the_run_began_is_told_with_the_difference(
    clicks: Clicks, notebook: Notebook
) -> None:
    assert clicks.ask("edits")["edits"] == []
    notebook(ORDERS.replace("order.total * 1.1", "order.total * 1.2"))
    until(lambda: [edit["path"] for edit in clicks.ask("edits")["edits"]] == ["price"])
    [edit] = clicks.ask("edits")["edits"]
    assert (edit["kind"], edit["reached"]) == ("changed", True)
    assert '-    return order.model_copy(update={"total": order.total * 1.1})' in edit["diff"]
