"""The default runtime, for those who name none."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import warnings
import weakref
from collections.abc import Mapping
from typing import Any

from playhead.definition.workflow import Workflow
from playhead.errors import WorkflowError
from playhead.runtime import Runtime

_DEFAULTS: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Runtime] = weakref.WeakKeyDictionary()


def default_runtime() -> Runtime:
    """The runtime on ``./.playhead`` that is used where none was entered; one per event loop.

    Raises `WorkflowError` where no loop is running.
    """
    loop = _running_loop()
    if loop is None:
        raise WorkflowError(
            "The default runtime lives in an event loop, and none is running here: call this in an async function, "
            "or use flow.run_sync(...), or give a runtime of your own as runtime=..."
        )
    runtime = _DEFAULTS.get(loop)
    if runtime is None:
        runtime = _DEFAULTS[loop] = Runtime()
        atexit.register(_say_goodbye, weakref.ref(runtime))
    return runtime


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _say_goodbye(reference: weakref.ref[Runtime]) -> None:
    """Files of the default runtime are let go at exit; there is no loop left to close it properly."""
    runtime = reference()
    if runtime is not None:
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asyncio.run(runtime.store.close())


def run_sync(workflow: Workflow[Any, Any], input: Any, runtime: Runtime | None, options: Mapping[str, Any]) -> Any:
    """What `Workflow.run_sync` does. Raises `WorkflowError` where a loop is running already, as in a notebook."""
    if _running_loop() is not None:
        raise WorkflowError("An event loop is running here already, as in every notebook: await flow.run(...) instead.")

    async def main() -> Any:
        async with runtime or Runtime() as entered:
            return await workflow.run(input, runtime=entered, **options)

    return asyncio.run(main())
