"""Retries: whether a failed try is made again, and when."""

from __future__ import annotations

from typing import Any

from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.errors import CannotCross, InputInvalid, NonRetryableError, StepInterrupted

#: What would end the same way again, or must not be tried again.
_FINAL = NonRetryableError | InputInvalid | CannotCross | StepInterrupted


def retry_at(
    work: Step[Any, Any], owner: Workflow[Any, Any], attempt: int, error: BaseException, now: float
) -> float | None:
    """When to try again (seconds since 1970, UTC); None if this was the last try.

    A step's own ``retries`` and ``retry_delay`` override the workflow's. Input that does not fit will not fit
    the next time either, and what cannot cross to another process cannot cross then.
    """
    if isinstance(error, _FINAL):
        return None
    retries = work.retries if work.retries is not None else owner.retries
    if attempt >= retries:
        return None
    delay = work.retry_delay if work.retry_delay is not None else owner.retry_delay
    return now + delay
