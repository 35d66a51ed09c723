"""What an engine is given, and the one way in which engines differ."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from playhead.engines.effects import Clock
from playhead.machine.events import Path
from playhead.machine.fold import News
from playhead.stores.log import RunLog
from playhead.stores.port import Store

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class Environment(NamedTuple):
    """The world as a run sees it; every part can be replaced in a test.

    ``lease`` and ``cancel_grace`` are in seconds. ``owner`` names this runtime in the leases it holds.
    """

    store: Store
    clock: Clock
    executor: Executor
    owner: str
    resources: Mapping[str, Any]
    transient: frozenset[str]
    cancel_grace: float
    lease: float
    runtime: Any


class Spans(Protocol):
    """The trace of a run while it is driven here."""

    def span(self, path: Path) -> Span:
        """The innermost OpenTelemetry span that is open at ``path``; called on any thread."""
        ...

    def enter(self, path: Path) -> None:
        """Make it the current one of the context this is called in."""
        ...

    def close(self, at: float) -> None:
        """The run is driven from here no longer: end what is still open, at that time."""
        ...


class Commit(Protocol):
    """How an engine makes new events count. This is all that tells `direct` from `evented`."""

    def commit(self, log: RunLog, news: News) -> Awaitable[None]:
        """Make ``news`` count; the driver acts on them only afterwards."""
        ...

    async def settle(self, log: RunLog) -> None:
        """Called when a run comes to rest: everything it did must be in the store."""
        ...
