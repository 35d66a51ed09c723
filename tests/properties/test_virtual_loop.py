"""The event loop without time can be trusted: any order, the same for the same seed, and nothing gets lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.properties.virtual_loop import START, Stuck, VirtualClock, VirtualLoop


async def arrivals(count: int = 4) -> list[int]:
    arrived: list[int] = []

    async def arrive(number: int) -> None:
        await asyncio.sleep(0)
        arrived.append(number)

    await asyncio.gather(*map(arrive, range(count)))
    return arrived


def test_the_same_seed_gives_the_same_order() -> None:
    loops = [VirtualLoop(7), VirtualLoop(7)]
    assert loops[0].run(arrivals()) == loops[1].run(arrivals())
    assert loops[0].order == loops[1].order != []


def test_every_order_comes_about() -> None:
    orders = {tuple(VirtualLoop(seed).run(arrivals(3))) for seed in range(100)}
    assert len(orders) == 6


def test_timers_are_due_in_their_order_and_take_no_time() -> None:
    async def sleepers() -> list[float]:
        woken: list[float] = []

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(VirtualClock().now() - START)

        await asyncio.gather(*map(sleep, (3_000, 0.5, 20)))
        return woken

    assert VirtualLoop(1).run(sleepers()) == [0.5, 20, 3_000]


def test_a_timer_that_was_cancelled_never_fires() -> None:
    async def main() -> list[str]:
        fired: list[str] = []
        loop = asyncio.get_running_loop()
        loop.call_later(1, fired.append, "cancelled").cancel()
        loop.call_later(2, fired.append, "due")
        await asyncio.sleep(3)
        return fired

    assert VirtualLoop(1).run(main()) == ["due"]


def test_plain_functions_run_without_threads() -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 / 0)
        return await loop.run_in_executor(None, divmod, 7, 2)

    assert VirtualLoop(1).run(main()) == (3, 1)


def test_what_can_never_end_is_noticed() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck, match="nothing is ready"):
        VirtualLoop(1).run(main())


def test_what_does_not_end_is_noticed() -> None:
    async def main() -> None:
        while True:  # noqa: ASYNC110  # nothing is waited for: that is the point
            await asyncio.sleep(1)

    with pytest.raises(Stuck, match="no end"):
        VirtualLoop(1).run(main())


def test_a_task_that_is_left_running_is_noticed() -> None:
    async def main() -> asyncio.Task[None]:
        return asyncio.create_task(asyncio.sleep(1))

    with pytest.raises(AssertionError, match="left running"):
        VirtualLoop(1).run(main())


def test_an_error_in_a_callback_is_not_lost() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)

    with pytest.raises(ZeroDivisionError):
        VirtualLoop(1).run(main())
