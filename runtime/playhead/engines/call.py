"""A call: one execution of one body, as the context sees it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Generator, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from playhead.codec.values import dump, load
from playhead.definition.context import Context, StateView
from playhead.definition.request import RequestContext
from playhead.definition.schema import Invalid, Schema
from playhead.definition.signals import BailSignal, SuspendSignal
from playhead.definition.step import Step
from playhead.errors import StateInvalid, SuspendPayloadInvalid, WorkflowError
from playhead.machine import events as E
from playhead.machine.events import Path
from playhead.machine.snapshot import Snapshot, Status

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from playhead.definition.workflow import Workflow
    from playhead.engines.driver import Driver

#: The call whose body is running here; printed text finds its step through it, in threads too.
CURRENT_CALL: ContextVar[Call | None] = ContextVar("playhead_current_call", default=None)

#: Types of events that a body may not send as its own.
RESERVED = ("run-", "step-", "item-", "branch-", "loop-")

_log = logging.getLogger("playhead")


class Call:
    """What an engine lends to one execution of one body; collects what the body asks for."""

    def __init__(self, driver: Driver, owner: Workflow[Any, Any], path: Path, work: Any) -> None:
        self.driver = driver
        self.owner = owner
        self.path = path
        self.work = work
        self.snapshot: Snapshot = driver.snapshot
        self.updates: dict[str, Any] = {}
        self.suspension: dict[str, Any] | None = None
        self.bailed: Any = None
        self._request: RequestContext | None = None
        self._printed: list[str] = []

    @property
    def request(self) -> RequestContext:
        """The request context as this body sees and changes it."""
        if self._request is None:
            self._request = RequestContext(*self.driver.request_parts(self.snapshot))
        return self._request

    def context(self) -> Context[Any]:
        """What the body gets, if it asks for it: most do without."""
        record = self.snapshot.records.get(self.path)
        driver = self.driver
        return Context(
            self,
            run_id=self.snapshot.run_id,
            workflow_id=self.owner.id,
            resource_id=self.snapshot.resource_id,
            path=self.path,
            attempt=record.attempt if record else 0,
            iteration=record.iteration if record else None,
            index=record.index if record else None,
            resume_data=load(record.resume_data) if record and record.resumed and record.resume_data else None,
            resumed=bool(record and record.resumed),
            restarted=bool(record and record.restarted),
            resources=driver.env.resources,
            cancelled=driver.cancellation,
        )

    @property
    def idempotency_key(self) -> str:
        """See `Context`."""
        return idempotency_key(self.snapshot, self.path)

    @property
    def started_at(self) -> datetime:
        """See `Context`."""
        record = self.snapshot.records.get(self.path)
        at = record.started_at if record is not None else None
        return datetime.fromtimestamp(self.snapshot.updated_at if at is None else at, UTC)

    # -- state -------------------------------------------------------------------------------------------------

    @property
    def _state_schema(self) -> Schema | None:
        return getattr(self.work, "state", None) or self.owner.state

    def _state_values(self) -> dict[str, Any]:
        return {key: load(payload) for key, payload in self.snapshot.state.items()}

    def state(self) -> Any:
        values = self._state_values()
        schema = self._state_schema
        if schema is None or not self.owner.validate:
            return StateView(values)
        try:
            return schema.validate(values)
        except Invalid as error:
            raise StateInvalid(error.issues) from None

    def set_state(self, updates: Mapping[str, Any]) -> None:
        schema = self._state_schema
        if schema is not None and self.owner.validate:
            present = {key: load(payload) for key, payload in {**dict(self.snapshot.state), **self.updates}.items()}
            updates = _checked_state(schema, present, updates)
        for key, value in updates.items():
            self.updates[key] = dump(value, f"state.{key}")

    # -- looking around ----------------------------------------------------------------------------------------

    def input_data(self) -> Any:
        scope = self.path[:-1]
        payload = self.snapshot.records[scope].input if scope else self.snapshot.input
        return None if payload is None else load(payload)

    def result_of(self, step_id: str) -> Any:
        record = self.driver.snapshot.records.get((*self.path[:-1], step_id))
        if record is None or record.status is not Status.SUCCESS or record.output is None:
            return None
        return load(record.output)

    def suspend_data(self) -> Any:
        record = self.snapshot.records.get(self.path)
        return load(record.suspend_payload) if record and record.suspend_payload is not None else None

    # -- ending ------------------------------------------------------------------------------------------------

    def suspend(self, payload: Any, labels: tuple[str, ...], output: Any) -> NoReturn:
        self._must_be_a_step("suspend")
        schema = self.work.suspend
        if schema is not None and self.owner.validate:
            try:
                payload = schema.validate(payload)
            except Invalid as error:
                raise SuspendPayloadInvalid(error.issues) from None
        self.suspension = {"payload": dump(payload, "suspend payload"), "labels": list(labels)}
        if output is not None:
            self.suspension["output"] = dump(output, "suspend output")
        raise SuspendSignal

    def bail(self, output: Any) -> NoReturn:
        self._must_be_a_step("bail")
        self.bailed = dump(output, "bail output")
        raise BailSignal

    def _must_be_a_step(self, what: str) -> None:
        if not isinstance(self.work, Step):
            raise WorkflowError(f"Only a step can {what}: {'/'.join(self.path)} is a condition, mapping or sleep.")

    def cancel(self) -> None:
        self.driver.on_loop(self.driver.request_cancel)

    # -- telling -----------------------------------------------------------------------------------------------

    def write(self, chunk: Any, keep: bool) -> Awaitable[None]:
        return self._tell(E.STEP_OUTPUT, {"output": dump(chunk, "chunk")}, keep)

    def emit(self, event: Any, keep: bool) -> Awaitable[None]:
        kind = event.get("type") if isinstance(event, Mapping) else None
        if not isinstance(kind, str) or not kind or kind.startswith(RESERVED):
            raise WorkflowError(
                f"ctx.emit() takes a dict with a 'type' of your own (not beginning with {', '.join(RESERVED)}), "
                f"got {event!r}."
            )
        return self._tell(E.STEP_EMITTED, {"type": kind, "event": dump(dict(event), "event")}, keep)

    def printed(self, text: str) -> None:
        """Text the body printed; what gathers within one turn of the loop becomes one event."""
        self._printed.append(text)
        if len(self._printed) == 1:
            self.driver.on_loop(self._flush_soon)

    def _flush_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self.flush_printed)

    def flush_printed(self) -> None:
        """Record the printed text that has gathered; called before whatever is recorded next of the body, too."""
        if not self._printed:
            return
        text, self._printed = "".join(self._printed), []
        if text and self.driver.is_open(self.path):
            self.driver.record(E.STEP_PRINTED, self.path, {"text": text})

    def _tell(self, type: str, data: dict[str, Any], keep: bool) -> Awaitable[None]:
        written: Future[None] = Future()

        def tell() -> None:
            self.flush_printed()
            self.driver.tell(type, self.path, data, keep, written)

        self.driver.on_loop(tell)
        return Written(written)

    def span(self) -> Span:
        if self.driver.spans is not None:
            return self.driver.spans.span(self.path)
        # OpenTelemetry is imported when a body asks for its span: `import playhead` has to stay quick.
        from opentelemetry import trace

        return trace.get_current_span()

    # -- what changed ------------------------------------------------------------------------------------------

    def changes(self) -> dict[str, Any]:
        """What the body set in state and request, as event data."""
        data: dict[str, Any] = {}
        if self.updates:
            data["state"] = dict(self.updates)
        if self._request is None:
            return data
        touched = self.driver.keep_transient(self.request)
        changed = {key: dump(value, f"request.{key}") for key, value in touched.items()}
        stored = self.snapshot.request
        changed = {key: payload for key, payload in changed.items() if stored.get(key) != payload}
        if changed:
            data["request"] = changed
        deleted = sorted(key for key in self.request.deleted() if key in stored)
        if deleted:
            data["request_deleted"] = deleted
        return data


class Written(Awaitable[None]):
    """What `Context.write` gives: await it for back-pressure, ``wait`` for it in a thread, or let it be."""

    def __init__(self, future: Future[None]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, None]:
        return asyncio.wrap_future(self._future).__await__()

    def wait(self, timeout: float | None = None) -> None:
        """Block this thread until the chunk is in the log, or ``timeout`` seconds."""
        self._future.result(timeout)


def _checked_state(schema: Schema, present: Mapping[str, Any], updates: Mapping[str, Any]) -> dict[str, Any]:
    try:
        checked = schema.validate({**present, **updates})
    except Invalid as error:
        raise StateInvalid(error.issues) from None
    fields = checked if isinstance(checked, Mapping) else vars(checked)
    return {key: fields.get(key, value) for key, value in updates.items()}


def idempotency_key(snapshot: Snapshot, path: Path) -> str:
    """The same for every try of ``path`` in this generation of the run, in every process."""
    text = "\x1f".join((snapshot.run_id, str(snapshot.generation), *path))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
