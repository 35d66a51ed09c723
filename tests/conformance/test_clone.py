"""Catalogue A, section 6: steps and workflows standing under another id."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Final(BaseModel):
    final_value: int


class Bodies:
    """The steps both cases share, counting their calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.start = Step(self._start, id="start")
        self.other = Step(self._other, id="other")
        self.last = Step(self._last, id="last-step")

    async def _start(self, data: Data) -> Data:
        self.calls["start"] += 1
        return {"new_value": data["start_value"] + 1}

    async def _other(self) -> Data:
        self.calls["other"] += 1
        return {"other": 26}

    async def _last(self) -> Data:
        self.calls["last"] += 1
        return {"success": True}

    def final(self, start: str, other: str) -> Step:
        async def body(ctx: Context) -> Data:
            self.calls["final"] += 1
            return {"final_value": ctx.result_of(start)["new_value"] + ctx.result_of(other)["other"]}

        return Step(body, id="final")


@case("CLONE-01")
async def test_cloned_steps_and_workflows_run_under_their_new_ids() -> None:
    bodies = Bodies()

    async def pass_on(data: Data) -> Data:
        return {"final_value": data["new_value"]}

    flow_a = (
        Workflow("clone-nested-wf-a")
        .then(bodies.start)
        .then(bodies.other.as_("other-clone"))
        .then(bodies.final("start", "other-clone"))
        .commit()
    )
    flow_b = Workflow("clone-nested-wf-b").then(bodies.start).then(Step(pass_on, id="final-b")).commit()
    flow = Workflow("clone-main").parallel(flow_a.as_("clone-nested-wf-a-clone"), flow_b).then(bodies.last).commit()
    result = await flow.run({"start_value": 0})

    assert result.status == "success"
    assert bodies.calls == {"start": 2, "other": 1, "final": 1, "last": 1}
    assert_succeeded(result.steps["clone-nested-wf-a-clone"], {"final_value": 27})
    assert_succeeded(result.steps["clone-nested-wf-b"], {"final_value": 1})
    assert "clone-nested-wf-a" not in result.steps


@case("CLONE-02")
async def test_a_step_takes_the_declared_output_of_a_nested_workflow_as_its_input() -> None:
    bodies = Bodies()
    received: list[Final] = []

    async def last(data: Final) -> Data:
        received.append(data)
        return {"success": True}

    nested = (
        Workflow("nested-spec-workflow", output=Final)
        .then(bodies.start)
        .then(bodies.other)
        .then(bodies.final("start", "other"))
        .commit()
    )
    flow = Workflow("clone-spec").then(nested).then(Step(last, id="last-step")).commit()
    result = await flow.run({"start_value": 0})

    assert result.status == "success"
    assert bodies.calls == {"start": 1, "other": 1, "final": 1}
    assert received == [Final(final_value=27)]
    assert_succeeded(result.steps["nested-spec-workflow"], {"final_value": 27})
    assert_succeeded(result.steps["last-step"], {"success": True})
