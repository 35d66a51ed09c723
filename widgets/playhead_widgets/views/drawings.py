"""Drawings: pictures are kept when they are drawn, so that to show the same again takes next to nothing.

A thousand nodes take some 40 ms to draw. The second run of a workflow begins by looking like the first one, and a run
that is shown again looks as it did.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from playhead_widgets.views.board import Board
from playhead_widgets.views.graph import Block
from playhead_widgets.views.svg import svg_of

#: A few workflows, each in a few states and widths; the picture of a thousand nodes is half a megabyte.
_KEPT: Final = 16


def drawing_of(graph: Block, board: Board | None = None, **options: Any) -> str:
    """What `svg_of` gives for the same arguments, drawn once for all that look the same."""
    told = json.dumps([graph, board and board.told, options], default=sorted)  # a set of paths
    return _drawn(_Asked(told, partial(svg_of, graph, board, **options)))


class _Asked:
    """What a drawing is to show; it is equal to another one that is to show the same."""

    def __init__(self, told: str, draw: Callable[[], str]) -> None:
        self._told = told
        self._draw = [draw]

    def drawn(self) -> str:
        """The picture, once. This is then kept as its key, and holds no board any more."""
        return self._draw.pop()()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other._told == self._told

    def __hash__(self) -> int:
        return hash(self._told)


_drawn = lru_cache(_KEPT)(_Asked.drawn)
