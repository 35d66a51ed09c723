"""The seam between a definition and whatever runs it: ``flow.run(x)`` asks the current host.

Definitions stand on the lowest floor and know no runtime; a runtime announces itself here.
"""

from __future__ import annotations

import importlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow


class Host(Protocol):
    """What can create runs of a workflow."""

    def create_run(self, workflow: Workflow[Any, Any], *, run_id: str | None, resource_id: str | None) -> Any: ...


CURRENT: ContextVar[Host | None] = ContextVar("playhead_current_runtime", default=None)


def current_host() -> Host:
    """The runtime in whose ``async with`` we stand, else the default one on ``./.playhead``."""
    host = CURRENT.get()
    if host is not None:
        return host
    # By name, because a definition may not depend on the floors above it.
    found: Host = importlib.import_module("playhead.default").default_runtime()
    return found
