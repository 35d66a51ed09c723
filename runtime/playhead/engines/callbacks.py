"""Callbacks: ``on_start``, ``on_finish`` and ``on_error`` of a workflow, nested ones included."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playhead.definition.request import RequestContext
from playhead.definition.workflow import Workflow
from playhead.machine.events import Path
from playhead.machine.places import body_at
from playhead.machine.snapshot import Snapshot, Status
from playhead.results import RunResult

if TYPE_CHECKING:
    from playhead.engines.driver import Driver

_log = logging.getLogger("playhead")


class Report(RunResult):
    """What a callback gets: the `RunResult`, and how to reach the world."""

    def __init__(
        self,
        workflow: Workflow[Any, Any],
        snapshot: Snapshot,
        scope: Path = (),
        *,
        request: RequestContext,
        runtime: Any,
    ) -> None:
        super().__init__(workflow, snapshot, scope)
        self.request = request
        self.runtime = runtime
        self.logger = logging.getLogger(f"playhead.{workflow.id}")


async def call_back(callback: Callable[..., Any] | None, report: Report) -> None:
    """Call and await it; an exception in it is logged and changes nothing."""
    if callback is None:
        return
    try:
        answer = callback(report)
        if inspect.isawaitable(answer):
            await answer
    except Exception:  # noqa: BLE001  # a callback's fault must not become the run's
        _log.exception("A callback of workflow %s raised; the run is not affected.", report.workflow_id)


async def run_callbacks(driver: Driver, workflow: Workflow[Any, Any], scope: Path = ()) -> None:
    """``on_finish`` at every rest but a pause, then ``on_error`` for a failure or a tripwire."""
    if workflow.on_finish is None and workflow.on_error is None:
        return
    request = RequestContext(*driver.request_parts(driver.snapshot))
    report = Report(workflow, driver.snapshot, scope, request=request, runtime=driver.env.runtime)
    if report.status is Status.PAUSED:
        return
    await call_back(workflow.on_finish, report)
    if report.status in (Status.FAILED, Status.TRIPWIRE):
        await call_back(workflow.on_error, report)


def has_callbacks(workflow: Workflow[Any, Any], path: Path) -> bool:
    """Whether the nested workflow at ``path`` wants to be told of its end."""
    nested = body_at(workflow, path)
    return isinstance(nested, Workflow) and (nested.on_finish is not None or nested.on_error is not None)


async def nested_callbacks(driver: Driver, path: Path) -> None:
    """The callbacks of the nested workflow at ``path``."""
    nested = body_at(driver.workflow, path)
    if isinstance(nested, Workflow):
        await run_callbacks(driver, nested, path)
