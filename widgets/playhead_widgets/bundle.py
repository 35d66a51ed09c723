"""The player's JavaScript, put together.

The modules of ``static/`` as one, since a widget may have only one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

#: In the order of their imports: each needs only those before it.
MODULES: Final = (
    "dom",
    "standing",
    "board",
    "store",
    "graph",
    "tree",
    "form",
    "questions",
    "scrubber",
    "timeline",
    "changes",
    "items",
    "inspector",
    "edits",
    "fork",
    "transport",
    "header",
    "forks",
    "player",
)

_IMPORT: Final = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def player_module() -> str:
    """One ES module; the names in it are those of its parts, which must not repeat each other's."""
    folder = files("playhead_widgets") / "static"
    parts = [(folder / f"{name}.js").read_text("utf-8") for name in MODULES]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts)
