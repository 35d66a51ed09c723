"""The executor port: where the bodies of plain ``def`` steps run.

Anything that speaks `concurrent.futures.Executor` will do: threads, processes, a Dask cluster.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import BrokenExecutor, Executor
from typing import Any, Final

from playhead.errors import StepInterrupted, WorkerLost
from playhead.executors.errand import Errand

_BROKEN: Final = (
    "one of its workers died: it was killed, ran out of memory or crashed, or it could not begin, as in a script "
    'without `if __name__ == "__main__":`. A broken pool takes no more work: give the runtime or the step a new one, '
    "or playhead.executors.processes.Processes, which mends itself; then go on with time_travel() to this step."
)


async def run_on(executor: Executor, errand: Errand) -> Any:
    """Run the body on ``executor`` without blocking the event loop; its output, as `Encoded` if it crossed.

    Raises what the body raises, `CannotCross` if it cannot run there, and `WorkerLost` if the executor fails it;
    for an at-most-once step that may have begun, `StepInterrupted`.
    """
    try:
        future = asyncio.get_running_loop().run_in_executor(executor, errand)
    except Exception as problem:
        _raise_refusal(errand)
        raise _lost(errand, problem) from problem
    result = await _arrived(future, errand)
    if not errand.crossed:
        return result
    from playhead.executors.reply import Reply, settled

    return settled(result, errand.context) if isinstance(result, Reply) else result


async def _arrived(future: asyncio.Future[Any], errand: Errand) -> Any:
    try:
        return await future
    except asyncio.CancelledError as problem:
        if not future.cancelled() or _is_cancelled_itself():
            raise  # the body's own, or the step's end
        raise _lost(errand, problem) from problem
    except Exception as problem:
        _raise_refusal(errand)
        if not errand.crossed:
            raise  # the body's own
        raise _interrupted(errand, problem) from problem


def _raise_refusal(errand: Errand) -> None:
    if errand.refusal is not None:  # with its own cause, and not with the executor's story
        raise errand.refusal from errand.refusal.__cause__


def _is_cancelled_itself() -> bool:
    """Whether it is the step that is cancelled, and not only its future by an executor that shuts down."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _lost(errand: Errand, problem: BaseException) -> WorkerLost:
    if isinstance(problem, BrokenExecutor):
        return WorkerLost(errand.step.id, _BROKEN)
    if isinstance(problem, asyncio.CancelledError):
        return WorkerLost(errand.step.id, "it was shut down before it ran the step. Give the runtime a new one.")
    return WorkerLost(errand.step.id, f"{type(problem).__name__}: {problem}")


def _interrupted(errand: Errand, problem: Exception) -> WorkerLost | StepInterrupted:
    if not errand.step.at_most_once:
        return _lost(errand, problem)
    return StepInterrupted(
        f"Step {errand.step.id!r} runs at most once, and was lost by its executor when it may have begun: find out "
        f"what it has done, then go on with time_travel() to it, or past it with context=. ({_lost(errand, problem)})"
    )
