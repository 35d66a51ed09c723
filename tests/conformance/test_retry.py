"""Catalogue A, section 14: how often a failing step is tried."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Step, Workflow

from .cases import case
from .records import assert_failed, assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


@pytest.mark.parametrize(
    ("workflow_options", "step_options", "tries"),
    [
        pytest.param({}, {}, 1, marks=case("RETRY-01")),
        pytest.param({"retries": 5, "retry_delay": 0.01}, {}, 6, marks=case("RETRY-02")),
        pytest.param({"retries": 10, "retry_delay": 0.01}, {"retries": 5}, 6, marks=case("RETRY-03")),
        # No retries of its own is a setting too: it overrides the workflow's (S12.1).
        pytest.param({"retries": 2, "retry_delay": 0.01}, {"retries": 0}, 1, marks=case("RETRY-03")),
    ],
)
async def test_a_failing_step_is_tried_once_and_once_more_for_every_retry(
    workflow_options: Data, step_options: Data, tries: int
) -> None:
    calls: Counter[str] = Counter()

    async def succeed() -> Data:
        calls["step1"] += 1
        return {"result": "success"}

    async def fail() -> Data:
        calls["step2"] += 1
        raise RuntimeError("Step failed")

    flow = (
        Workflow("retry", **workflow_options)
        .then(Step(succeed, id="step1"))
        .then(Step(fail, id="step2", **step_options))
        .commit()
    )
    result = await flow.run({})

    assert result.status == "failed"
    assert calls == {"step1": 1, "step2": tries}
    assert_succeeded(result.steps["step1"], {"result": "success"})
    assert_failed(result.steps["step2"], "Step failed")
    assert result.steps["step2"].input == {"result": "success"}
    assert result.steps["step2"].attempts == tries
