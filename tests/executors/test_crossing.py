"""What cannot be had in another process: each refusal is an error of its own that says what to do instead."""

from __future__ import annotations

import copy
import functools
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from playhead import Context, Runtime, Step, Workflow, step
from playhead.codec.registry import register_type
from playhead.codec.values import dump
from playhead.errors import CannotCross, NotStorable
from playhead.executors.errand import Errand
from playhead.executors.functions import digest_of, mentions
from playhead.executors.homes import homes_of
from playhead.executors.port import run_on
from tests.executors import bodies
from tests.executors.bodies import Order
from tests.executors.shop import Voucher
from tests.executors.test_contract import flow_of, outcome


async def refusal(runtime: Runtime, value: Any, *steps: Step[Any, Any], **options: Any) -> str:
    """Why the last of the steps could not run."""
    result = await outcome(runtime, value, *steps, **options)
    assert isinstance(result.error, CannotCross), result
    return str(result.error)


class Doubler:
    def __call__(self, n: int) -> int:
        return 2 * n


def local_step() -> Step[Any, Any]:
    @step
    def local(n: int) -> int:
        return n

    return local


#: Functions that exist only in this process, each with what its refusal says.
UNREACHABLE: dict[str, tuple[Callable[..., Any], str]] = {
    "closure": (local_step().fn, "local_step.<locals>.local, which exists only where it was made"),
    "lambda": (lambda n: n, "<lambda>, which exists only where it was made"),
    "partial": (functools.partial(max, 3), "a partial, which has no name to be found by"),
    "instance": (Doubler(), "a Doubler, which has no name to be found by"),
}


@pytest.mark.parametrize("kind", UNREACHABLE)
async def test_a_function_that_only_this_process_has_is_refused(kind: str, runtime_elsewhere: Runtime) -> None:
    fn, reason = UNREACHABLE[kind]
    said = await refusal(runtime_elsewhere, 1, Step(fn, id="mine"))
    assert "Step 'mine'" in said
    assert reason in said
    assert "define it at the top level of a module and import it, or leave the step on threads" in said


async def test_a_name_that_stands_for_another_function_by_now_is_refused(
    runtime_elsewhere: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = flow_of(bodies.double)
    monkeypatch.setattr(bodies, "double", bodies.price)
    result = await flow.run(1, runtime=runtime_elsewhere)
    assert isinstance(result.error, CannotCross)
    assert "stands for something else now: build and commit the workflow again" in str(result.error)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (bodies.use_cancelled, "give the step a timeout, or split it into shorter ones"),
        (bodies.wait_for_cancel, "give the step a timeout, or split it into shorter ones"),
        (bodies.use_resource, "make it in the body"),
        (bodies.list_resources, "make what the body needs in the body"),
        (bodies.use_span, "tell with ctx.emit() what should be kept"),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
async def test_what_lives_with_the_run_is_refused_where_it_is_used(
    body: Step[Any, Any], advice: str, runtime_elsewhere: Runtime
) -> None:
    said = await refusal(runtime_elsewhere, 1, body)
    assert "lives in the process of the run" in said
    assert advice in said
    assert "leave the step on threads" in said


async def test_a_refusal_is_not_tried_again(runtime_elsewhere: Runtime) -> None:
    result = await outcome(runtime_elsewhere, 1, bodies.use_cancelled_again_and_again)
    assert result.steps["use_cancelled_again_and_again"].attempts == 1


async def test_a_result_that_the_code_does_not_speak_of_is_refused(runtime_elsewhere: Runtime) -> None:
    said = await refusal(runtime_elsewhere, "price", bodies.look_back_through_another_module)
    assert "The result of 'price' was not sent" in said
    assert "write ctx.result_of('price') in the step's own body, or hand it over with .map()" in said


async def test_an_input_that_the_code_does_not_speak_of_is_refused(runtime_elsewhere: Runtime) -> None:
    said = await refusal(runtime_elsewhere, 1, bodies.read_input_through_another_module)
    assert "ctx.input_data was not sent" in said
    assert "write it in the step's own body" in said


async def test_a_value_that_cannot_be_stored_is_refused_naming_it(runtime_elsewhere: Runtime) -> None:
    async with Runtime(engine="direct", executor=runtime_elsewhere.env.executor, transient_request=["token"]) as own:
        result = await outcome(own, 1, bodies.facts, request={"token": SecretStr("x")})
    assert isinstance(result.error, CannotCross)
    assert "request.token cannot be stored: it is a secret" in str(result.error)
    assert isinstance(result.error.__cause__, NotStorable)


async def test_a_body_without_a_context_is_sent_none(runtime_elsewhere: Runtime) -> None:
    async with Runtime(engine="direct", executor=runtime_elsewhere.env.executor, transient_request=["token"]) as own:
        result = await outcome(own, 1, bodies.double, request={"token": SecretStr("x")})
    assert result.output == 2


class OfAPulledDisk(Context[Any]):
    """A context whose run lives on a disk that is gone by now."""

    @property
    def input_data(self) -> Any:
        raise OSError("the disk is gone")


async def test_what_stops_a_value_from_being_read_is_raised_as_itself(runtime_elsewhere: Runtime) -> None:
    @step
    async def hand_on(n: int, ctx: Context[Any]) -> Any:
        context = copy.copy(ctx)
        context.__class__ = OfAPulledDisk
        return await run_on(runtime_elsewhere.env.executor, Errand(bodies.look_back, n, context))

    error = (await outcome(runtime_elsewhere, 1, hand_on)).error
    assert repr(error) == "OSError('the disk is gone')"


def test_a_class_that_only_this_process_has_is_refused() -> None:
    class Local(Order):
        pass

    with pytest.raises(CannotCross, match="Local, a class that exists only where it was made"):
        homes_of([dump([Local(items=[])]).data])


async def test_a_class_that_the_worker_cannot_take_apart_is_refused(processes: Executor) -> None:
    register_type(Doubler, name="doubler", encode=lambda _: 2, decode=lambda _: Doubler())  # here, and nowhere else
    async with Runtime(engine="direct", executor=processes) as runtime:
        said = await refusal(runtime, {"a": Doubler()}, Step(bodies.same, id="same"))
    assert "say register_type() in the module that defines it" in said


async def test_a_function_that_was_changed_since_the_worker_began_is_refused(
    processes: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def double(n: int) -> int:
        return 2 * n + 1

    double.__module__, double.__qualname__ = bodies.__name__, "double"
    monkeypatch.setattr(bodies, "double", double)
    async with Runtime(engine="direct", executor=processes) as runtime:
        said = await refusal(runtime, 1, Step(double, id="double"))
    assert "another version of tests.executors.bodies.double than the run" in said
    assert "Make a new executor" in said


async def test_a_function_that_is_new_since_the_worker_began_is_refused(
    processes: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fresh(n: int) -> int:
        return n

    fresh.__module__, fresh.__qualname__ = bodies.__name__, "fresh"
    monkeypatch.setattr(bodies, "fresh", fresh, raising=False)
    async with Runtime(engine="direct", executor=processes) as runtime:
        said = await refusal(runtime, 1, Step(fresh, id="fresh"))
    assert "finds no fresh in tests.executors.bodies: make a new executor" in said


async def test_a_module_that_the_worker_cannot_import_is_refused(
    processes: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(n: int) -> int:
        return n

    body.__module__, body.__qualname__ = "only_here", "body"
    monkeypatch.setitem(sys.modules, "only_here", SimpleNamespace(body=body))  # type: ignore[arg-type]  # any object may stand there
    async with Runtime(engine="direct", executor=processes) as runtime:
        said = await refusal(runtime, 1, Step(body, id="body"))
    assert "The worker cannot import only_here, where body is defined (ModuleNotFoundError" in said


async def test_a_class_that_no_schema_names_is_known_when_it_comes_back(processes: Executor) -> None:
    async with Runtime(engine="direct", executor=processes) as runtime:
        result = await outcome(runtime, 5, bodies.promise)
    assert result.output == Voucher(5)


# ------------------------------------------------------------------ the main module

MAIN = """
import asyncio, multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from playhead import Context, Runtime, Workflow, step

@dataclass
class Order:
    n: int

class Mine(Exception):
    def __init__(self, *, order):
        super().__init__(f"order {order}")
        self.order = order

@step
def double(order: Order) -> Order:
    return Order(2 * order.n)

@step
def fail(order: Order) -> Order:
    raise Mine(order=order)

async def main():
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with pool:
        async with Runtime(engine="direct", executor=pool) as runtime:
            result = await Workflow("w").then(double).then(fail).commit().run(Order(4), runtime=runtime)
    error = result.error
    print(type(error).__name__, result.steps["double"].output if type(error) is Mine else error)

GUARD
"""


def script(folder: Path, guard: str) -> Path:
    path = folder / "main.py"
    path.write_text(textwrap.dedent(MAIN).replace("GUARD", guard))
    return path


def said_by(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=20)
    assert done.stdout, done.stderr
    return done.stdout


def test_a_step_of_a_script_crosses_because_the_worker_reads_the_script(tmp_path: Path) -> None:
    said = said_by(str(script(tmp_path, 'if __name__ == "__main__":\n    asyncio.run(main())')))
    assert said == "Mine Order(n=8)\n"


def test_a_step_of_a_prompt_or_notebook_is_refused(tmp_path: Path) -> None:
    said = said_by("-c", script(tmp_path, "asyncio.run(main())").read_text())
    assert said.startswith("CannotCross The worker has no double in its __main__")
    assert "Put it into a module and import it, or leave the step on threads." in said


# ------------------------------------------------------------------ what tells versions and mentions


def test_the_digest_is_the_same_in_another_process(processes: Executor) -> None:
    for name in ("price", "in_a_set", "fail_awkwardly"):
        assert processes.submit(bodies.digest_at, name).result() == bodies.digest_at(name)


def test_the_digest_changes_with_the_code() -> None:
    assert len({digest_of(fn) for fn in (lambda n: n + 1, lambda n: n + 2, lambda n: n - 1, lambda n: len(n))}) == 4


def test_a_function_mentions_steps_by_the_name_of_their_variable() -> None:
    other = Workflow("another-id").then(bodies.double).commit()

    def body(ctx: Any) -> Any:
        return ctx.result_of(renamed)  # noqa: F821  # put into its globals below

    body.__globals__["renamed"] = other
    try:
        assert {"result_of", "another-id"} <= mentions(body)
    finally:
        del body.__globals__["renamed"]
