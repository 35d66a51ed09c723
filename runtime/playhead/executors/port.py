"""The executor port: where the bodies of plain ``def`` steps run.

Anything that speaks `concurrent.futures.Executor` will do.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


async def run_on(executor: Executor, body: Callable[[], Any]) -> Any:
    """Run ``body`` on ``executor`` with the caller's context variables, without blocking the event loop."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(executor, context.run, body)
