"""Tables: frames, arrays and lists of records as a shape, column names and the first rows, all as text.

Frames and arrays are known by what they can do, so that neither pandas nor NumPy is imported.
"""

from __future__ import annotations

from typing import Any, Final

from playhead_widgets.views.escape import clean
from playhead_widgets.views.hidden import MASK, is_hidden

_COLUMNS: Final = 12
_CELL: Final = 40  # characters
_ROWS: Final = 8


def is_frame(value: Any) -> bool:
    """A data frame or a series of one: it has a shape, types, and gives its first rows."""
    cls = type(value)
    return all(hasattr(cls, name) for name in ("shape", "head", "iloc"))


def is_array(value: Any) -> bool:
    """An array, or a scalar of one: it has a shape, one type for all, and lists itself."""
    cls = type(value)
    return all(hasattr(cls, name) for name in ("shape", "dtype", "ndim", "tolist"))


def frame_tree(value: Any, items: int, *, rows: int = _ROWS) -> dict[str, Any]:
    """A frame: its shape, and its first rows and columns with the columns' types."""
    rows = min(rows, items)
    columns = list(getattr(value, "columns", ()))
    if not columns:  # a series
        head = value.head(rows)
        pairs = zip(list(head.index), list(head), strict=False)
        name = _cell(getattr(value, "name", None) or "value")
        table = {"columns": ["", name], "rows": [[_cell(label), _cell(item)] for label, item in pairs]}
        return {
            "t": _name(value),
            "shape": f"{len(value):,}",
            "dtype": _cell(value.dtype),
            **_rest(table, len(value)),
        }
    corner = value.iloc[:rows, :_COLUMNS]
    cells = zip(
        *([_cell(item, columns[at]) for item in corner.iloc[:, at]] for at in range(corner.shape[1])),
        strict=False,
    )
    lines = [[_cell(label), *row] for label, row in zip(list(corner.index), cells, strict=False)]
    table = {
        "columns": ["", *map(_cell, columns[:_COLUMNS])],
        "dtypes": ["", *map(_cell, list(value.dtypes)[:_COLUMNS])],
        "rows": lines,
        "more_columns": max(0, len(columns) - _COLUMNS),
    }
    return {"t": _name(value), "shape": _shape(value.shape), **_rest(table, value.shape[0])}


def array_tree(value: Any, items: int, *, rows: int = _ROWS) -> dict[str, Any]:
    """An array: its shape and type; as a table up to two dimensions, else its first numbers."""
    shown = {"t": _name(value), "dtype": _cell(value.dtype)}
    if value.ndim == 0:
        return {**shown, "v": _cell(value.tolist())}
    shown["shape"] = _shape(value.shape)
    if value.ndim == 1:
        head = [_cell(item) for item in value[:items].tolist()]
        more = value.shape[0] - len(head)
        return {**shown, "v": ", ".join(head) + (f", … {more:,} more" if more else "")}
    if value.ndim == 2:
        corner = value[: min(rows, items), :_COLUMNS].tolist()
        table = {
            "columns": [str(at) for at in range(min(_COLUMNS, value.shape[1]))],
            "rows": [[_cell(item) for item in row] for row in corner],
            "more_columns": max(0, value.shape[1] - _COLUMNS),
        }
        return {**shown, **_rest(table, value.shape[0])}
    return shown


def record_table(value: Any, items: int) -> dict[str, Any] | None:
    """A list of dicts with the same few keys and plain values, or a dict of such dicts, as a table."""
    if not isinstance(value, list | tuple | dict) or len(value) < 2:
        return None
    head = list(value.items() if isinstance(value, dict) else enumerate(value))[: max(items, 2)]
    first = head[0][1]
    if not isinstance(first, dict) or not 1 < len(first) <= _COLUMNS:
        return None
    keys = list(first)
    if not all(isinstance(row, dict) and list(row) == keys and all(map(_flat, row.values())) for _, row in head):
        return None
    rows = [[_cell(label), *(_cell(row[key], key) for key in keys)] for label, row in head]
    return _rest({"columns": ["", *map(_cell, keys)], "rows": rows}, len(value))


def _rest(table: dict[str, Any], rows: int) -> dict[str, Any]:
    more = rows - len(table["rows"])
    return {**table, "more": more} if more > 0 else table


def _flat(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float) or (type(value) is str and len(value) <= _CELL)


def _cell(value: Any, column: object = None) -> str:
    if is_hidden(column, value):
        return MASK
    if type(value) is float:
        text = f"{value:.6g}"
        return f"{text}.0" if text.lstrip("-").isdecimal() else text
    return clean(value, _CELL)


def _name(value: Any) -> str:
    return clean(type(value).__name__, _CELL)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
