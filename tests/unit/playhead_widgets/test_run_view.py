"""The view of a run as plain data, and the small differences it is kept up to date by."""

from __future__ import annotations

import json

import pytest

from playhead_widgets.source import Recording
from playhead_widgets.views.run import header_of, patch, patched, run_view
from tests.unit.playhead_widgets.recordings import NAMES, recording


def header(run: Recording, at: int | None = None) -> dict[str, object]:
    return header_of(run.workflow, run.snapshot(at))


@pytest.mark.parametrize("name", NAMES)
def test_patches_lead_from_each_moment_to_the_next(name: str) -> None:
    run = recording(name)
    views = [run_view(run.workflow, run.snapshot(event.seq)) for event in run.log]
    shown = views[0]
    for after in views[1:]:
        change = patch(shown, after)
        shown = patched(shown, json.loads(json.dumps(change)))
        assert shown == json.loads(json.dumps(after))


@pytest.mark.parametrize("name", NAMES)
def test_a_patch_is_empty_where_nothing_changed(name: str) -> None:
    run = recording(name)
    view = run_view(run.workflow, run.snapshot())
    assert patch(view, view) == {}


def test_a_patch_names_only_the_paths_that_changed() -> None:
    run = recording("chain")
    before, after = (run_view(run.workflow, run.snapshot(seq)) for seq in (len(run.log) - 2, len(run.log) - 1))
    assert set(patch(before, after)["states"]) == {"twice"}


def test_the_header_names_the_run_and_says_how_it_stands() -> None:
    found = header(recording("chain"))
    assert (found["workflow"], found["run"], found["status"]) == ("chain", "run-1", "success")
    assert found["ended"] is not None


def test_a_run_that_goes_on_has_no_end() -> None:
    assert header(recording("chain"), at=2)["ended"] is None


def test_a_failed_run_names_the_step_however_deep_it_stands() -> None:
    found = header(recording("failing"))
    assert found["failed"] == "inner/explode"
    assert found["error"] == {"type": "KeyError", "message": "'no 5'"}


def test_a_fork_names_its_parent() -> None:
    found = header(recording("forked"))
    assert isinstance(found["parent"], list)
    assert found["parent"][0] == "parent"


def test_numbers_that_belong_to_a_kind_of_block_are_told_with_its_state() -> None:
    run = recording("loops")
    states = run_view(run.workflow, run.snapshot())["states"]
    assert states["crawl"] == {"state": "success", "kind": "loop", "turn": 3}
    assert states["crawl#3/page"] == {"state": "success", "kind": "foreach", "done": 3, "total": 3}
    assert run_view(recording("retrying").workflow, recording("retrying").snapshot())["states"]["stumble"]["tries"] == 3
