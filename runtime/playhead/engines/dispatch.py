"""Dispatch: turn one command into what is recorded at once and what is to be run.

Each ``take`` says whether it made progress; a command that is under way already makes none.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

from playhead.codec.values import load
from playhead.definition.callables import Function
from playhead.definition.entries import ForeachEntry, LoopEntry, MapEntry, SleepEntry
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
from playhead.machine.snapshot import Status

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Launch:
    """A coroutine to start once what was recorded is committed. ``body``: it runs code of the user's step."""

    path: Path
    coroutine: Coroutine[Any, Any, None]
    body: bool = False
    grace: float | None = None


class Dispatch:
    """Takes the commands of one run."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.launches: list[Launch] = []

    def take(self, command: Command) -> bool:
        """Do what can be done at once, queue the rest; whether there was anything to do."""
        if command.key in self.driver.inflight and not isinstance(command, Close | End):
            return False
        self._take(command)
        return True

    def launch(self, path: Path, coroutine: Coroutine[Any, Any, None], **options: Any) -> None:
        self.driver.reserve(path)
        self.launches.append(Launch(path, coroutine, **options))

    @singledispatchmethod
    def _take(self, command: Command) -> None:
        raise TypeError(f"unknown command {command!r}")

    @_take.register
    def _(self, command: Begin) -> None:
        if command.not_before is not None and command.not_before > self.driver.env.clock.now():
            self.launch(command.path, self._delay(command.not_before))
            return
        work = command.work
        if isinstance(work, SleepEntry):
            self._begin_sleep(command, work)
        elif isinstance(work, ForeachEntry):
            self._begin_foreach(command, work)
        elif isinstance(work, LoopEntry):
            self._started(command, "loop", input=command.source)
        else:
            self._begin_validated(command)

    @_take.register
    def _(self, command: Wake) -> None:
        self.launch(command.path, self._wake(command))

    @_take.register
    def _(self, command: JudgeBranch) -> None:
        self.launch(command.key, self._judge_branch(command))

    @_take.register
    def _(self, command: JudgeLoop) -> None:
        self.launch(command.path, self._judge_loop(command))

    @_take.register
    def _(self, command: Close) -> None:
        driver = self.driver
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
            self.launch((*command.path, "callbacks"), nested_callbacks(driver, command.path))

    @_take.register
    def _(self, command: End) -> None:
        data: dict[str, Any] = {}
        if command.output is not None:
            data["output"] = command.output
        if command.error_at is not None:
            data["error_at"] = list(command.error_at)
        self.driver.record(_ENDED[command.status], **data)

    # -- beginning ---------------------------------------------------------------------------------------------

    def _started(self, command: Begin, kind: str, **data: Any) -> None:
        data |= {"entry": command.entry, "index": command.index, "iteration": command.iteration}
        if command.attempt:
            data["attempt"] = command.attempt
        data = {key: value for key, value in data.items() if value is not None}
        self.driver.record(E.STEP_STARTED, command.path, kind=kind, **data)

    def _failed(self, path: Path, error: BaseException) -> None:
        self.driver.finish(E.STEP_FAILED, path, failure_data(error))

    def _begin_validated(self, command: Begin) -> None:
        """A step, a map, or a nested workflow: its input is checked before it counts as begun."""
        work, driver = command.work, self.driver
        kind = "workflow" if isinstance(work, Workflow) else "map" if isinstance(work, MapEntry) else "step"
        try:
            value, recorded = self._input(command)
        except InputInvalid as error:
            self._started(command, kind, input=command.source)
            self._failed(command.path, error)
            return
        self._started(command, kind, input=recorded)
        if isinstance(work, Step | MapEntry):
            call = Call(driver, command.owner, command.path, work)
            grace = getattr(work, "cancel_grace", None)
            self.launch(command.path, run_leaf(driver, call, value), body=True, grace=grace)

    def _input(self, command: Begin) -> tuple[Any, Any]:
        driver = self.driver
        if command.source is None:
            return driver.lists.load(driver.snapshot.records[command.path].input), None
        raw = driver.lists.load(driver.snapshot.resolve(command.source))
        schema = getattr(command.work, "input", None) if command.owner.validate else None
        subject = f"input of step {'/'.join(command.path)!r} (step input validation failed)"
        return validated(driver.snapshot, command.source, raw, schema, subject)

    def _begin_foreach(self, command: Begin, foreach: ForeachEntry) -> None:
        driver = self.driver
        known = driver.snapshot.records.get(command.path)
        whole = known.input if known and command.source is None else driver.snapshot.resolve(command.source)
        try:
            total = driver.lists.split(whole) if whole is not None else 0
        except InputInvalid as error:
            self._started(command, "foreach", input=command.source)
            self._failed(command.path, error)
            return
        if isinstance(foreach.concurrency, Function):
            self.launch(command.path, self._judge_width(command, foreach.concurrency, whole, total))
        else:
            self._started(command, "foreach", input=command.source, width=foreach.concurrency, total=total)

    async def _judge_width(self, command: Begin, function: Function, whole: Any, total: int) -> None:
        call = Call(self.driver, command.owner, command.path, command.work)
        try:
            width = await function.call(load(whole), call.context)
            if isinstance(width, bool) or not isinstance(width, int) or width < 1:
                raise WorkflowError(
                    f"The concurrency of foreach {command.path[-1]!r} came out as {width!r}; "
                    "it must be a whole number of at least 1."
                )
        except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
            self._started(command, "foreach", input=command.source, width=1, total=total)
            self._failed(command.path, error)
            return
        self.driver.release(command.path)
        self._started(command, "foreach", input=command.source, width=width, total=total)

    def _begin_sleep(self, command: Begin, sleep: SleepEntry) -> None:
        if isinstance(sleep.duration, Function):
            self.launch(command.path, self._judge_sleep(command, sleep, sleep.duration))
        else:
            self._waiting(command, sleep, sleep.duration)

    async def _judge_sleep(self, command: Begin, sleep: SleepEntry, function: Function) -> None:
        driver = self.driver
        source = command.source
        value = driver.lists.load(driver.snapshot.resolve(source))
        call = Call(driver, command.owner, command.path, sleep)
        try:
            self._waiting(command, sleep, await function.call(value, call.context))
        except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
            self._started(command, "sleep", input=source)
            self._failed(command.path, error)

    def _waiting(self, command: Begin, sleep: SleepEntry, duration: Any) -> None:
        now = self.driver.env.clock.now()
        if sleep.until:
            until = moment_of_sleep(duration, sleep.id)
        else:
            until = now + seconds_of_sleep(duration, sleep.id)
        data: dict[str, Any] = {"kind": "sleep", "until": until}
        if command.entry is not None:
            data["entry"] = command.entry
        if command.source is not None:
            data["input"] = command.source
        self.driver.release(command.path)
        self.driver.record(E.STEP_WAITING, command.path, **data)

    # -- waiting and judging -----------------------------------------------------------------------------------

    async def _delay(self, until: float) -> None:
        await self.driver.env.clock.sleep_until(until)

    async def _wake(self, command: Wake) -> None:
        await self.driver.env.clock.sleep_until(command.until)
        self.driver.finish(E.STEP_SUCCEEDED, command.path, {"output": Source("input", command.path)})

    async def _judge_branch(self, command: JudgeBranch) -> None:
        driver, branch = self.driver, command.branch
        payload = driver.snapshot.resolve(command.source)
        chosen = []
        for condition, body in zip(branch.conditions, branch.bodies, strict=True):
            call = Call(driver, driver.owner_at(command.path), (*command.path, body.id), branch)
            value = load(payload) if payload is not None else None
            try:
                if await condition.call(value, call.context):
                    chosen.append(body.id)
            except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
                # The arm takes the blame, so that a person can see which condition it was.
                failing = Begin((*command.path, body.id), body, call.owner, command.source, command.entry)
                driver.record(E.BRANCH_DECIDED, command.path, entry=command.entry, arms=[body.id])
                self._started(failing, "step", input=command.source)
                self._failed(failing.path, _named(error, f"The condition of arm {body.id!r}"))
                return
        driver.release(command.key)
        driver.record(E.BRANCH_DECIDED, command.path, entry=command.entry, arms=chosen)

    async def _judge_loop(self, command: JudgeLoop) -> None:
        driver, path = self.driver, command.path
        record = driver.snapshot.records[path]
        call = Call(driver, driver.owner_at(path[:-1]), path, command.loop)
        try:
            value = load(record.output) if record.output is not None else None
            truth = bool(await command.loop.condition.call(value, call.context))
        except Exception as error:  # noqa: BLE001  # the user's function may raise anything; the place fails with it
            self._failed(path, _named(error, f"The condition of loop {record.step_id!r}"))
            return
        driver.release(path)
        driver.record(E.LOOP_DECIDED, path, again=truth is not command.loop.until)


def _named(error: Exception, where: str) -> Exception:
    if not isinstance(error, MappingFailed):
        error.add_note(f"{where} raised this.")
    return error
