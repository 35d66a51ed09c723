"""Drawings: the graphs that players show, kept, so that one is drawn once however many runs are shown in it."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from playhead_widgets.views.graph import Block
from playhead_widgets.views.svg import svg_of

#: A few workflows in the widths of a few windows; a drawing of a thousand nodes is half a megabyte.
_KEPT: Final = 16


def drawing_of(graph: Block, *, width: float, open: Collection[str] | None = None) -> str:
    """The live picture of a workflow, before anything has happened; ``open`` is explained at `layout`."""
    return _drawn(json.dumps(graph), width, None if open is None else frozenset(open))


@lru_cache(_KEPT)
def _drawn(graph: str, width: float, open: frozenset[str] | None) -> str:
    return svg_of(json.loads(graph), width=width, open=open, live=True)
