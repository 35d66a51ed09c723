"""The inspector's view: what there is to know of one place at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Workflow, step
from playhead_widgets.source import Recording
from playhead_widgets.views.attempts import attempts_of
from playhead_widgets.views.inspection import inspection, part_of, printed
from tests.unit.playhead_widgets.recordings import recorded, recording
from tests.unit.playhead_widgets.test_changes import moment


def inspected(run: Recording, path: str, at: int | None = None, before: int | None = None) -> dict[str, Any]:
    earlier = run.snapshot(before) if before else None
    return inspection(run.workflow, run.snapshot(at), tuple(filter(None, path.split("/"))), earlier, run.log)


def facts(found: dict[str, Any]) -> dict[str, str]:
    return dict(found["facts"])


def test_the_run_shows_its_input_its_result_and_its_state() -> None:
    found = inspected(recording("asking"), "")
    assert found["input"]["v"] == "4"
    assert found["output"] is None
    assert [key for key, _ in found["state"]["items"]] == ["count", "seen"]


def test_a_step_shows_what_it_was_given_and_what_it_made() -> None:
    found = inspected(recording("chain"), "twice")
    assert (found["input"]["v"], found["output"]["v"]) == ("2", "4")
    assert found["error"] is None


def test_a_step_that_was_not_reached_shows_nothing() -> None:
    run = recording("chain")
    found = inspected(run, "twice", at=1)
    assert found["input"] is None
    assert "output" not in found


def test_a_place_is_shown_as_it_stood_at_the_moment() -> None:
    run = recording("travelled")
    done = moment(run, "step-succeeded", "twice")
    assert inspected(run, "twice", at=done)["output"]["v"] == "4"
    assert inspected(run, "twice")["output"]["v"] == "100"


def test_an_error_is_told_in_short_and_with_its_traceback() -> None:
    found = inspected(recording("failing"), "inner/explode")
    assert (found["error"]["type"], found["error"]["message"]) == ("KeyError", "'no 5'")
    assert "raise KeyError" in found["error"]["traceback"]


def test_a_question_shows_what_was_asked_and_what_was_answered() -> None:
    found = inspected(recording("answered"), "approve")
    assert [key for key, _ in found["asked"]["items"]] == ["question", "limit"]
    assert dict(found["answered"]["items"])["ok"]["v"] == "True"
    assert facts(inspected(recording("asking"), "approve"))["labels"] == "boss"


def test_what_a_step_changed_is_the_difference_to_the_moment_before() -> None:
    run = recording("asking")
    done = moment(run, "step-succeeded", "tally")
    paths = [change["path"] for change in inspected(run, "tally", at=done, before=done - 1)["changes"]]
    assert paths == ["state.count", "state.seen"]


@pytest.mark.parametrize(
    ("made", "paths"),
    [({"a": 1, "b": 3}, ["b"]), ({"a": 1}, ["b"]), ({"x": 1}, []), ([1], [])],
)
async def test_an_output_is_compared_with_the_input_it_was_made_out_of(made: Any, paths: list[str]) -> None:
    @step(id="make")
    async def make(value: Any) -> Any:
        return made

    run = await recorded(Workflow("w").then(make).commit(), {"a": 1, "b": 2})
    assert [change["path"] for change in inspected(run, "make")["changes"]] == paths


def test_facts_say_what_it_is_and_how_it_went() -> None:
    found = facts(inspected(recording("chain"), "more"))
    assert found["what"] == "One more"
    assert found["began"].endswith(" UTC")
    assert facts(inspected(recording("loops"), "crawl"))["turns"] == "3"
    assert facts(inspected(recording("asking often"), "approve"))["items"] == "1 of 3"


def test_every_attempt_is_told_with_its_error() -> None:
    run = recording("retrying")
    found = attempts_of(run.log, ("stumble",), run.snapshot().seq)
    assert [(one["number"], one["state"]) for one in found] == [(1, "failed"), (2, "failed"), (3, "success")]
    assert found[0]["error"]["type"] == "TimeoutError"
    assert found[2]["error"] is None
    assert all(one["took"] for one in found)


def test_attempts_after_the_moment_are_not_told() -> None:
    run = recording("retrying")
    second = [event.seq for event in run.log if event.type == "step-started" and event.path == ("stumble",)][1]
    assert [one["state"] for one in attempts_of(run.log, ("stumble",), second)] == ["failed", "running"]


def test_an_answered_question_was_begun_twice() -> None:
    run = recording("answered")
    assert [one["state"] for one in attempts_of(run.log, ("approve",), run.snapshot().seq)] == ["suspended", "success"]


@pytest.mark.parametrize(
    ("path", "part", "value"),
    [
        ("", "input", 4),
        ("", "state", {"count": 1, "seen": 4}),
        ("approve", "asked", {"question": "Is 4 enough?", "limit": 10}),
        ("tally", "output", 4),
    ],
)
def test_a_shown_part_can_be_had_whole(path: str, part: str, value: Any) -> None:
    assert part_of(recording("asking").snapshot(), tuple(filter(None, path.split("/"))), part) == value


@pytest.mark.parametrize(
    ("path", "part"), [("", "records"), ("tally", "error"), ("nowhere", "input"), ("tally", "state")]
)
def test_a_part_that_is_not_shown_cannot_be_had(path: str, part: str) -> None:
    with pytest.raises(LookupError):
        part_of(recording("asking").snapshot(), tuple(filter(None, path.split("/"))), part)


def test_nothing_printed_is_an_empty_text() -> None:
    run = recording("chain")
    assert printed(run.log, ("more",), run.snapshot().seq) == ""
