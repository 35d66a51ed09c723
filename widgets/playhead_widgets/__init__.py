"""The player: a live view of a run in one output cell, and the pure views it is made of.

>>> from playhead_widgets import Player, picture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playhead_widgets.picture import Picture, picture
    from playhead_widgets.player import Player
    from playhead_widgets.source import Recording, Reply, Source

__all__ = ["Picture", "Player", "Recording", "Reply", "Source", "picture"]

_HOMES = {
    "Picture": "picture",
    "picture": "picture",
    "Player": "player",
    "Recording": "source",
    "Reply": "source",
    "Source": "source",
}


def __getattr__(name: str) -> Any:
    """Load names when they are used: the views alone need no widgets."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
