"""What every executor gives a body: the same context, the same ends, the same errors."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playhead import MemoryStore, RunResult, Runtime, Step, TripWire, Workflow
from playhead.errors import NonRetryableError, NotStorable, StateInvalid, StepTimeout, SuspendPayloadInvalid
from playhead_kernel import printing
from tests.executors import bodies
from tests.executors.bodies import Awkward, Bill, Colour, Order, Totals
from tests.executors.far import Crate, Money, Rotten
from tests.executors.shop import Receipt


def flow_of(*steps: Step[Any, Any], **options: Any) -> Workflow[Any, Any]:
    flow = Workflow("flow", **options)
    for each in steps:
        flow = flow.then(each)
    return flow.commit()


async def outcome(runtime: Runtime, value: Any, *steps: Step[Any, Any], **options: Any) -> RunResult:
    return await flow_of(*steps).create_run(runtime=runtime).start(value, **options)


async def told(runtime: Runtime, value: Any, *steps: Step[Any, Any]) -> list[tuple[str, Any]]:
    """What the bodies said, as it stands in the log."""
    run = flow_of(*steps).create_run(runtime=runtime)
    await run.start(value)
    kinds = ("step-output", "step-printed", "mine", "step-succeeded", "step-failed")
    return [(event.type, event.data) for event in await run.events() if event.type in kinds]


# ------------------------------------------------------------------ values


async def test_values_go_and_come_as_themselves(runtime: Runtime) -> None:
    result = await outcome(runtime, Order(items=["a", "b"]), bodies.price)
    assert result.output == Bill(Order(items=["a", "b"], colour=Colour.RED), 20)


async def test_arrays_go_and_come_as_themselves(runtime: Runtime) -> None:
    result = await outcome(runtime, np.arange(100_000.0), bodies.doubled_array)
    assert np.array_equal(result.output, np.arange(100_000.0) * 2)


async def test_a_value_may_be_of_a_class_that_no_schema_names(runtime: Runtime) -> None:
    flow = Workflow("flow").then(bodies.sell).then(Step(bodies.same, id="same")).commit()
    assert (await flow.run(5, runtime=runtime)).output == Receipt(5)


async def test_a_body_sees_values_as_themselves_whatever_its_module_has_imported(runtime: Runtime) -> None:
    value = {"paid": Money(350), "crates": [(Crate(1), 2)], "error": Rotten(crate=Crate(3))}
    result = await outcome(runtime, value, Step(bodies.kinds_in, id="kinds"))
    assert result.output == ["Crate", "Money", "Rotten", "int"]


async def test_large_values_of_a_store_on_disk_reach_the_body(executor: Executor, tmp_path: Path) -> None:
    large = np.arange(200_000.0)
    flow = flow_of(bodies.doubled_array, Step(bodies.sum_of_all, id="sum"))
    async with Runtime(tmp_path / "store", executor=executor) as runtime:
        result = await flow.run(large, runtime=runtime)
    assert result.output == {"here": 2 * large.sum(), "input": large.sum(), "before": 2 * large.sum()}


async def test_an_output_that_cannot_be_stored_is_refused_naming_the_place(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.give_lock)
    assert isinstance(result.error, NotStorable)
    assert result.error.path == "output.rows[1].lock"


async def test_a_coroutine_that_a_plain_body_gives_is_awaited(runtime: Runtime) -> None:
    assert (await outcome(runtime, 1, bodies.give_coroutine)).output == 2


async def test_a_plain_function_of_a_module_runs_as_a_step(runtime: Runtime) -> None:
    result = await outcome(runtime, np.ones(3), Step(bodies.twice, id="twice"))
    assert result.output == 6.0


async def test_a_clone_of_a_step_runs_under_its_own_id(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.facts.as_("other"))
    assert (result.output["step_id"], result.output["path"]) == ("other", ("other",))


# ------------------------------------------------------------------ what the context says


async def test_the_context_says_where_the_body_runs(runtime: Runtime) -> None:
    inner = Workflow("inner").then(bodies.facts).commit()
    run = flow_of(inner).create_run(run_id="the-run", resource_id="alice", runtime=runtime)
    seen = (await run.start(1)).output
    started = seen.pop("started_at")
    assert isinstance(started, datetime)
    assert started.tzinfo is UTC
    assert len(seen.pop("idempotency_key")) == 32
    assert seen == {
        "run_id": "the-run",
        "workflow_id": "inner",
        "resource_id": "alice",
        "step_id": "facts",
        "path": ("inner", "facts"),
        "attempt": 0,
        "iteration": None,
        "index": None,
        "resumed": False,
        "restarted": False,
        "resume_data": None,
        "suspend_data": None,
        "logger": "playhead.inner.facts",
    }


async def test_the_idempotency_key_does_not_depend_on_the_executor(runtime: Runtime) -> None:
    run = flow_of(bodies.facts).create_run(run_id="the-run", runtime=runtime)
    assert (await run.start(1)).output["idempotency_key"] == "e15400ad8011f08bbad133774363059d"


async def test_items_and_turns_know_their_number(runtime: Runtime) -> None:
    each = Workflow("each").foreach(bodies.facts, concurrency=2).commit()
    items = (await each.run([1, 2], runtime=runtime)).output
    assert [(item["index"], item["path"]) for item in items] == [(0, ("facts#0",)), (1, ("facts#1",))]
    loop = Workflow("loop").dountil(bodies.double, lambda n: n > 5).map(lambda n: n).dowhile(bodies.facts, no).commit()
    assert (await loop.run(1, runtime=runtime)).output["iteration"] == 1


def no(value: Any) -> bool:
    return False


async def test_results_and_the_workflows_input_can_be_looked_at(runtime: Runtime) -> None:
    flow = flow_of(bodies.price, Step(bodies.total_of, id="total"), bodies.look_back)
    bill = Bill(Order(items=["a"]), 10)
    assert (await flow.run(Order(items=["a"]), runtime=runtime)).output == {
        "by id": bill,
        "by step": bill,
        "never ran": None,
        "input": Order(items=["a"]),
    }


async def test_a_function_of_the_module_may_look_for_the_body(runtime: Runtime) -> None:
    flow = flow_of(bodies.price, Step(bodies.total_of, id="total"), bodies.look_back_with_help)
    result = await flow.run(Order(items=["a"]), runtime=runtime)
    assert result.output == (Bill(Order(items=["a"]), 10), Order(items=["a"]))


# ------------------------------------------------------------------ what it sets


async def test_state_is_the_validated_model_and_can_be_set(runtime: Runtime) -> None:
    flow = flow_of(bodies.approve, state=Totals)
    result = await flow.create_run(runtime=runtime).start(2, state={"approved": "1"})
    assert result.output == 1
    assert result.state == Totals(approved=3, names=("Totals",))


async def test_plain_state_is_a_dict_to_be_read(runtime: Runtime) -> None:
    result = await outcome(runtime, 2, bodies.change_plain_state, state={"count": 1})
    assert "set_state(count=...)" in result.output
    assert result.state == {"count": 3}


async def test_state_that_does_not_fit_fails_the_step(runtime: Runtime) -> None:
    flow = flow_of(bodies.misuse_state, state=Totals)
    result = await flow.create_run(runtime=runtime).start(1)
    assert isinstance(result.error, StateInvalid)
    assert result.error.issues[0].path == ("approved",)
    assert result.state == Totals()


async def test_the_request_can_be_read_and_changed(runtime: Runtime) -> None:
    bag = {"list": [1], "gone": 1, "token": "secret", "kept": Order(items=[])}
    run = flow_of(bodies.use_request, Step(bodies.request_keys, id="keys")).create_run(runtime=runtime)
    result = await run.start(2, request=bag)
    assert result.steps["use_request"].output == bag
    assert result.output == {"kept": Order(items=[]), "list": [1, 2], "seen": sorted(bag), "token": "secret"}
    recorded = [event.data.get("request", {}) for event in runtime.log_of(run.run_id).events]
    assert {key for keys in recorded for key in keys} == {"list", "gone", "kept", "seen"}


async def test_only_what_the_body_changed_of_the_request_is_recorded(runtime: Runtime) -> None:
    run = flow_of(bodies.use_request).create_run(runtime=runtime)
    await run.start(2, request={"list": [1], "gone": 1, "kept": 1})
    end = next(event for event in runtime.log_of(run.run_id).events if event.type == "step-succeeded")
    assert set(end.data["request"]) == {"seen", "list"}
    assert end.data["request_deleted"] == ["gone"]


async def test_what_a_failing_body_set_is_dropped(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.set_then_fail, Step(bodies.request_keys, id="keys"))
    assert result.state == {"try1": True}
    assert result.output == {"try1": True}
    assert result.steps["set_then_fail"].attempts == 2


# ------------------------------------------------------------------ how it ends


async def test_a_body_can_suspend_and_is_answered(runtime: Runtime) -> None:
    run = flow_of(bodies.ask).create_run(runtime=runtime)
    waiting = await run.start(3)
    assert waiting.status == "suspended"
    assert waiting.suspend_payload == {("ask",): {"n": 3}}
    assert set(waiting.resume_labels) == {"manager", "boss"}
    assert waiting.steps["ask"].suspend_output == "so far"
    assert waiting.state == {"asked": True}
    answered = await run.resume(0, label="boss")
    assert answered.output == {"answer": 0, "question": {"n": 3}}


async def test_a_suspension_that_a_body_swallows_counts_all_the_same(runtime: Runtime) -> None:
    assert (await outcome(runtime, 1, bodies.ask_and_swallow)).status == "suspended"


async def test_a_question_that_does_not_fit_fails_the_step(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.ask_wrongly)
    assert isinstance(result.error, SuspendPayloadInvalid)


async def test_a_body_can_end_its_workflow_early(runtime: Runtime) -> None:
    result = await outcome(runtime, 2, bodies.leave, bodies.double)
    assert (result.status, result.output) == ("success", {"early": 2})


async def test_a_body_can_cancel_its_run(runtime: Runtime) -> None:
    result = await outcome(runtime, 2, bodies.stop_everything, bodies.double)
    assert result.status == "canceled"
    assert "double" not in result.steps


async def test_a_body_that_takes_too_long_fails_with_its_timeout(runtime: Runtime) -> None:
    slow = Step(bodies.take_too_long.fn, id="slow", timeout=0.05)
    result = await outcome(runtime, 2, slow)
    assert isinstance(result.error, StepTimeout)


# ------------------------------------------------------------------ what it says


async def test_what_a_body_says_stands_in_the_log_in_order(runtime: Runtime) -> None:
    assert await told(runtime, 1, bodies.tell) == [
        ("step-output", {"output": {"chunk": 1}}),
        ("mine", {"type": "mine", "n": 1}),
        ("step-output", {"output": "last"}),
        ("step-succeeded", {"output": 1}),
    ]


async def test_what_a_body_said_before_it_failed_is_kept(runtime: Runtime) -> None:
    kinds = [(kind, data.get("output")) for kind, data in await told(runtime, 1, bodies.tell_then_fail)]
    assert kinds == [("step-output", "before"), ("step-failed", None)]


async def test_what_a_body_prints_appears_where_the_run_is(runtime: Runtime, capsys: Any) -> None:
    assert (await outcome(runtime, 1, bodies.speak)).output == 1
    assert tuple(capsys.readouterr()) == ("out 1\n", "err 1\n")


async def test_what_a_body_prints_is_kept_with_the_step_in_a_kernel(runtime: Runtime) -> None:
    printing.install(printing.Pins(None))
    try:
        events = await told(runtime, 1, bodies.speak)
    finally:
        printing.uninstall()
    printed = "".join(data["text"] for kind, data in events if kind == "step-printed")
    assert printed == "out 1\nerr 1\n"


# ------------------------------------------------------------------ errors


async def test_an_error_comes_back_as_itself(runtime: Runtime) -> None:
    error = (await outcome(runtime, 7, bodies.fail_awkwardly)).error
    assert isinstance(error, Awkward)
    assert (error.args, error.code, str(error)) == (("second (7)",), 7, "second (7)")
    assert error.__notes__ == ["while testing"]
    assert error.__cause__ is error.__context__
    assert repr(error.__cause__) == "KeyError('first')"
    group = vars(error)["group"]
    assert isinstance(group, ExceptionGroup)
    assert [type(each) for each in group.exceptions] == [ValueError, Awkward]
    assert group.exceptions[1].code == 2


async def test_the_log_of_a_failure_shows_where_the_body_failed(runtime: Runtime, caplog: Any) -> None:
    await outcome(runtime, 7, bodies.fail_awkwardly)
    assert "in fail_awkwardly" in caplog.text
    assert "while testing" in caplog.text


async def test_an_executor_still_works_after_an_awkward_error(runtime: Runtime) -> None:
    await outcome(runtime, 7, bodies.fail_awkwardly)
    assert (await outcome(runtime, 4, bodies.double)).output == 8


async def test_a_trip_wire_trips_the_run(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.trip)
    assert result.status == "tripwire"
    assert isinstance(result.tripwire, TripWire)
    assert (result.tripwire.reason, result.tripwire.retry, result.tripwire.metadata) == ("enough", True, {"n": (1,)})


async def test_an_error_that_is_final_stops_the_retries(runtime: Runtime) -> None:
    result = await outcome(runtime, 1, bodies.give_up)
    assert isinstance(result.error, NonRetryableError)
    assert result.steps["give_up"].attempts == 1


async def test_a_body_that_raises_stop_iteration_fails_and_does_not_hang(runtime: Runtime) -> None:
    error = (await outcome(runtime, 1, bodies.run_dry)).error
    assert repr(error) == """RuntimeError("a step's body raised StopIteration")"""
    assert error is not None
    assert isinstance(error.__cause__, StopIteration)


# ------------------------------------------------------------------ whose executor


class Counting(Executor):
    """Hands all work on to another executor, and counts it."""

    def __init__(self, base: Executor) -> None:
        self.base = base
        self.count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        return self.base.submit(fn, *args, **kwargs)


async def test_a_steps_own_executor_comes_before_the_runtimes(executor: Executor) -> None:
    own, of_all = Counting(executor), Counting(executor)
    special = Step(bodies.double.fn, id="special", executor=own)
    async with Runtime(engine="direct", executor=of_all) as runtime:
        result = await flow_of(bodies.double, special, bodies.approve).run(1, runtime=runtime)
    assert (result.status, own.count, of_all.count) == ("success", 1, 2)


@pytest.mark.parametrize("engine", ["direct", "evented"])
async def test_both_engines_run_bodies_on_it(engine: Any, executor: Any) -> None:
    async with Runtime(engine=engine, store=MemoryStore(), executor=executor) as rt:
        result = await Workflow("flow").foreach(bodies.double, concurrency=4).commit().run([1, 2, 3], runtime=rt)
    assert result.output == [2, 4, 6]
