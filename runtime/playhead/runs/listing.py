"""Listings: what is shown of many runs at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from playhead.errors import StoreCorrupt, StoreForeign, WorkflowError
from playhead.machine.snapshot import Status
from playhead.stores.port import RunSummary, Store

#: A run in one of these goes on when somebody says so.
AT_REST: Final = frozenset({Status.SUSPENDED, Status.PAUSED})


@dataclass(frozen=True)
class RunInfo:
    """What a listing shows of a run; times are aware UTC datetimes."""

    run_id: str
    workflow_id: str
    status: str
    resource_id: str | None
    created_at: datetime
    updated_at: datetime
    parent: tuple[str, int] | None = None


@dataclass(frozen=True)
class RunPage:
    """One page of a listing, newest first; ``total`` counts all pages."""

    items: list[RunInfo]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True)
class RunFilter:
    """What a listing is limited to; None means anything. Times are about when a run was created."""

    workflow_id: str | None = None
    statuses: frozenset[str] | None = None
    resource_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, item: RunInfo) -> bool:
        """Whether the run belongs in the listing."""
        return (
            (self.workflow_id is None or item.workflow_id == self.workflow_id)
            and (self.statuses is None or item.status in self.statuses)
            and (self.resource_id is None or item.resource_id == self.resource_id)
            and (self.since is None or item.created_at >= self.since)
            and (self.until is None or item.created_at <= self.until)
        )


async def listed(store: Store) -> list[RunSummary]:
    """Every run's listing row, newest first.

    To resume a run does not write its row anew: one that says it is at rest, while its log goes on, is running.
    """
    summaries = await store.summaries()
    return [s._replace(status=str(Status.RUNNING)) if await _was_resumed(store, s) else s for s in summaries]


async def _was_resumed(store: Store, summary: RunSummary) -> bool:
    if summary.status not in AT_REST:
        return False
    try:
        is_behind = await store.last(summary.run_id) > summary.last
        return is_behind and await store.summary(summary.run_id) == summary  # or else it came to rest meanwhile
    except (StoreCorrupt, StoreForeign):  # of which whoever opens that run is told
        return False


def page_of(summaries: Iterable[RunSummary], wanted: RunFilter, page: int, per_page: int) -> RunPage:
    """One page of the runs that ``wanted`` takes. Raises `WorkflowError` for a page, or a status, that cannot be."""
    unknown = (wanted.statuses or frozenset()).difference(Status)
    if unknown:
        raise WorkflowError(f"There is no status {min(unknown)!r}; there is {', '.join(Status)}.")
    if page < 1 or per_page < 1:
        raise WorkflowError(f"page {page} and per_page {per_page} must be at least 1.")
    found = [item for item in map(_info, summaries) if wanted.takes(item)]
    start = (page - 1) * per_page
    return RunPage(found[start : start + per_page], len(found), page, per_page)


def _info(summary: RunSummary) -> RunInfo:
    return RunInfo(
        summary.run_id,
        summary.workflow_id,
        summary.status,
        summary.resource_id,
        datetime.fromtimestamp(summary.created_at, UTC),
        datetime.fromtimestamp(summary.updated_at, UTC),
        summary.parent,
    )
