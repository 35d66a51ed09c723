"""Exhibits: what a cell shows of a run besides its picture. They need no kernel to be seen again."""

from __future__ import annotations

from typing import Any

from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.bars import bars_of
from playhead_widgets.views.changes import changes
from playhead_widgets.views.code_changes import Change, code_changes_markup, code_changes_text
from playhead_widgets.views.comparison import comparison_markup, comparison_text
from playhead_widgets.views.marks import marks_of
from playhead_widgets.views.report_steps import Told
from playhead_widgets.views.timeline import end_of, timeline_svg, timeline_text


class Timeline:
    """When each step of a run did what. ``times=False`` leaves out of the plain text how long that took."""

    def __init__(self, told: Told, at: int | None = None, *, times: bool = True) -> None:
        events = told.events if at is None else [event for event in told.events if event.seq <= at]
        marks = marks_of(told.workflow, events)
        rows = bars_of(marks)
        now = end_of(rows, marks[-1][3] if marks else 0)
        self.svg = timeline_svg(rows, now, label=f"Timeline of workflow {told.workflow.id}")
        self.text = timeline_text(rows, now, times=times)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


class CodeChanges(list[Change]):
    """The steps whose code has changed, each with its difference."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": str(code_changes_markup(self)), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return code_changes_text(self)


class Comparison:
    """What is different between two moments; ``before`` and ``after`` are a name and a snapshot each."""

    def __init__(self, before: tuple[str, Snapshot], after: tuple[str, Snapshot]) -> None:
        self.found = changes(before[1], after[1])
        self.html = comparison_markup(self.found, before[0], after[0])
        self.text = comparison_text(self.found, before[0], after[0])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": str(self.html), "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text
