"""Catalogue A, section 15: what a body is told about its attempts and turns."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Context, Step, Workflow

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


@case("RUNCOUNT-01")
async def test_the_attempt_is_zero_on_the_first_try_of_every_step() -> None:
    seen: list[tuple[str, int]] = []

    async def note(ctx: Context) -> Data:
        seen.append((ctx.step_id, ctx.attempt))
        return {}

    flow = Workflow("run-count").then(Step(note, id="step1")).then(Step(note, id="step2")).commit()
    result = await flow.run({})

    assert result.status == "success"
    assert seen == [("step1", 0), ("step2", 0)]


@case("RUNCOUNT-02")
async def test_every_loop_counts_its_own_turns_and_every_turn_is_a_first_attempt() -> None:
    seen: list[tuple[str, int | None, int]] = []

    async def count(data: Data, ctx: Context) -> Data:
        seen.append((ctx.step_id, ctx.iteration, ctx.attempt))
        return {"count": data["count"] + 1}

    flow = (
        Workflow("run-count-loops")
        .dowhile(Step(count, id="step1"), lambda data: data["count"] < 3)
        .dountil(Step(count, id="step2"), lambda data: data["count"] == 10)
        .commit()
    )
    result = await flow.run({"count": 0})

    assert result.status == "success"
    assert_succeeded(result.steps["step1"], {"count": 3})
    assert_succeeded(result.steps["step2"], {"count": 10})
    # `attempt` counts retries only and starts again in every turn (fine print 27).
    assert seen == [("step1", turn, 0) for turn in range(1, 4)] + [("step2", turn, 0) for turn in range(1, 8)]
