"""Offers: what may be edited when a run is forked at a moment."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
from pydantic import BaseModel

from playhead import Context, Workflow, step
from playhead.codec.values import dump
from playhead_widgets.source import Recording
from playhead_widgets.views.offers import EDITED, editable, fork_offer
from tests.unit.playhead_widgets.recordings import recorded, recording
from tests.unit.playhead_widgets.test_changes import moment


class Order(BaseModel):
    name: str
    due: date


def offer(run: Recording, at: int | None = None) -> dict[str, Any]:
    return fork_offer(run.workflow, run.snapshot(at))


def test_before_anything_has_begun_it_is_the_runs_own_input() -> None:
    found = offer(recording("chain"), at=1)
    assert found["next"] == ""
    assert found["input"] == {"text": "1"}


def test_between_two_steps_it_is_the_input_of_the_step_that_comes_next() -> None:
    run = recording("chain")
    found = offer(run, at=moment(run, "step-succeeded", "more"))
    assert found["next"] == "twice"
    assert found["input"] == {"text": "2"}


def test_where_several_begin_at_once_there_is_none_and_the_reason_is_said() -> None:
    run = recording("failing arms")
    found = offer(run, at=moment(run, "step-started", "more"))
    assert found["next"] is None
    assert "No single step" in found["input"]["reason"]


def test_the_state_is_offered_as_a_json_object() -> None:
    found = offer(recording("asking"))
    assert json.loads(found["state"]["text"]) == {"count": 1, "seen": 4}


def test_a_model_is_offered_as_its_fields() -> None:
    found = editable(dump(Order(name="ACME", due=date(2030, 1, 2)), "input"))
    assert json.loads(found["text"]) == {"name": "ACME", "due": "2030-01-02"}


def test_no_input_is_null() -> None:
    assert editable(None) == {"text": "null"}


def test_what_is_no_plain_data_is_not_offered() -> None:
    assert "no plain data" in editable(dump(pd.DataFrame({"a": [1]}), "input"))["reason"]
    assert "no plain data" in editable(dump(float("nan"), "input"))["reason"]


def test_what_is_too_large_is_not_offered() -> None:
    assert "too large" in editable(dump("x" * (EDITED + 1), "input"))["reason"]


def test_what_is_kept_from_the_screen_is_not_offered() -> None:
    assert "kept from the screen" in editable(dump({"in": [{"password": "hunter2"}]}, "input"))["reason"]


async def test_a_state_that_is_no_plain_data_says_so() -> None:
    @step
    async def load(n: int, ctx: Context[Any]) -> int:
        ctx.set_state(frame=pd.DataFrame({"a": [1]}))
        return n

    run = await recorded(Workflow("w").then(load).commit(), 1)
    assert "no plain data" in offer(run)["state"]["reason"]
