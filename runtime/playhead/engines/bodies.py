"""Bodies: run a step, map or sleep once, and record how it ended."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from playhead.codec.errors import dump_error
from playhead.codec.tracebacks import carried_traceback
from playhead.codec.values import dump
from playhead.definition.entries import MapEntry
from playhead.definition.signals import only_signals
from playhead.definition.step import Step
from playhead.engines.call import Call
from playhead.errors import NonRetryableError, StepTimeout, TripWire
from playhead.executors.errand import Errand
from playhead.executors.port import run_on
from playhead.machine import events as E
from playhead.machine.payload import Encoded
from playhead.machine.retry import retry_at

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from playhead.engines.driver import Driver

_log = logging.getLogger("playhead")


async def run_leaf(driver: Driver, call: Call, value: Any) -> None:
    """Run the body of ``call`` with ``value``, and record its end: success, failure, a retry, a suspension.

    Records nothing if the runtime is being left: the step counts as lost in flight and will be run again.
    """
    try:
        end = _ended(call, await _run(driver, call, value))
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and driver.stopping:
            raise
        end = _raised(driver, call, error)
    call.flush_printed()
    if driver.is_open(call.path):
        type, data = _canceled(end) if driver.cancellation.is_set() else end
        driver.finish(type, call.path, data)


def _run(driver: Driver, call: Call, value: Any) -> Awaitable[Any]:
    work = call.work
    if isinstance(work, MapEntry):
        built: Awaitable[Any] = work.build(value, call.context())
        return built
    if not work.is_async:
        running: Awaitable[Any] = _on_executor(driver, work, call, value)
    else:  # A context is made for those who ask for one.
        running = work.body(value, call.context() if work.context_name is not None else None)
    return running if work.timeout is None else _limited(work, work.timeout, running)


async def _limited(work: Step[Any, Any], seconds: float, running: Awaitable[Any]) -> Any:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await running
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise StepTimeout(work.id, seconds) from error


async def _on_executor(driver: Driver, work: Step[Any, Any], call: Call, value: Any) -> Any:
    executor = work.executor or driver.env.executor
    result = await run_on(executor, Errand(work, value, call.context()))
    return await result if asyncio.iscoroutine(result) else result


def _ended(call: Call, output: Any) -> tuple[str, dict[str, Any]]:
    """The body returned; if it had asked to suspend, and something swallowed the signal, it is suspended."""
    if call.suspension is not None:
        return E.STEP_SUSPENDED, {**call.suspension, **call.changes()}
    if call.bailed is not None:
        return E.STEP_SUCCEEDED, {"output": call.bailed, "bail": True, **call.changes()}
    payload = output if isinstance(output, Encoded) else dump(output, "output")  # encoded where the body ran
    return E.STEP_SUCCEEDED, {"output": payload, **call.changes()}


def _raised(driver: Driver, call: Call, error: BaseException) -> tuple[str, dict[str, Any]]:
    if only_signals(error):
        try:
            return _ended(call, None)
        except Exception as refused:  # noqa: BLE001  # whatever refused to be stored is the step's failure
            error = refused
    return failure(driver, call, error)


def failure(driver: Driver, call: Call, error: BaseException) -> tuple[str, dict[str, Any]]:
    """A failed try: the step waits for the next one, or has failed."""
    if driver.cancellation.is_set():
        return E.STEP_FAILED, failure_data(error)
    record = driver.snapshot.records.get(call.path)
    attempt = record.attempt if record else 0
    if isinstance(call.work, Step):
        again = retry_at(call.work, call.owner, attempt, error, driver.env.clock.now())
        if again is not None:
            return E.STEP_WAITING, {"until": again, "error": dump_error(error), "attempt": attempt + 1}
    carried = carried_traceback(error)  # where it was raised in another process; our own frames would tell nothing
    _log.error(
        "Error executing step workflow.%s.step.%s: %s",
        call.owner.id,
        "/".join(call.path),
        carried or error,
        exc_info=None if carried else error,
    )
    return E.STEP_FAILED, failure_data(error)


def failure_data(error: BaseException) -> dict[str, Any]:
    """Event data of a failure."""
    data: dict[str, Any] = {"error": dump_error(error)}
    if isinstance(error, TripWire):
        data["tripped"] = True
    if isinstance(error, NonRetryableError):
        data["non_retryable"] = True
    return data


def _canceled(end: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """A body that ended while its run was being cancelled keeps its output or error, under that status."""
    return E.STEP_CANCELED, {key: value for key, value in end[1].items() if key in ("output", "error")}
