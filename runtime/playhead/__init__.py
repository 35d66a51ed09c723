"""Playhead: durable, interactive workflows for notebooks.

>>> from playhead import Workflow, step
>>> @step
... def double(n: int) -> int:
...     return 2 * n
>>> Workflow("sums", input=int).then(double).commit()
<Workflow sums: double>
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playhead.codec.registry import register_type
    from playhead.definition.context import Context
    from playhead.definition.step import Step, step
    from playhead.definition.workflow import Workflow
    from playhead.errors import NonRetryableError, TripWire, WorkflowError
    from playhead.machine.snapshot import Status
    from playhead.results import RunResult, StepResult, Suspension
    from playhead.runs.run import Run
    from playhead.runtime import Runtime
    from playhead.stores.disk import DiskStore
    from playhead.stores.memory import MemoryStore
    from playhead.streaming import Event, Stream

__version__ = "0.1.0"

#: Where each public name lives; imported when first asked for, so that `import playhead` stays quick.
_HOMES = {
    "Context": "definition.context",
    "DiskStore": "stores.disk",
    "Event": "streaming",
    "MemoryStore": "stores.memory",
    "NonRetryableError": "errors",
    "Run": "runs.run",
    "RunResult": "results",
    "Runtime": "runtime",
    "Status": "machine.snapshot",
    "Step": "definition.step",
    "StepResult": "results",
    "Stream": "streaming",
    "Suspension": "results",
    "TripWire": "errors",
    "Workflow": "definition.workflow",
    "WorkflowError": "errors",
    "register_type": "codec.registry",
    "step": "definition.step",
}

__all__ = [
    "Context",
    "DiskStore",
    "Event",
    "MemoryStore",
    "NonRetryableError",
    "Run",
    "RunResult",
    "Runtime",
    "Status",
    "Step",
    "StepResult",
    "Stream",
    "Suspension",
    "TripWire",
    "Workflow",
    "WorkflowError",
    "load_ipython_extension",
    "register_type",
    "step",
    "unload_ipython_extension",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'playhead' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"playhead.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext playhead`` calls."""
    # By name: the notebook's side stands above the runtime.
    importlib.import_module("playhead_kernel").load_ipython_extension(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext playhead`` calls."""
    importlib.import_module("playhead_kernel").unload_ipython_extension(shell)
