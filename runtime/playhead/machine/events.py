"""Events: what happened in a run, in past tense, each at its own time. The log is a list of these.

``data`` holds only what changed: plain scalars, lists and dicts, payloads, and `Source` references to
values that are recorded already.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from playhead.machine.payload import Payload

Path: TypeAlias = tuple[str, ...]

RUN_CREATED: Final = "run-created"
RUN_STARTED: Final = "run-started"
RUN_RESUMED: Final = "run-resumed"
RUN_CLAIMED: Final = "run-claimed"
RUN_CANCELING: Final = "run-canceling"
RUN_REWOUND: Final = "run-rewound"
RUN_FORKED: Final = "run-forked"
RUN_SUCCEEDED: Final = "run-succeeded"
RUN_FAILED: Final = "run-failed"
RUN_SUSPENDED: Final = "run-suspended"
RUN_PAUSED: Final = "run-paused"
RUN_CANCELED: Final = "run-canceled"
RUN_TRIPPED: Final = "run-tripped"

STEP_STARTED: Final = "step-started"
STEP_SUCCEEDED: Final = "step-succeeded"
STEP_FAILED: Final = "step-failed"
STEP_SUSPENDED: Final = "step-suspended"
STEP_WAITING: Final = "step-waiting"
STEP_CANCELED: Final = "step-canceled"
STEP_LOST: Final = "step-lost"
STEP_OUTPUT: Final = "step-output"
STEP_PRINTED: Final = "step-printed"
STEP_EMITTED: Final = "step-emitted"
ITEM_FINISHED: Final = "item-finished"
BRANCH_DECIDED: Final = "branch-decided"
LOOP_DECIDED: Final = "loop-decided"


#: The data of an event that carries none.
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Source(NamedTuple):
    """Where a recorded value is to be found, so that it is not written twice.

    ``kind`` is ``run-input`` (the input of the run), ``input`` or ``output`` (of the record at ``path``),
    ``table`` (outputs of the records named by ``names`` below ``path``, as a dict), ``series`` (outputs of the
    ``count`` items of the foreach at ``path``, as a list), ``item`` (element ``count`` of the input of the
    foreach at ``path``).
    """

    kind: str
    path: Path = ()
    names: tuple[str, ...] = ()
    # A source is never searched like a tuple, and "count" is the word for it.
    count: int = 0  # type: ignore[assignment]  # hides tuple.count on purpose

    @classmethod
    def output_of(cls, path: Path) -> Source:
        """The output of the record at ``path``; made in half the time, once for each step."""
        return tuple.__new__(cls, ("output", path, (), 0))

    @classmethod
    def item_of(cls, path: Path, index: int) -> Source:
        """Element ``index`` of the input of the foreach at ``path``; likewise, once for each item."""
        return tuple.__new__(cls, ("item", path, (), index))


class Event(NamedTuple):
    """One thing that happened. ``seq`` counts from 1 without gaps; ``at`` is seconds since 1970, UTC."""

    seq: int
    at: float
    type: str
    path: Path = ()
    data: Mapping[str, Any] = NOTHING


Value: TypeAlias = Payload | Source
