"""The overview: what bare ``%workflow`` shows."""

from __future__ import annotations

from typing import Any, Final

from playhead.runs.listing import RunInfo
from playhead_kernel.definitions import Flow
from playhead_kernel.listing import Listing
from playhead_kernel.session import Session

_RECENT: Final = 8
_CHAIN: Final = 100  # characters of a workflow's steps


class Overview:
    """The workflows defined here, and the recent runs."""

    def __init__(self, session: Session) -> None:
        flows = session.definitions.all().values()
        self.workflows: Listing[Flow] = Listing(
            flows,
            ["workflow", "variable", "steps"],
            lambda flow: [flow.id, session.definitions.variable_of(flow) or "", _chain(flow)],
            "No workflow is defined here yet: run the cell that defines one. %workflow -h lists the commands.",
        )
        self.runs: Listing[RunInfo] = Listing(
            session.runs()[:_RECENT],
            ["recent run", "workflow", "status"],
            lambda info: [info.run_id, info.workflow_id, info.status],
            f"No run is stored in {session.room.runtime.store.name} yet.",
        )

    def _repr_html_(self) -> str:
        return self.workflows._repr_html_() + self.runs._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self.workflows.text()}\n\n{self.runs.text()}")


def _chain(flow: Flow) -> str:
    chain = " → ".join("+".join(entry.ids) for entry in flow.entries)
    return chain if len(chain) <= _CHAIN else f"{chain[: _CHAIN - 1]}…"
