"""Tracing: the log of a run as OpenTelemetry spans, for those who have configured an OpenTelemetry SDK.

A run is a span, with one for each step inside it, and one for each attempt inside that; nested workflows, loops
and foreaches are spans around their steps. They begin and end at the times of the events. A span cannot outlive
its process, so whoever takes the run up again begins another for it, in the same trace and under the first: where
that one is to be found stands in the log. No inputs and no outputs are exported.

Without an SDK nothing is imported and nothing is made.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from playhead.codec.errors import load_error, traceback_text
from playhead.machine import events as E
from playhead.machine.events import Event, Path
from playhead.machine.payload import Payload
from playhead.machine.snapshot import Record, Snapshot, ancestors
from playhead.stores.log import RunLog

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, Span, Tracer, TracerProvider

_log = logging.getLogger("playhead")

NAME: Final = "playhead"  # of the instrumentation, as it stands in every span
_NANOSECONDS: Final = 1_000_000_000  # in a second
# An environment variable of OpenTelemetry's by which a provider may be configured without any code.
_FROM_OUTSIDE: Final = "OTEL_PYTHON_TRACER_PROVIDER"


class Tracing:
    """What a runtime makes its runs' spans with; ``provider`` None stands for the one that is configured globally."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._is_configured_outside = _FROM_OUTSIDE in os.environ

    def begin(self, snapshot: Snapshot, workflow_id: str, run_id: str, at: float) -> RunSpans | None:
        """The spans of a run that is begun, or taken up, at that time; None if nobody has configured an SDK."""
        provider = self._provider or self._configured_provider()
        if provider is None:
            return None
        try:
            return RunSpans(provider.get_tracer(NAME), snapshot, workflow_id, run_id, at)
        except Exception:  # noqa: BLE001  # a fault of the tracing must not become the run's
            _log.warning("Run %s cannot be traced; the run is not affected.", run_id, exc_info=True)
            return None

    def _configured_provider(self) -> TracerProvider | None:
        if "opentelemetry.trace" not in sys.modules and not self._is_configured_outside:
            return None  # whoever configures an SDK has imported it
        from opentelemetry import trace

        provider = trace.get_tracer_provider()
        return None if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider) else provider


class RunSpans:
    """The spans of one run while this process drives it."""

    def __init__(self, tracer: Tracer, snapshot: Snapshot, workflow_id: str, run_id: str, at: float) -> None:
        self._tracer = tracer
        self._common = {"playhead.run_id": run_id}
        self._places: dict[Path, Span] = {}
        self._attempts: dict[Path, Span] = {}
        self._stop: Callable[[], None] = lambda: None
        context, links = (None, []) if snapshot.trace is None else _joined(snapshot.trace)
        attributes = {**self._common, "playhead.workflow_id": workflow_id, **_whereabouts(snapshot)}
        name = f"workflow {workflow_id}"
        self._run = tracer.start_span(name, context, attributes=attributes, links=links, start_time=_time(at))

    @property
    def origin(self) -> str | None:
        """How others find the span of the run, to join its trace; None if it cannot be told."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, _inside(self._run))
        return carrier.get(_HEADER)

    def follow(self, log: RunLog) -> None:
        """Begin and end spans as the log says, until `close`."""

        def arrived(events: Sequence[Event]) -> None:
            try:
                for event in events:
                    self._take(event, log.snapshot)
            except Exception:  # noqa: BLE001  # a fault of the tracing, or of an exporter, must not become the run's
                _log.warning("Tracing run %s failed; the run is not affected.", log.run_id, exc_info=True)

        self._stop = log.listen(arrived)

    def close(self, at: float) -> None:
        """End what is still open: the run rests, or is driven from here no longer."""
        self._stop()
        for span in (*self._attempts.values(), *reversed(self._places.values()), self._run):
            if span.is_recording():
                span.end(_time(at))

    # -- for bodies, on any thread -----------------------------------------------------------------------------

    def span(self, path: Path) -> Span:
        """The innermost span that is open at ``path``: in a step's body, that of the attempt."""
        return self._attempts.get(path) or self._around(path)

    def enter(self, path: Path) -> None:
        """Make that span the current one of this context, so that spans which the body begins are inside it."""
        from opentelemetry import context

        context.attach(_inside(self.span(path)))

    def _around(self, path: Path) -> Span:
        places = (path, *ancestors(path)) if path else ()
        return next((self._places[place] for place in places if place in self._places), self._run)

    # -- the events --------------------------------------------------------------------------------------------

    def _take(self, event: Event, now: Snapshot) -> None:
        if event.type in (E.STEP_STARTED, E.STEP_WAITING):
            self._begin(event, now)
        elif event.type in _ENDS:
            self._end(event)
        elif event.type in _RESTS:
            self._rest(event, now)

    def _begin(self, event: Event, now: Snapshot) -> None:
        path = event.path
        failed = self._attempts.pop(path, None)
        if failed is not None:  # it waits for the next attempt
            _finish(failed, "failed", event.at, event.data.get("error"))
        record = now.records[path]
        self._open(record, now, event.at)
        if event.type == E.STEP_STARTED and record.kind == "step":
            number = event.data.get("attempt", 0)
            attributes = {"playhead.path": "/".join(path), "playhead.attempt": number}
            self._attempts[path] = self._start(f"attempt {number}", self._places[path], attributes, event.at)

    def _open(self, record: Record, now: Snapshot, at: float) -> None:
        """Begin the span of a place, and first of what it is inside of, unless they are open already.

        What is inside of something that was begun in another process finds no span of it here.
        """
        if record.path in self._places:
            return
        outer = next((now.records[place] for place in ancestors(record.path) if place in now.records), None)
        if outer is not None:
            self._open(outer, now, at)
        name = f"{record.kind} {record.step_id}"
        self._places[record.path] = self._start(name, self._around(record.path), _described(record), at)

    def _start(self, name: str, parent: Span, attributes: Mapping[str, Any], at: float) -> Span:
        everything = {**self._common, **attributes}
        return self._tracer.start_span(name, _inside(parent), attributes=everything, start_time=_time(at))

    def _end(self, event: Event) -> None:
        status, error = _ENDS[event.type], event.data.get("error")
        attempt, place = self._attempts.pop(event.path, None), self._places.pop(event.path, None)
        if attempt is not None:
            _finish(attempt, status, event.at, error)
        if place is not None:
            # An error is told once, by the innermost span; what is around it has just failed.
            _finish(place, status, event.at, error if attempt is None else None)

    def _rest(self, event: Event, now: Snapshot) -> None:
        status = _RESTS[event.type]
        for place in reversed(self._places.values()):  # begun, and not over: a run that was paused
            _finish(place, status, event.at)
        self._places.clear()
        _finish(self._run, status, event.at)


_HEADER: Final = "traceparent"  # what W3C calls it
_FAILURES: Final = frozenset({"failed", "tripwire"})
_ENDS: Final = {
    E.STEP_SUCCEEDED: "success",
    E.STEP_FAILED: "failed",
    E.STEP_SUSPENDED: "suspended",
    E.STEP_CANCELED: "canceled",
}
_RESTS: Final = {
    E.RUN_SUCCEEDED: "success",
    E.RUN_FAILED: "failed",
    E.RUN_TRIPPED: "tripwire",
    E.RUN_SUSPENDED: "suspended",
    E.RUN_PAUSED: "paused",
    E.RUN_CANCELED: "canceled",
}


def _joined(origin: str) -> tuple[Context, list[Link]]:
    """Where a run goes on with its first trace, and a link to what is going on here if that is another one."""
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    joined = TraceContextTextMapPropagator().extract({_HEADER: origin}, Context())
    here = trace.get_current_span().get_span_context()
    first = trace.get_current_span(joined).get_span_context()
    return joined, [trace.Link(here)] if here.is_valid and here.trace_id != first.trace_id else []


def _inside(span: Span) -> Context:
    from opentelemetry import trace

    return trace.set_span_in_context(span)


def _finish(span: Span, status: str, at: float, error: Payload | None = None) -> None:
    """End the span with how its place ended, and the error if it is the one to tell of it."""
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("playhead.status", status)
    if error is not None:
        found = load_error(error)
        span.record_exception(found, {"exception.stacktrace": traceback_text(error)}, _time(at))
        span.set_status(Status(StatusCode.ERROR, f"{type(found).__name__}: {found}"))
    elif status in _FAILURES:
        span.set_status(Status(StatusCode.ERROR))
    span.end(_time(at))


def _whereabouts(snapshot: Snapshot) -> dict[str, Any]:
    found = {"playhead.resource_id": snapshot.resource_id, "playhead.forked_from": (snapshot.parent or (None,))[0]}
    return {name: value for name, value in found.items() if value is not None}


def _described(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {"playhead.path": "/".join(record.path)}
    if record.index is not None:
        found["playhead.index"] = record.index
    if record.iteration is not None:
        found["playhead.iteration"] = record.iteration
    if record.restarted:
        found["playhead.restarted"] = True
    return found


def _time(at: float) -> int:
    return int(at * _NANOSECONDS)
