"""F15: what cannot be stored exactly fails its step before it counts as done; all else comes back as it was."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playhead import Context, Runtime, Workflow, step
from playhead.errors import NotStorable
from playhead.machine import events as E
from tests.faults.runs.conftest import Tell
from tests.faults.runs.invariants import log_of
from tests.unit.codec.kinds import EXACT
from tests.unit.codec.same import same

REST = {"lone surrogate": "a\udc80b", "beyond 64 bits": 2**70, "not a number": float("nan")}


def cyclic() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def generator() -> Iterator[int]:
    yield 1


UNSTORABLE: dict[str, Callable[[], Any]] = {
    "lock": threading.Lock,
    "generator": generator,
    "open file": lambda: open(__file__),  # noqa: SIM115 - it is given away, and closed with the value that has it
    "lambda": lambda: lambda: 1,
    "object array": lambda: np.array([object()], dtype=object),
    "cyclic list": cyclic,
    "object": object,
}


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    async with Runtime(tmp_path / "store") as runtime:
        yield runtime


Give = Callable[[Context[Any], Any], Any]


def give_output(ctx: Context[Any], value: Any) -> Any:
    return {"rows": [0, {"it": value}]}


def give_state(ctx: Context[Any], value: Any) -> Any:
    ctx.set_state(rows=[0, {"it": value}])


def ask(ctx: Context[Any], value: Any) -> Any:
    ctx.suspend({"rows": [0, {"it": value}]})


def write(ctx: Context[Any], value: Any) -> Any:
    ctx.write({"rows": [0, {"it": value}]})


GIVEN = {"output": give_output, "state": give_state, "suspend payload": ask, "chunk": write}


def failing_once(give: Give, values: list[Any]) -> Workflow[Any, Any]:
    """A step gives the last of ``values`` away; the next time it gives what is before it."""

    @step(id="gives")
    async def gives(ctx: Context[Any]) -> Any:
        return give(ctx, values.pop())

    @step(id="after")
    async def after(given: Any) -> Any:
        return "went on"

    return Workflow("gives").then(gives).then(after).commit()


@pytest.mark.parametrize("where", GIVEN)
@pytest.mark.parametrize("what", UNSTORABLE)
async def test_what_cannot_be_stored_fails_its_step_by_name_and_the_run_can_go_on(
    runtime: Runtime, what: str, where: str, tell: Tell
) -> None:
    value = UNSTORABLE[what]()
    run = failing_once(GIVEN[where], [1, value]).create_run(run_id="run")
    result = await run.start(None)

    assert result.status == "failed"
    assert type(result.error) is NotStorable
    assert "rows[1].it" in str(result.error)
    assert (await log_of(runtime.store, "run")).places(E.STEP_SUCCEEDED) == []
    assert result.state == {}
    if hasattr(value, "close"):
        value.close()

    again = await run.time_travel("gives")
    assert again.status == ("suspended" if where == "suspend payload" else "success")
    tell("F15", refused=1)


async def test_what_is_given_to_a_run_and_cannot_be_stored_is_refused_before_anything_is_written(
    runtime: Runtime,
) -> None:
    @step(id="asks")
    async def asks(ctx: Context[Any]) -> Any:
        return ctx.resume_data if ctx.resumed else ctx.suspend()

    flow = Workflow("takes").then(asks).commit()
    lock = threading.Lock()
    for options in ({"state": {"it": lock}}, {"request": {"it": lock}}):
        with pytest.raises(NotStorable, match=r"(state|request)\.it"):
            await flow.create_run(run_id="run").start(None, **options)
    with pytest.raises(NotStorable, match=r"input\.it"):
        await flow.create_run(run_id="run").start({"it": lock})
    assert (await runtime.runs()).total == 0

    run = flow.create_run(run_id="run")
    await run.start(None)
    before = await runtime.store.read("run")
    with pytest.raises(NotStorable, match=r"resume data\.it"):
        await run.resume({"it": lock})
    assert await runtime.store.read("run") == before
    assert (await run.resume({"it": 1})).output == {"it": 1}


async def test_every_other_kind_of_value_comes_back_as_it_was(tmp_path: Path, tell: Tell) -> None:
    kinds = {**EXACT, **REST}

    @step(id="gives")
    async def gives(name: str) -> Any:
        return kinds[name]

    @step(id="passes")
    async def passes(value: Any) -> Any:
        return [value]

    flow = Workflow("exact").foreach(Workflow("each").then(gives).then(passes).commit(), concurrency=8).commit()
    async with Runtime(tmp_path / "store"):
        await flow.create_run(run_id="run").start(list(kinds))
    async with Runtime(tmp_path / "store") as runtime:
        found = (await runtime.get("run")).output
    changed = [name for name, (value,) in zip(kinds, found, strict=True) if not same(value, kinds[name])]
    tell("F15", exact=len(kinds), changed=len(changed))
    assert changed == []
    assert len(kinds) >= 35
