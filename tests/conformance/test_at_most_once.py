"""A step that may run at most once is not run again after a crash in its middle; the run says so (fine print 73)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead.errors import StepInterrupted

from .conftest import World
from .next_process import RUN, Hold, die_at

Calls = Counter[str]


@pytest.fixture
def calls() -> Calls:
    return Counter()


def paying(calls: Calls, hold: Hold, *, retries: int = 0) -> Any:
    @step(id="prepare")
    async def prepare(n: int) -> int:
        calls["prepare"] += 1
        return n + 1

    @step(id="pay", at_most_once=True, retries=retries)
    async def pay(n: int, ctx: Context[Any]) -> int:
        calls["pay"] += 1
        await hold.here()
        return 10 * n

    @step(id="thank")
    async def thank(n: int) -> str:
        calls["thank"] += 1
        return f"paid {n}"

    return Workflow("pays").then(prepare).then(pay).then(thank).commit()


@pytest.mark.parametrize("retries", [0, 3])
async def test_a_crash_in_its_middle_fails_the_run_without_another_try(
    world: World, calls: Calls, retries: int
) -> None:
    hold = Hold()
    await die_at(hold, world, paying(calls, hold, retries=retries).create_run(run_id=RUN).start(1))

    result = await paying(calls, hold, retries=retries).create_run(run_id=RUN).restart()
    assert result.status == "failed"
    assert isinstance(result.error, StepInterrupted)
    assert "time_travel('pay')" in str(result.error)
    assert result.failed_at == ("pay",)
    assert result.steps["prepare"].output == 2
    assert calls == {"prepare": 1, "pay": 1}


async def test_somebody_may_run_it_again_on_purpose(world: World, calls: Calls) -> None:
    hold = Hold()
    await die_at(hold, world, paying(calls, hold).create_run(run_id=RUN).start(1))
    run = paying(calls, hold).create_run(run_id=RUN)
    await run.restart()

    result = await run.time_travel("pay")
    assert result.output == "paid 20"
    assert calls == {"prepare": 1, "pay": 2, "thank": 1}


async def test_somebody_may_say_what_came_of_it(world: World, calls: Calls) -> None:
    hold = Hold()
    await die_at(hold, world, paying(calls, hold).create_run(run_id=RUN).start(1))
    run = paying(calls, hold).create_run(run_id=RUN)
    await run.restart()

    result = await run.time_travel("thank", context={"prepare": {"output": 2}, "pay": {"output": 20}})
    assert result.output == "paid 20"
    assert calls == {"prepare": 1, "pay": 1, "thank": 1}


async def test_once_finished_it_is_as_any_other(world: World, calls: Calls) -> None:
    hold = Hold()
    hold.open()

    @step(id="after")
    async def after(n: str) -> str:
        await later.here()
        return n

    later = Hold()

    def flow() -> Any:
        return Workflow("outer").then(paying(calls, hold)).then(after).commit()

    await die_at(later, world, flow().create_run(run_id=RUN).start(1))
    result = await flow().create_run(run_id=RUN).restart()
    assert result.output == "paid 20"
    assert calls == {"prepare": 1, "pay": 1, "thank": 1}


async def test_an_error_it_raised_itself_is_retried_because_it_is_known_to_have_ended(world: World) -> None:
    @step(id="flaky", at_most_once=True, retries=1)
    async def flaky(ctx: Context[Any]) -> int:
        if ctx.attempt == 0:
            raise ValueError("refused")
        return ctx.attempt

    result = await Workflow("retries").then(flaky).commit().run(None)
    assert (result.output, result.steps["flaky"].attempts) == (1, 2)


async def test_other_items_of_a_foreach_keep_what_they_have(world: World, calls: Calls) -> None:
    hold = Hold()

    def flow() -> Any:
        @step(id="pay", at_most_once=True)
        async def pay(n: int) -> int:
            calls[f"pay {n}"] += 1
            if n == 1:
                await hold.here()
            return n

        return Workflow("pays-all").foreach(pay, concurrency=1).commit()

    await die_at(hold, world, flow().create_run(run_id=RUN).start([0, 1, 2]))
    run = flow().create_run(run_id=RUN)
    result = await run.restart()
    assert isinstance(result.error, StepInterrupted)
    assert calls == {"pay 0": 1, "pay 1": 1}

    assert (await run.time_travel("pay")).output == [0, 1, 2]
    assert calls == {"pay 0": 1, "pay 1": 2, "pay 2": 1}


async def test_a_step_without_the_option_is_told_that_it_may_have_run(world: World) -> None:
    hold = Hold()
    seen: list[tuple[bool, str]] = []

    def flow() -> Any:
        @step(id="send")
        async def send(ctx: Context[Any]) -> None:
            seen.append((ctx.restarted, ctx.idempotency_key))
            await hold.here()

        return Workflow("sends").then(send).commit()

    await die_at(hold, world, flow().create_run(run_id=RUN).start(None))
    assert (await flow().create_run(run_id=RUN).restart()).status == "success"
    assert [restarted for restarted, _ in seen] == [False, True]
    assert seen[0][1] == seen[1][1]
