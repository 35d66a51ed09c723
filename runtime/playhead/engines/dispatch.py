"""Dispatch: turn one command into what is recorded at once and what is to be run.

Each ``take`` says whether more can be decided at once; a command that is under way already changes nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from playhead.codec.values import load
from playhead.definition.callables import Function
from playhead.definition.entries import ForeachEntry, LoopEntry, MapEntry, SleepEntry
from playhead.definition.schema import Invalid
from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.engines.bodies import failure_data, run_leaf
from playhead.engines.call import Call
from playhead.engines.callbacks import has_callbacks, nested_callbacks
from playhead.engines.effects import moment_of_sleep, seconds_of_sleep
from playhead.engines.inputs import validated
from playhead.errors import InputInvalid, MappingFailed, WorkflowError
from playhead.machine import events as E
from playhead.machine.decide import Begin, Close, Command, End, JudgeBranch, JudgeLoop, Wake
from playhead.machine.events import Path, Source
from playhead.machine.payload import Payload
from playhead.machine.snapshot import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from playhead.engines.driver import Driver

_CLOSED = {
    Status.SUCCESS: E.STEP_SUCCEEDED,
    Status.FAILED: E.STEP_FAILED,
    Status.SUSPENDED: E.STEP_SUSPENDED,
    Status.CANCELED: E.STEP_CANCELED,
}
_ENDED = {
    Status.SUCCESS: E.RUN_SUCCEEDED,
    Status.FAILED: E.RUN_FAILED,
    Status.TRIPWIRE: E.RUN_TRIPPED,
    Status.SUSPENDED: E.RUN_SUSPENDED,
    Status.CANCELED: E.RUN_CANCELED,
}


def take(driver: Driver, command: Command) -> bool:
    """Do what can be done at once, queue the rest; whether more can be decided now."""
    kind = type(command)
    if command.key in driver.flights.items and kind is not Close and kind is not End:
        return False
    return _TAKERS[kind](driver, command)


def _take_begin(driver: Driver, command: Begin) -> bool:
    if command.not_before is not None and command.not_before > driver.env.clock.now():
        driver.flights.launch(command.path, partial(_delay, driver, command.not_before))
        return False
    work: Any = command.work  # of the type that its beginner is for
    beginner = _BEGINNERS.get(type(work))
    return _begin_validated(driver, command, work) if beginner is None else beginner(driver, command, work)


def _take_wake(driver: Driver, command: Wake) -> bool:
    driver.flights.launch(command.path, partial(_wake, driver, command))
    return False


def _take_branch(driver: Driver, command: JudgeBranch) -> bool:
    driver.flights.launch(command.key, partial(_judge_branch, driver, command))
    return False


def _take_loop(driver: Driver, command: JudgeLoop) -> bool:
    driver.flights.launch(command.path, partial(_judge_loop, driver, command))
    return False


def _take_close(driver: Driver, command: Close) -> bool:
    data: dict[str, Any] = {}
    if command.output is not None:
        data["output"] = command.output
    if command.error_at is not None:
        failed = driver.snapshot.records[command.error_at]
        data |= {"error_at": list(command.error_at), "tripped": failed.tripped}
        data["non_retryable"] = failed.non_retryable
    if command.bail:
        data["bail"] = True
    driver.finish(_CLOSED[command.status], command.path, data)
    if has_callbacks(driver.workflow, command.path):
        driver.flights.launch((*command.path, "callbacks"), partial(nested_callbacks, driver, command.path))
    return True


def _take_end(driver: Driver, command: End) -> bool:
    data: dict[str, Any] = {}
    if command.output is not None:
        data["output"] = command.output
    if command.error_at is not None:
        data["error_at"] = list(command.error_at)
    driver.note(_ENDED[command.status], (), data)
    return True


# -- beginning ---------------------------------------------------------------------------------------------


def _started(driver: Driver, command: Begin, kind: str, input: Payload | Source | None, **more: Any) -> None:
    data: dict[str, Any] = {"kind": kind}
    if more:
        data |= more
    if input is not None:
        data["input"] = input
    if command.entry is not None:
        data["entry"] = command.entry
    if command.index is not None:
        data["index"] = command.index
    if command.iteration is not None:
        data["iteration"] = command.iteration
    if command.attempt:
        data["attempt"] = command.attempt
    driver.note(E.STEP_STARTED, command.path, data)


def _failed(driver: Driver, path: Path, error: BaseException) -> None:
    driver.finish(E.STEP_FAILED, path, failure_data(error))


def _begin_validated(driver: Driver, command: Begin, work: Step[Any, Any] | MapEntry | Workflow[Any, Any]) -> bool:
    """A step, a map, or a nested workflow: its input is checked before it counts as begun."""
    path = command.path
    kind = "step" if isinstance(work, Step) else "map" if isinstance(work, MapEntry) else "workflow"
    try:
        value, recorded = _input(driver, command)
    except InputInvalid as error:
        _started(driver, command, kind, command.source)
        _failed(driver, path, error)
        return True
    _started(driver, command, kind, recorded)
    if isinstance(work, Workflow):
        return True
    call = Call(driver, command.owner, path, work)
    grace = work.cancel_grace if isinstance(work, Step) else None
    driver.flights.launch(path, partial(run_leaf, driver, call, value), call, grace)
    return False


def _input(driver: Driver, command: Begin) -> tuple[Any, Any]:
    if command.source is None:
        return driver.lists.load(driver.snapshot.records[command.path].input), None
    raw = driver.lists.load_from(driver.snapshot, command.source)
    if not command.owner.validate or not isinstance(command.work, (Step, Workflow)):
        return raw, command.source
    try:
        return validated(driver.snapshot, command.source, raw, command.work.input)
    except Invalid as error:
        subject = f"input of step {'/'.join(command.path)!r} (step input validation failed)"
        raise InputInvalid(error.issues, subject=subject) from error


def _begin_loop(driver: Driver, command: Begin, _: LoopEntry) -> bool:
    _started(driver, command, "loop", command.source)
    return True


def _begin_foreach(driver: Driver, command: Begin, foreach: ForeachEntry) -> bool:
    known = driver.snapshot.records.get(command.path)
    whole = known.input if known and command.source is None else driver.snapshot.resolve(command.source)
    try:
        total = driver.lists.split(whole) if whole is not None else 0
    except InputInvalid as error:
        _started(driver, command, "foreach", command.source)
        _failed(driver, command.path, error)
        return True
    if isinstance(foreach.concurrency, Function):
        driver.flights.launch(command.path, partial(_judge_width, driver, command, foreach.concurrency, whole, total))
        return False
    _started(driver, command, "foreach", command.source, width=foreach.concurrency, total=total)
    return True


async def _judge_width(driver: Driver, command: Begin, function: Function, whole: Any, total: int) -> None:
    call = Call(driver, command.owner, command.path, command.work)
    try:
        width = await function.call(load(whole), call.context())
        if isinstance(width, bool) or not isinstance(width, int) or width < 1:
            raise WorkflowError(
                f"The concurrency of foreach {command.path[-1]!r} came out as {width!r}; "
                "it must be a whole number of at least 1."
            )
    except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
        _started(driver, command, "foreach", command.source, width=1, total=total)
        _failed(driver, command.path, error)
        return
    driver.flights.release(command.path)
    _started(driver, command, "foreach", command.source, width=width, total=total)


def _begin_sleep(driver: Driver, command: Begin, sleep: SleepEntry) -> bool:
    if isinstance(sleep.duration, Function):
        driver.flights.launch(command.path, partial(_judge_sleep, driver, command, sleep, sleep.duration))
        return False
    _waiting(driver, command, sleep, sleep.duration)
    return True


async def _judge_sleep(driver: Driver, command: Begin, sleep: SleepEntry, function: Function) -> None:
    source = command.source
    value = driver.lists.load(driver.snapshot.resolve(source))
    call = Call(driver, command.owner, command.path, sleep)
    try:
        _waiting(driver, command, sleep, await function.call(value, call.context()))
    except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
        _started(driver, command, "sleep", source)
        _failed(driver, command.path, error)


def _waiting(driver: Driver, command: Begin, sleep: SleepEntry, duration: Any) -> None:
    now = driver.env.clock.now()
    if sleep.until:
        until = moment_of_sleep(duration, sleep.id)
    else:
        until = now + seconds_of_sleep(duration, sleep.id)
    data: dict[str, Any] = {"kind": "sleep", "until": until}
    if command.entry is not None:
        data["entry"] = command.entry
    if command.source is not None:
        data["input"] = command.source
    driver.flights.release(command.path)
    driver.note(E.STEP_WAITING, command.path, data)


# -- waiting and judging -----------------------------------------------------------------------------------


async def _delay(driver: Driver, until: float) -> None:
    await driver.env.clock.sleep_until(until)


async def _wake(driver: Driver, command: Wake) -> None:
    await driver.env.clock.sleep_until(command.until)
    driver.finish(E.STEP_SUCCEEDED, command.path, {"output": Source("input", command.path)})


async def _judge_branch(driver: Driver, command: JudgeBranch) -> None:
    branch = command.branch
    payload = driver.snapshot.resolve(command.source)
    chosen = []
    for condition, body in zip(branch.conditions, branch.bodies, strict=True):
        call = Call(driver, driver.owner_at(command.path), (*command.path, body.id), branch)
        value = load(payload) if payload is not None else None
        try:
            if await condition.call(value, call.context()):
                chosen.append(body.id)
        except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
            # The arm takes the blame, so that a person can see which condition it was.
            failing = Begin((*command.path, body.id), body, call.owner, command.source, command.entry)
            driver.note(E.BRANCH_DECIDED, command.path, {"entry": command.entry, "arms": [body.id]})
            _started(driver, failing, "step", command.source)
            _failed(driver, failing.path, _named(error, f"The condition of arm {body.id!r}"))
            return
    driver.flights.release(command.key)
    driver.note(E.BRANCH_DECIDED, command.path, {"entry": command.entry, "arms": chosen})


async def _judge_loop(driver: Driver, command: JudgeLoop) -> None:
    path = command.path
    record = driver.snapshot.records[path]
    call = Call(driver, driver.owner_at(path[:-1]), path, command.loop)
    try:
        value = load(record.output) if record.output is not None else None
        truth = bool(await command.loop.condition.call(value, call.context()))
    except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
        _failed(driver, path, _named(error, f"The condition of loop {record.step_id!r}"))
        return
    driver.flights.release(path)
    driver.note(E.LOOP_DECIDED, path, {"again": truth is not command.loop.until})


def _named(error: Exception, where: str) -> Exception:
    if not isinstance(error, MappingFailed):
        error.add_note(f"{where} raised this.")
    return error


_BEGINNERS: dict[type, Callable[[Driver, Begin, Any], bool]] = {
    SleepEntry: _begin_sleep,
    ForeachEntry: _begin_foreach,
    LoopEntry: _begin_loop,
}
_TAKERS: dict[type, Callable[[Driver, Any], bool]] = {
    Begin: _take_begin,
    Wake: _take_wake,
    JudgeBranch: _take_branch,
    JudgeLoop: _take_loop,
    Close: _take_close,
    End: _take_end,
}
