"""Changes: what is written differently in a workflow since a run began by it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from playhead.definition.outline import Definition, Outline, definition_of
from playhead.definition.workflow import Workflow
from playhead.machine.events import Event, Path
from playhead.runs.fitting import outline_in, sources_in
from playhead.stores.port import Store


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step, map, sleep or nested workflow that is not what it was when the run began.

    ``before`` and ``after`` are what people wrote, with the condition that decides about it; None where there was
    nothing, or where the source is not known. ``was_reached`` tells whether the run has come to it.
    """

    path: Path
    kind: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None
    was_reached: bool = False

    @property
    def diff(self) -> str:
        """The difference, as ``diff -u`` shows it; empty if nothing that can be shown has changed."""
        before, after = ((text or "").splitlines() for text in (self.before, self.after))
        return "\n".join(difflib.unified_diff(before, after, "before", "after", lineterm=""))


async def changes_since(
    events: list[Event], workflow: Workflow[Any, Any], store: Store, reached: frozenset[Path]
) -> list[StepChange]:
    """What has changed since the first of ``events`` that tell of a definition, in its order."""
    payload = next((event.data["outline"] for event in events if "outline" in event.data), None)
    outline = outline_in(payload)
    if payload is None or outline is None:
        return []
    return list(_compared(Definition(outline, await sources_in(payload, store)), definition_of(workflow), reached))


def _compared(old: Definition, new: Definition, reached: frozenset[Path]) -> Iterator[StepChange]:
    for path in _in_order(old.outline, new.outline):
        before, after = old.outline.places.get(path), new.outline.places.get(path)
        texts = _text(old.sources, path), _text(new.sources, path)
        if before is None or after is None:
            yield StepChange(path, "added" if before is None else "removed", *texts, path in reached)
        elif before._replace(position=0) != after._replace(position=0):  # the others have made it move
            yield StepChange(path, "changed", *texts, path in reached)


def _in_order(old: Outline, new: Outline) -> list[Path]:
    """The places of both, those that are gone after what they stood behind."""
    paths = list(new.places)
    for at, path in enumerate(old.places):
        if path not in new.places:
            before = list(old.places)[:at]
            behind = next((paths.index(other) + 1 for other in reversed(before) if other in paths), 0)
            paths.insert(behind, path)
    return paths


def _text(sources: Mapping[str, str], path: Path) -> str | None:
    return sources.get("/".join(path))
