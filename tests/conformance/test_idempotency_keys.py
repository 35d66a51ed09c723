"""`ctx.idempotency_key`: one for each place of a run, whatever the try (catalogue B, 1.13: OPID)."""

from __future__ import annotations

from typing import Any

from playhead import Context, Step, Workflow, step

from .cases import case
from .conftest import World
from .next_process import RUN, Hold, answer, die_at


def noting(step_id: str, keys: list[str]) -> Step[Any, Any]:
    @step(id=step_id)
    async def note(data: Any, ctx: Context[Any]) -> Any:
        keys.append(ctx.idempotency_key)
        return data

    return note


@case("OPID-01")
async def test_every_step_item_and_turn_has_a_key_of_its_own(world: World) -> None:
    keys: list[str] = []

    @step(id="turn")
    async def turn(data: Any, ctx: Context[Any]) -> int:
        keys.append(ctx.idempotency_key)
        return ctx.iteration or 0

    inner = Workflow("inner").then(noting("one", keys)).commit()
    flow = (
        Workflow("keys")
        .then(noting("one", keys))
        .then(inner)
        .parallel(noting("left", keys), noting("right", keys))
        .map(lambda data: [1, 2, 3])
        .foreach(noting("item", keys), concurrency=3)
        .sleep(seconds=0.001)
        .dountil(turn, lambda output: output >= 3)
        .commit()
    )
    await flow.run(None)
    await flow.run(None)

    assert len(keys) == 2 * (1 + 1 + 2 + 3 + 3)
    assert len(set(keys)) == len(keys)


@case("OPID-02")
async def test_a_retry_and_a_restart_keep_the_key(world: World) -> None:
    keys: list[str] = []
    hold = Hold()

    def build() -> Any:
        @step(id="flaky", retries=1)
        async def flaky(ctx: Context[Any]) -> None:
            keys.append(ctx.idempotency_key)
            if ctx.attempt == 0:
                raise ValueError("first try fails")
            await hold.here()

        return Workflow("keeps-key").then(flaky).commit()

    await die_at(hold, world, build().create_run(run_id=RUN).start(None))
    await build().create_run(run_id=RUN).restart()

    assert len(keys) == 3
    assert len(set(keys)) == 1


@case("OPID-03")
async def test_the_steps_after_a_resume_have_keys_of_their_own(world: World) -> None:
    keys: list[str] = []

    def build() -> Any:
        @step(id="ask")
        async def ask(data: Any, ctx: Context[Any]) -> Any:
            if not ctx.resumed:
                ctx.suspend()
            keys.append(ctx.idempotency_key)
            return data

        return Workflow("resumes").then(noting("before", keys)).then(ask).then(noting("after", keys)).commit()

    await build().create_run(run_id=RUN).start(None)
    await answer(world, build(), {})

    assert len(keys) == 3
    assert len(set(keys)) == 3


@case("OPID-04")
async def test_a_step_that_is_run_again_on_purpose_has_a_new_key(world: World) -> None:
    keys: list[str] = []
    run = Workflow("travels").then(noting("one", keys)).then(noting("two", keys)).commit().create_run()
    await run.start(None)
    await run.time_travel("two")

    assert len(keys) == 3
    assert len(set(keys)) == 3  # fine print 68: keys change with the generation
