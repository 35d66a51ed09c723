"""Starting a run over from its beginning, from another process."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN

Data = dict[str, Any]
Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def shipping(calls: Calls, *, fails: bool = False) -> Any:
    """Two steps that count what they were given and what they saw of the state; the second may fail."""

    @step(id="pack")
    async def pack(data: Data, ctx: Context[Any]) -> Data:
        calls["pack"] += 1
        ctx.set_state(packed=ctx.state["packed"] + 1)
        return {"parcels": data["orders"] * 2}

    @step(id="ship")
    async def ship(data: Data, ctx: Context[Any]) -> Data:
        calls["ship"] += 1
        if fails:
            raise ConnectionError("no lorry")
        return {"shipped": data["parcels"], "packed": ctx.state["packed"], "tenant": ctx.request["tenant"]}

    return Workflow("shipping").then(pack).then(ship).commit()


async def failed(calls: Calls) -> None:
    flow = shipping(calls, fails=True)
    run = flow.create_run(run_id=RUN, resource_id="alice")
    result = await run.start({"orders": 3}, state={"packed": 0}, request={"tenant": "acme"})
    assert result.status == "failed"
    calls.clear()


@case("SCRATCH-01")
async def test_a_failed_run_starts_over_with_its_own_input_and_request(world: World, calls: Calls) -> None:
    await failed(calls)

    await world.restart()
    run = shipping(calls).create_run(run_id=RUN)
    before = await run.events()
    result = await run.time_travel("pack", state={"packed": 0})

    assert result.status == "success"
    assert result.output == {"shipped": 6, "packed": 1, "tenant": "acme"}
    assert calls == {"pack": 1, "ship": 1}
    assert (await world.runtime.get(RUN)).resource_id == "alice"
    after = await run.events()
    assert [(event.seq, event.type) for event in after[: len(before)]] == [(event.seq, event.type) for event in before]


@case("SCRATCH-02")
async def test_a_run_starts_over_with_another_input(world: World, calls: Calls) -> None:
    await failed(calls)

    await world.restart()
    run = shipping(calls).create_run(run_id=RUN)
    result = await run.time_travel("pack", input={"orders": 5}, state={"packed": 10})

    assert result.output == {"shipped": 10, "packed": 11, "tenant": "acme"}
    assert result.input == {"orders": 5}


@case("SCRATCH-03")
async def test_a_fork_from_the_beginning_starts_over_and_leaves_the_run_as_it_was(world: World, calls: Calls) -> None:
    await failed(calls)

    await world.restart()
    run = shipping(calls).create_run(run_id=RUN)
    child = await run.fork("pack", run_id="second-try")
    result = await child.proceed()

    assert result.status == "success"
    assert result.output == {"shipped": 6, "packed": 1, "tenant": "acme"}
    assert calls == {"pack": 1, "ship": 1}
    assert child.parent is not None
    assert child.parent[0] == RUN
    assert (await world.runtime.get(RUN)).status == "failed"
