"""Excerpts: more of a value than its tree showed, found by where it stands in the tree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from playhead_widgets.views.tables import array_tree, frame_tree, is_array, is_frame
from playhead_widgets.views.values import Tree, parts_of, tree, type_name

MORE: Final = 50  # parts of a container, or rows of a table, at a time
_DEPTH: Final = 3


def excerpt(value: Any, at: Sequence[int], offset: int = 0) -> Tree:
    """The next parts of what stands ``at`` these positions, from ``offset`` on.

    A position counts the parts of a container as its tree lists them. Raises `LookupError` where there is nothing
    of the kind, or nothing that may be shown.
    """
    inner = _inside(value, at)
    if is_frame(inner):
        return frame_tree(inner.iloc[offset:], MORE, rows=MORE)
    if is_array(inner):
        return array_tree(inner[offset:], MORE, rows=MORE)
    found = parts_of(inner)
    if found is None:
        raise LookupError(f"There is nothing more to show of this {type_name(inner)}.")
    size, pairs = found
    # As a dict by position where there are no names, so that lists go on with their own numbers.
    numbered = enumerate(islice(pairs(), offset, offset + MORE), start=offset)
    shown = {number if key is None else key: part for number, (key, part) in numbered}
    grown = tree(shown, depth=_DEPTH, items=MORE)
    rest = size - offset - len(shown)
    return {**grown, "more": rest} if rest > 0 else grown


def _inside(value: Any, at: Sequence[int]) -> Any:
    for position in at:
        found = parts_of(value)
        pair = next(islice(found[1](), position, None), None) if found else None
        if pair is None:
            raise LookupError("There is nothing more to show here.")
        value = pair[1]
    return value
