"""Pictures: a run or a definition, for places without a kernel. They hold no times, so that they do not vary."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from playhead.definition.workflow import Workflow
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.board import board_of
from playhead_widgets.views.drawings import drawing_of
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.payloads import error_view
from playhead_widgets.views.svg import WIDTH
from playhead_widgets.views.text import definition_outline, run_outline


class Picture:
    """A drawing of a run, and its outline in plain text; the last value of a cell shows the drawing."""

    def __init__(
        self,
        workflow: Workflow[Any, Any],
        snapshot: Snapshot,
        *,
        width: float = WIDTH,
        open: Collection[str] | None = None,
    ) -> None:
        graph = graph_of(workflow)
        board = board_of(graph, snapshot)
        label = f"Workflow {graph['title']}: {board.state('')}"
        self.svg = drawing_of(graph, board, width=width, open=open, label=label)
        error = error_view(snapshot.error)
        self.text = run_outline(graph, board, f"{error['type']}: {error['message']}" if error else None)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def picture(workflow: Workflow[Any, Any], snapshot: Snapshot, **options: Any) -> Picture:
    """A `Picture` of the run.

    ``width`` in pixels, ``open`` the nested workflows to show with their inside.
    """
    return Picture(workflow, snapshot, **options)


def definition_bundle(workflow: Workflow[Any, Any]) -> dict[str, str]:
    """A drawing of the definition, and its outline where no drawing can be shown."""
    graph = graph_of(workflow)
    return {"image/svg+xml": drawing_of(graph), "text/plain": definition_outline(graph)}
