"""Sleeping between steps (catalogue B, 1.3: the reference keeps these cases in its time-travel domain)."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]

NAP = 0.05
"""Seconds; long enough to be told from no sleep at all."""

LEAST = 0.045
"""Timers of the event loop may fire up to a clock tick early."""


async def timed(flow: Any, data: Data) -> tuple[Any, float]:
    """The result of a run, and how many seconds it took."""
    began = time.monotonic()
    result = await flow.run(data)
    return result, time.monotonic() - began


def saying(step_id: str, text: str) -> Step[Any, Any]:
    """A step that puts ``text`` before what it gets under ``result``."""

    @step(id=step_id)
    def say(data: Data) -> Data:
        return {"result": f"{text}{data['result']}"}

    return say


@step(id="step1")
def succeeding() -> Data:
    return {"result": "success"}


@case("TT-01")
async def test_a_sleep_hands_its_input_on_after_the_given_seconds() -> None:
    step2 = saying("step2", "slept successfully: ")
    flow = Workflow("sleeps").then(succeeding).sleep(seconds=NAP).then(step2).commit()
    result, seconds = await timed(flow, {})

    assert result.status == "success"
    assert result.steps["step1"].input == {}
    assert_succeeded(result.steps["step1"], {"result": "success"})
    assert result.steps["step2"].input == {"result": "success"}
    assert_succeeded(result.steps["step2"], {"result": "slept successfully: success"})
    assert seconds >= LEAST


@case("TT-01")
async def test_a_sleep_takes_a_timedelta_and_has_a_record_of_its_own() -> None:
    nap = timedelta(seconds=NAP)
    flow = Workflow("sleeps-timedelta").then(succeeding).sleep(nap, id="nap").commit()
    result, seconds = await timed(flow, {})

    assert_succeeded(result.steps["nap"], {"result": "success"})
    assert result.steps["nap"].input == {"result": "success"}
    assert result.output == {"result": "success"}
    assert seconds >= LEAST


@case("TT-02")
async def test_the_seconds_of_a_sleep_may_come_from_a_function() -> None:
    @step(id="step1")
    def step1() -> Data:
        return {"value": NAP}

    @step(id="step2")
    def step2(data: Data) -> Data:
        return {"result": f"slept for: {data['value']}"}

    def how_long(data: Data, ctx: Context[Any]) -> float:
        seconds: float = ctx.result_of("step1")["value"]
        return seconds

    flow = Workflow("sleeps-by-function").then(step1).sleep(how_long).then(step2).commit()
    result, seconds = await timed(flow, {})

    assert_succeeded(result.steps["step2"], {"result": f"slept for: {NAP}"})
    assert seconds >= LEAST


@case("TT-03")
async def test_a_nested_workflow_in_a_branch_may_sleep() -> None:
    calls: Counter[str] = Counter()

    @step(id="check")
    def check() -> Data:
        calls["check"] += 1
        return {"should_sleep": True}

    @step(id="after-sleep")
    def after_sleep(data: Data) -> Data:
        calls["after-sleep"] += 1
        return {"result": "completed after sleep"}

    @step(id="no-sleep")
    def no_sleep(data: Data) -> Data:
        calls["no-sleep"] += 1
        return {"result": "no sleep"}

    inner = Workflow("sleep-branch-inner").sleep(seconds=NAP).then(after_sleep).commit()
    flow = (
        Workflow("sleeps-in-branch")
        .then(check)
        .branch((lambda data: data["should_sleep"], inner), (lambda data: not data["should_sleep"], no_sleep))
        .commit()
    )
    result, seconds = await timed(flow, {})

    assert result.status == "success"
    assert (calls["check"], calls["after-sleep"], calls["no-sleep"]) == (1, 1, 0)
    assert result.steps["sleep-branch-inner"].output == {"result": "completed after sleep"}
    assert seconds >= LEAST


@case("TT-04")
async def test_results_of_steps_before_a_sleep_are_kept() -> None:
    calls: Counter[str] = Counter()

    @step(id="step1")
    def step1() -> Data:
        calls["step1"] += 1
        return {"value": "before-sleep"}

    @step(id="step2")
    def step2(data: Data, ctx: Context[Any]) -> Data:
        calls["step2"] += 1
        return {"combined": f"{ctx.result_of('step1')['value']} + after-sleep"}

    flow = Workflow("keeps-results").then(step1).sleep(seconds=0.01).then(step2).commit()
    result = await flow.run({})

    assert result.status == "success"
    assert calls == {"step1": 1, "step2": 1}
    assert result.steps["step2"].output == {"combined": "before-sleep + after-sleep"}


@case("TT-05")
async def test_a_run_may_sleep_until_a_moment() -> None:
    step2 = saying("step2", "slept until successfully: ")

    def moment(data: Data) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=NAP)

    flow = Workflow("sleeps-until").then(succeeding).sleep_until(moment).then(step2).commit()
    result, seconds = await timed(flow, {})

    assert_succeeded(result.steps["step2"], {"result": "slept until successfully: success"})
    assert seconds >= LEAST


@case("TT-06")
async def test_the_moment_to_wake_may_be_worked_out_from_the_input() -> None:
    @step(id="step1")
    def step1() -> Data:
        return {"value": NAP}

    @step(id="step2")
    def step2(data: Data) -> Data:
        return {"result": f"slept until fn: {data['value']}"}

    async def moment(data: Data, ctx: Context[Any]) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=data["value"])

    flow = Workflow("sleeps-until-by-input").then(step1).sleep_until(moment).then(step2).commit()
    result, seconds = await timed(flow, {})

    assert_succeeded(result.steps["step2"], {"result": f"slept until fn: {NAP}"})
    assert seconds >= LEAST


@pytest.mark.parametrize("wakes", [lambda data: 0, lambda data: timedelta(0)], ids=["no-seconds", "no-timedelta"])
async def test_a_sleep_of_nothing_does_not_wait(wakes: Any) -> None:
    result, seconds = await timed(Workflow("no-nap").then(succeeding).sleep(wakes).commit(), {})

    assert result.output == {"result": "success"}
    assert seconds < 1


async def test_a_moment_in_the_past_does_not_wait() -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    result, seconds = await timed(Workflow("past").then(succeeding).sleep_until(yesterday).commit(), {})

    assert result.output == {"result": "success"}
    assert seconds < 1
