"""The input of a run at every depth, and request keys that are never stored (catalogue B, 1.13)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playhead import Context, Step, Workflow, step
from playhead.errors import WorkflowError

from .cases import case
from .conftest import World
from .next_process import RUN

Data = dict[str, Any]

SECRET = "token-5f2d9c1e-never-stored"


def collecting() -> Any:
    """dowhile(prepare the items, ask once per item, gather), each reading the input of its workflow."""

    @step(id="prepare")
    def prepare(data: Data) -> list[int]:
        return [1, 2]

    def width(items: list[int], ctx: Context[Any]) -> int:
        return len(items) if ctx.input_data["run"] == "r1" else 1

    @step(id="ask-item")
    def ask_item(data: int, ctx: Context[Any]) -> int:
        if not ctx.resumed:
            ctx.suspend({"item": data})
        return data

    @step(id="gather")
    def gather(data: list[int], ctx: Context[Any]) -> Data:
        return {"items": data, "init_run": ctx.input_data["run"]}

    turn = Workflow("turn").then(prepare).foreach(ask_item, concurrency=width).then(gather).commit()

    @step(id="finish")
    def finish(data: Data, ctx: Context[Any]) -> Data:
        return {
            "items": data["items"],
            "init_run": data["init_run"],
            "outer_init_run": ctx.input_data["run"],
        }

    return Workflow("inits", keep=()).dowhile(turn, lambda output: False).then(finish).commit()


@case("INIT-01")
async def test_the_input_of_outer_and_nested_workflow_is_there_after_a_resume(world: World) -> None:
    first = await collecting().create_run(run_id=RUN).start({"run": "r1"})
    assert first.status == "suspended"
    assert [waiting.payload for waiting in first.suspensions] == [{"item": 1}, {"item": 2}]

    await world.restart()
    result = await collecting().create_run(run_id=RUN).resume({"ok": True})

    assert result.status == "success"
    assert result.output == {"items": [1, 2], "init_run": "r1", "outer_init_run": "r1"}


def reporting(seen: list[Any]) -> Any:
    """Every kind of entry, each saying which token it sees; one of them asks."""

    def reading(step_id: str) -> Step[Any, Any]:
        @step(id=step_id)
        async def read(data: Any, ctx: Context[Any]) -> Any:
            seen.append((step_id, ctx.request.get("token")))
            return data

        return read

    @step(id="asks")
    async def asks(data: Any, ctx: Context[Any]) -> Any:
        seen.append(("asks", ctx.request.get("token")))
        if not ctx.resumed:
            ctx.suspend({})
        return data

    nested = Workflow("nested").then(reading("inner")).commit()
    return (
        Workflow("transient")
        .then(reading("plain"))
        .parallel(reading("arm"), nested)
        .map(lambda data: [1, 2])
        .foreach(reading("item"))
        .then(asks)
        .then(reading("last"))
        .commit()
    )


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@case("AUTH-01")
async def test_a_transient_key_is_seen_by_every_step_and_stored_nowhere(world: World, tmp_path: Path) -> None:
    await world.restart(transient_request={"token"})
    seen: list[Any] = []
    request = {"token": SECRET, "tenant": "acme"}
    first = await reporting(seen).create_run(run_id=RUN).start(0, request=request)
    assert first.status == "suspended"
    assert [step_id for step_id, token in seen if token == SECRET] == [
        "plain",
        "arm",
        "inner",
        "item",
        "item",
        "asks",
    ]

    await world.restart(transient_request={"token"})
    seen.clear()
    run = reporting(seen).create_run(run_id=RUN)
    fresh = f"{SECRET}-fresh"
    result = await run.resume({}, request={"token": fresh})

    assert result.status == "success"
    assert seen == [("asks", fresh), ("last", fresh)]
    assert SECRET not in repr(await run.events())
    assert SECRET.encode() not in bytes_of(tmp_path)


@case("AUTH-01")
async def test_a_resume_without_the_transient_key_is_refused(world: World) -> None:
    await world.restart(transient_request={"token"})
    await reporting([]).create_run(run_id=RUN).start(0, request={"token": SECRET, "tenant": "acme"})

    await world.restart(transient_request={"token"})
    seen: list[Any] = []
    run = reporting(seen).create_run(run_id=RUN)
    with pytest.raises(WorkflowError, match="token"):  # fine print 21: it must come again
        await run.resume({})
    assert seen == []
    assert (await run.resume({}, request={"token": "fresh"})).status == "success"


@case("AUTH-01")
async def test_time_travel_without_the_transient_key_is_refused(world: World) -> None:
    await world.restart(transient_request={"token"})
    await reporting([]).create_run(run_id=RUN).start(0, request={"token": SECRET, "tenant": "acme"})

    await world.restart(transient_request={"token"})
    seen: list[Any] = []
    run = reporting(seen).create_run(run_id=RUN)
    with pytest.raises(WorkflowError, match="token"):
        await run.time_travel("asks")
    assert seen == []
    await run.time_travel("asks", request={"token": "fresh"})
    assert seen == [("asks", "fresh")]


@case("AUTH-02")
async def test_a_token_found_in_an_old_log_is_not_restored_on_resume(world: World) -> None:
    # The run begins in a process that has not yet declared the key transient, and so stores it.
    await reporting([]).create_run(run_id=RUN).start(0, request={"token": "old", "tenant": "acme"})

    await world.restart(transient_request={"token"})
    seen: list[Any] = []
    run = reporting(seen).create_run(run_id=RUN)
    result = await run.resume({}, request={"token": "fresh"})

    assert result.status == "success"
    assert seen == [("asks", "fresh"), ("last", "fresh")]
