"""Time travel on what an earlier process recorded: a new runtime, freshly built workflows, the same store."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Step, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN

Executed = list[str]


def adding(step_id: str, executed: Executed, amount: int = 1) -> Step[Any, Any]:
    @step(id=step_id)
    async def add(data: Any) -> int:
        executed.append(step_id)
        given = data if isinstance(data, int) else sum(data.values() if isinstance(data, dict) else data)
        return given + amount

    return add


def every_kind(executed: Executed, judged: Executed) -> Any:
    """First, two arms, a nested chain, a taken branch arm, a loop, a foreach, last: each adds one, ``b`` ten."""

    def taken(data: int) -> bool:
        judged.append("taken")
        return True

    def until(output: int) -> bool:
        judged.append("until")
        return output >= 19

    def add(step_id: str, amount: int = 1) -> Step[Any, Any]:
        return adding(step_id, executed, amount)

    nested = Workflow("nested").then(add("x")).then(add("y")).commit()
    return (
        Workflow("every-kind")
        .then(add("first"))
        .parallel(add("a"), add("b", 10))
        .then(nested)
        .branch((taken, add("arm")), (lambda data: False, add("never")))
        .then(add("joined"))
        .dountil(add("turn"), until)
        .map(lambda data: [data, data + 1])
        .foreach(add("item"))
        .then(add("last"))
        .commit()
    )


WHOLE = ["first", "a", "b", "x", "y", "arm", "joined", "turn", "turn", "item", "item", "last"]
"""What a whole run from 0 executes: 1, {2, 11}, 14, 15, 16, 17, turns to 18 and 19, items to 20 and 21, 42."""


@case("TT-07", "TT-08", "TT-11", "TT-13", "TT-14")
@pytest.mark.parametrize(
    ("target", "executes"),
    [
        ("first", WHOLE),
        ("a", ["a", *WHOLE[3:]]),
        ("nested", WHOLE[3:]),
        (("nested", "y"), WHOLE[4:]),
        ("arm", WHOLE[5:]),
        ("joined", WHOLE[6:]),
        ("item", WHOLE[9:]),
        ("last", WHOLE[11:]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else "",
)
async def test_a_finished_run_goes_on_from_any_step_in_the_next_process(
    world: World, target: Any, executes: Executed
) -> None:
    executed: Executed = []
    judged: Executed = []
    first = await every_kind(executed, judged).create_run(run_id=RUN).start(0)
    assert executed == WHOLE
    executed.clear()
    judged.clear()

    await world.restart()
    result = await every_kind(executed, judged).create_run(run_id=RUN).time_travel(target)

    assert result.status == "success"
    assert executed == executes
    assert result.output == first.output
    assert {id: record.output for id, record in result.steps.items()} == {
        id: record.output for id, record in first.steps.items()
    }
    assert ("taken" in judged) == ("arm" in executes and target != "arm")


@case("TT-09", "TT-15", "TT-16", "TT-17")
@pytest.mark.parametrize(
    ("target", "next_step"), [("first", "a"), ("a", "x"), (("nested", "x"), "y"), ("joined", "turn")], ids=str
)
async def test_in_the_next_process_one_step_at_a_time_is_gone_from_the_target_on(
    world: World, target: Any, next_step: str
) -> None:
    executed: Executed = []
    await every_kind(executed, []).create_run(run_id=RUN).start(0)
    executed.clear()

    await world.restart()
    result = await every_kind(executed, []).create_run(run_id=RUN).time_travel(target, per_step=True)
    assert result.status == "paused"
    assert executed == [target if isinstance(target, str) else target[-1]]

    await world.restart()
    result = await every_kind(executed, []).create_run(run_id=RUN).step()
    assert result.status == "paused"
    assert executed[1:] == [next_step]
