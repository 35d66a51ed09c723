"""The context: what a step body can see and do, beside its input."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from playhead.definition.request import RequestContext

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from playhead.definition.node import Node

S = TypeVar("S")


class Cancelled(Protocol):
    """Tells a body that its run is being cancelled: poll it, await it, or wait for it from a thread."""

    def is_set(self) -> bool:
        """Whether the run is being cancelled."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Block a thread until the run is cancelled, or ``timeout`` seconds; whether it is cancelled."""
        ...

    def __await__(self) -> Any:
        """Wait on the event loop until the run is cancelled."""
        ...


class Call(Protocol):
    """What an engine lends to one execution of one body."""

    def state(self) -> Any: ...
    def set_state(self, updates: Mapping[str, Any]) -> None: ...
    def input_data(self) -> Any: ...
    def result_of(self, step_id: str) -> Any: ...
    def suspend_data(self) -> Any: ...
    def suspend(self, payload: Any, labels: tuple[str, ...], output: Any) -> NoReturn: ...
    def bail(self, output: Any) -> NoReturn: ...
    def cancel(self) -> None: ...
    def write(self, chunk: Any, keep: bool) -> Awaitable[None]: ...
    def emit(self, event: Mapping[str, Any], keep: bool) -> Awaitable[None]: ...
    def printed(self, text: str) -> None: ...

    # What few bodies ask for is made when it is asked for.
    @property
    def request(self) -> RequestContext: ...
    @property
    def idempotency_key(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    def span(self) -> Span: ...


class Context(Generic[S]):
    """What a step body can see and do.

    run_id, workflow_id, resource_id, step_id:
        Where the body runs.
    path:
        The place in the run, such as ``("outer", "fetch#3")``.
    attempt:
        0 for the first try, 1 for the first retry, ...
    iteration, index:
        The turn of a loop, from 1; the item of a foreach, from 0; else None.
    resume_data, resumed:
        The answer to an earlier ``suspend``, and whether there is one (falsy answers count).
    restarted:
        True if this body was in flight when a process died and now runs again, as the same attempt: its side
        effects may have happened already. A step that has finished is never run again.
    request, resources:
        The bag passed as ``request=``, and the live objects of ``Runtime(resources=...)``.
    cancelled:
        Set when the run is being cancelled.
    idempotency_key:
        The same for every try of this place in this run, in every process; give it to services that can drop
        repeats. Time travel and forks get other keys: running again is what they are for.
    started_at:
        When this try began, an aware UTC datetime.
    logger:
        A logger named after the step.
    """

    def __init__(
        self,
        call: Call,
        *,
        run_id: str,
        workflow_id: str,
        resource_id: str | None,
        path: tuple[str, ...],
        attempt: int,
        iteration: int | None,
        index: int | None,
        resume_data: Any,
        resumed: bool,
        restarted: bool,
        resources: Mapping[str, Any],
        cancelled: Cancelled,
    ) -> None:
        self._call = call
        self.run_id = run_id
        self.workflow_id = workflow_id
        self.resource_id = resource_id
        self.path = path
        self.attempt = attempt
        self.iteration = iteration
        self.index = index
        self.resume_data = resume_data
        self.resumed = resumed
        self.restarted = restarted
        self.resources = resources
        self.cancelled = cancelled

    @property
    def request(self) -> RequestContext:
        """The bag passed as ``request=``."""
        return self._call.request

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this place in this run."""
        return self._call.idempotency_key

    @property
    def started_at(self) -> datetime:
        """When this try began."""
        return self._call.started_at

    @property
    def step_id(self) -> str:
        """The step's id."""
        return self.path[-1].partition("#")[0] if self.path else self.workflow_id

    @property
    def logger(self) -> logging.Logger:
        """A logger named ``playhead.<workflow>.<step>``."""
        return logging.getLogger(f"playhead.{self.workflow_id}.{self.step_id}")

    @property
    def state(self) -> S:
        """The state when this body began: the validated model, or a read-only dict. Change it by `set_state`."""
        state: S = self._call.state()
        return state

    def set_state(self, mapping: Mapping[str, Any] | None = None, **updates: Any) -> None:
        """Merge keys into the run's state when this body ends without error; a suspension keeps them too.

        Raises `StateInvalid` if the merged state does not fit the state schema.
        """
        self._call.set_state({**(mapping or {}), **updates})

    @property
    def input_data(self) -> Any:
        """The validated input of the workflow this step stands in."""
        return self._call.input_data()

    def result_of(self, step: str | Node) -> Any:
        """The output of another step of this workflow; None unless it succeeded."""
        return self._call.result_of(step if isinstance(step, str) else step.id)

    @property
    def suspend_data(self) -> Any:
        """What this step suspended with before; None on a first run."""
        return self._call.suspend_data()

    def suspend(self, payload: Any = None, *, label: str | list[str] | None = None, output: Any = None) -> NoReturn:
        """Stop here and ask; does not return. The step runs again from its start when somebody answers.

        ``payload`` is the question, ``label`` a name (or names) to answer by, ``output`` a preliminary result.
        """
        labels = (label,) if isinstance(label, str) else tuple(label or ())
        self._call.suspend(payload, labels, output)

    def bail(self, output: Any = None) -> NoReturn:
        """End the workflow this step stands in, with success and ``output``; does not return."""
        self._call.bail(output)

    def cancel(self) -> None:
        """Ask for the whole run to be cancelled; returns at once."""
        self._call.cancel()

    def write(self, chunk: Any, *, keep: bool = True) -> Awaitable[None]:
        """Send a chunk of output to whoever watches. ``keep=False``: only to those who watch now.

        Works from threads too, and never blocks; await the result for back-pressure.
        """
        return self._call.write(chunk, keep)

    def emit(self, event: Mapping[str, Any], *, keep: bool = True) -> Awaitable[None]:
        """Send an event of your own; it appears in streams under ``event["type"]``."""
        return self._call.emit(event, keep)

    @property
    def span(self) -> Span:
        """The OpenTelemetry span of this attempt, for attributes of your own; on any thread of the body.

        Where no SDK is configured, it takes them and does nothing.
        """
        return self._call.span()

    def __repr__(self) -> str:
        return f"<Context of {'/'.join(self.path)} in run {self.run_id}>"


class StateView(Mapping[str, Any]):
    """A read-only dict, so that ``ctx.state["x"] = 1`` says what to do instead of being lost."""

    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self)["_values"] = dict(values)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setitem__(self, key: str, value: Any) -> NoReturn:
        raise TypeError(f"ctx.state is read-only: call ctx.set_state({key}=...) to change it.")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delitem__(self, key: str) -> NoReturn:
        raise TypeError(f"ctx.state is read-only and keys stay: call ctx.set_state({key}=None) instead.")

    def __eq__(self, other: object) -> bool:
        return dict(self._values) == (dict(other) if isinstance(other, Mapping) else other)

    __hash__ = None  # type: ignore[assignment]  # a mapping by value, as dict is

    def __repr__(self) -> str:
        return repr(self._values)
