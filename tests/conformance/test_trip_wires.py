"""A trip wire ends the whole run as `tripwire`, wherever it was raised (catalogue A, section S16)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Step, TripWire, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def guarded(calls: Calls, *, trips: int = 100, **options: Any) -> Step[Any, Any]:
    """A step that raises a trip wire the first ``trips`` times."""

    @step(id="guarded", **options)
    async def body() -> str:
        calls["guarded"] += 1
        if calls["guarded"] <= trips:
            raise TripWire("blocked", retry=True, metadata={"severity": "high"})
        return "passed"

    return body


@step(id="harmless")
async def harmless() -> str:
    return "done"


@step(id="broken")
async def broken() -> None:
    raise ValueError("broken")


def assert_tripped(result: Any) -> None:
    assert result.status == "tripwire"
    assert result.error is None
    assert result.output is None
    wire = result.tripwire
    assert (wire.reason, wire.retry, wire.metadata) == ("blocked", True, {"severity": "high"})


@case("TRIP-01")
async def test_a_trip_wire_two_workflows_deep_ends_the_outermost_run(calls: Calls) -> None:
    inner = Workflow("inner").then(guarded(calls)).then(harmless).commit()
    middle = Workflow("middle").then(inner).commit()

    result = await Workflow("outer").then(middle).then(harmless).commit().run(None)

    assert_tripped(result)
    assert result.steps["middle"].status == "failed"
    assert result.steps["middle"].tripwire.reason == "blocked"
    assert "harmless" not in result.steps


def block(kind: str, calls: Calls) -> Any:
    flow = Workflow(f"trips-in-{kind}")
    if kind == "parallel":
        return flow.parallel(harmless, guarded(calls))
    if kind == "branch":
        return flow.branch((lambda data: True, harmless), (lambda data: True, guarded(calls)))
    if kind == "foreach":
        return flow.foreach(guarded(calls))
    return flow.dountil(guarded(calls), lambda output: True)


@case("TRIP-02")
@pytest.mark.parametrize("kind", ["parallel", "branch", "foreach", "loop"])
async def test_a_trip_wire_in_a_block_ends_the_run_and_finished_siblings_keep_their_results(
    kind: str, calls: Calls
) -> None:
    result = await block(kind, calls).then(broken).commit().run([1, 2])

    assert_tripped(result)
    assert calls == {"guarded": 1}
    assert "broken" not in result.steps
    if kind in ("parallel", "branch"):
        assert_succeeded(result.steps["harmless"], "done")


@case("TRIP-02")
@pytest.mark.parametrize("first", ["guarded", "broken"])
async def test_the_first_failed_arm_in_order_decides_between_a_trip_wire_and_an_error(first: str, calls: Calls) -> None:
    arms = [guarded(calls), broken] if first == "guarded" else [broken, guarded(calls)]
    result = await Workflow("both-fail").parallel(*arms).commit().run(None)

    if first == "guarded":
        assert_tripped(result)
    else:
        assert result.status == "failed"
        assert result.tripwire is None
        assert str(result.error) == "broken"


@case("TRIP-03")
async def test_both_callbacks_are_told_of_a_trip_wire(calls: Calls) -> None:
    told: list[Any] = []
    flow = Workflow("tells", on_finish=told.append, on_error=told.append).then(guarded(calls)).commit()

    await flow.run(None)

    assert len(told) == 2
    for report in told:
        assert_tripped(report)


@case("TRIP-04")
async def test_a_stored_trip_wire_is_the_same_in_the_next_process(world: World, calls: Calls) -> None:
    await Workflow("stored").then(guarded(calls)).commit().create_run(run_id=RUN).start(None)

    runtime = await world.restart()

    stored = await runtime.get(RUN)
    assert_tripped(stored)
    assert stored.steps["guarded"].tripwire.metadata == {"severity": "high"}
    assert [item.run_id for item in (await runtime.runs(status="tripwire")).items] == [RUN]


@case("TRIP-05")
@pytest.mark.parametrize(("trips", "tries", "status"), [(1, 2, "success"), (9, 3, "tripwire")])
async def test_a_trip_wire_is_retried_like_any_failure(calls: Calls, trips: int, tries: int, status: str) -> None:
    result = await Workflow("retries").then(guarded(calls, trips=trips, retries=2)).commit().run(None)

    assert result.status == status
    assert calls == {"guarded": tries}
    assert result.steps["guarded"].attempts == tries
    assert (result.tripwire is None) == (status == "success")


@case("TRIP-04")
async def test_a_tripped_run_goes_on_by_time_travel(world: World, calls: Calls) -> None:
    def build() -> Any:
        @step(id="after")
        async def after(data: str, ctx: Context[Any]) -> str:
            return f"{data} after all"

        return Workflow("goes-on").then(guarded(calls, trips=1)).then(after).commit()

    assert_tripped(await build().create_run(run_id=RUN).start(None))
    await world.restart()
    result = await build().create_run(run_id=RUN).time_travel("guarded")

    assert result.status == "success"
    assert result.output == "passed after all"
    assert result.tripwire is None
