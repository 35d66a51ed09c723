"""Catalogue A, section 4: which arms run, what they are given, and what comes out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class IfElse:
    """start -> branch[below 5: final_if | from 5 on: nested else workflow (other -> final_else)]."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.start = Step(self._start, id="start")
        self.other = Step(self._other, id="other")
        branch_else = Workflow("branch-else-nested").then(self.other).then(Step(self._final_else, id="final")).commit()
        self.flow = (
            Workflow("branch-if-else")
            .then(self.start)
            .branch(
                (lambda data: not data["new_value"] or data["new_value"] < 5, self._final_if_step()),
                (lambda data: data["new_value"] >= 5, branch_else),
            )
            .commit()
        )

    def _final_if_step(self) -> Step:
        return Step(self._final_if, id="final-if")

    async def _start(self, data: Data) -> Data:
        self.calls["start"] += 1
        return {"new_value": data["start_value"] + 1}

    async def _other(self, data: Data) -> Data:
        self.calls["other"] += 1
        return {"new_value": data["new_value"], "other": 26}

    async def _final_if(self, ctx: Context) -> Data:
        self.calls["final"] += 1
        other = ctx.result_of(self.other)
        return {"final_value": ctx.result_of(self.start)["new_value"] + (other["other"] if other else 0)}

    async def _final_else(self, data: Data) -> Data:
        self.calls["final"] += 1
        return {"final_value": data["new_value"] + data["other"]}


@case("BRANCH-01")
async def test_the_first_arm_runs_when_its_condition_holds() -> None:
    graph = IfElse()

    result = await graph.flow.run({"start_value": 1})

    assert graph.calls == {"start": 1, "final": 1}
    assert_succeeded(result.steps["start"], {"new_value": 2})
    assert_succeeded(result.steps["final-if"], {"final_value": 2})
    assert "branch-else-nested" not in result.steps
    assert result.output == {"final-if": {"final_value": 2}}


@case("BRANCH-02")
async def test_the_other_arm_runs_its_nested_workflow() -> None:
    graph = IfElse()

    result = await graph.flow.run({"start_value": 6})

    assert graph.calls == {"start": 1, "other": 1, "final": 1}
    assert_succeeded(result.steps["start"], {"new_value": 7})
    assert_succeeded(result.steps["branch-else-nested"], {"final_value": 33})
    assert "final-if" not in result.steps


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        pytest.param(10, "low", marks=case("BRANCH-03")),
        pytest.param(50, "medium", marks=case("BRANCH-04")),
        pytest.param(80, "high", marks=case("BRANCH-05")),
    ],
)
async def test_of_three_arms_only_the_one_whose_condition_holds_runs(value: int, taken: str) -> None:
    calls: Counter[str] = Counter()

    @step
    async def check(data: Data) -> Data:
        calls["check"] += 1
        return {"category": data["value"]}

    def arm(name: str) -> Step:
        async def body() -> Data:
            calls[name] += 1
            return {"result": name}

        return Step(body, id=name)

    flow = (
        Workflow("branch-three-way")
        .then(check)
        .branch(
            (lambda data: data["category"] < 33, arm("low")),
            (lambda data: 33 <= data["category"] < 66, arm("medium")),
            (lambda data: data["category"] >= 66, arm("high")),
        )
        .commit()
    )
    result = await flow.run({"value": value})

    assert result.status == "success"
    assert calls == {"check": 1, taken: 1}
    assert_succeeded(result.steps[taken], {"result": taken})
    assert set(result.steps) == {"check", taken}


@pytest.mark.parametrize(
    ("raw_value", "initial", "arm", "final"),
    [
        pytest.param(
            100,
            {"processed_value": 200, "flag": True},
            "true-path",
            "processed: 200, flag: True",
            marks=case("BRANCH-06"),
        ),
        pytest.param(25, {"processed_value": 50, "flag": False}, "false-path", "small: 50", marks=case("BRANCH-08")),
    ],
)
async def test_the_taken_arm_gets_the_output_before_the_branch(
    raw_value: int, initial: Data, arm: str, final: str
) -> None:
    calls: Counter[str] = Counter()

    @step(id="initial")
    async def first(data: Data) -> Data:
        calls["initial"] += 1
        return {"processed_value": 2 * data["raw_value"], "flag": data["raw_value"] > 50}

    @step(id="true-path")
    async def true_path(data: Data) -> Data:
        calls["true-path"] += 1
        return {"final": f"processed: {data['processed_value']}, flag: {data['flag']}"}

    @step(id="false-path")
    async def false_path(data: Data) -> Data:
        calls["false-path"] += 1
        return {"final": f"small: {data['processed_value']}"}

    flow = (
        Workflow("branch-data")
        .then(first)
        .branch((lambda data: data["flag"], true_path), (lambda data: not data["flag"], false_path))
        .commit()
    )
    result = await flow.run({"raw_value": raw_value})

    assert result.status == "success"
    assert calls == {"initial": 1, arm: 1}
    assert_succeeded(result.steps["initial"], initial)
    assert_succeeded(result.steps[arm], {"final": final})
    assert result.steps[arm].input == initial


class NestedBranches:
    """first -> branch[never: A | always: B] -> last; B itself branches over two more workflows.

    The step objects `other` and `final` stand in several of the workflows at once.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.other = Step(self._other, id="other")
        final = Step(self._final, id="final")
        start = Step(self._start, id="start")
        flow_a = Workflow("branch-nested-wf-a", validate=False).then(start).then(self.other).then(final).commit()
        flow_c = Workflow("nested-workflow-c", validate=False).then(self.other).commit()
        flow_d = Workflow("nested-workflow-d", validate=False).then(self.other).commit()
        flow_b = (
            Workflow("branch-nested-wf-b", validate=False)
            .then(start)
            .branch((lambda _: True, flow_c), (lambda _: False, flow_d))
            .then(Step(self._map_results, id="map-results"))
            .then(final)
            .commit()
        )
        self.flow = (
            Workflow("branch-nested", validate=False)
            .then(self._succeeding("first-step"))
            .branch((lambda _: False, flow_a), (lambda _: True, flow_b))
            .then(self._succeeding("last-step"))
            .commit()
        )

    def _succeeding(self, name: str) -> Step:
        async def body() -> Data:
            self.calls[name] += 1
            return {"success": True}

        return Step(body, id=name)

    async def _start(self, data: Data) -> Data:
        self.calls["start"] += 1
        return {"new_value": data.get("start_value", 0) + 1}

    async def _other(self) -> Data:
        self.calls["other"] += 1
        return {"other": 26}

    async def _map_results(self, data: Data) -> Data:
        taken: Data = data.get("nested-workflow-c") or data["nested-workflow-d"]
        return taken

    async def _final(self, ctx: Context) -> Data:
        self.calls["final"] += 1
        start, other = ctx.result_of("start"), ctx.result_of(self.other)
        return {"final_value": start["new_value"] + (other["other"] if other else 0)}


@case("BRANCH-07")
async def test_results_inside_a_nested_workflow_do_not_leak_out_of_it() -> None:
    graph = NestedBranches()

    result = await graph.flow.run({"start_value": 1})

    assert result.status == "success"
    assert graph.calls == {"first-step": 1, "start": 1, "other": 1, "final": 1, "last-step": 1}
    assert_succeeded(result.steps["branch-nested-wf-b"], {"final_value": 1})
    assert_succeeded(result.steps["first-step"], {"success": True})
    assert_succeeded(result.steps["last-step"], {"success": True})
    assert "branch-nested-wf-a" not in result.steps
