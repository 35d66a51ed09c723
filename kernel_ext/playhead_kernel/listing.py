"""Listings: rows that show as a table, and stay a list of the things themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from playhead_widgets.views.escape import clean, escape

T = TypeVar("T")

_WIDEST = 60  # characters of one cell of a table in plain text


class Listing(list[T], Generic[T]):
    """``items`` with a table of ``columns``; ``row`` gives the texts for one. ``empty`` is said if there are none."""

    def __init__(
        self, items: Iterable[T], columns: Sequence[str], row: Callable[[T], Sequence[object]], empty: str = "Nothing."
    ) -> None:
        super().__init__(items)
        self._columns = columns
        self._row = row
        self._empty = empty

    def text(self) -> str:
        """The table as plain text."""
        if not self:
            return self._empty
        rows = [list(self._columns), *([clean(cell, _WIDEST) for cell in self._row(item)] for item in self)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(self._columns))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        if not self:
            return f"<p>{escape(self._empty)}</p>"
        head = "".join(f"<th>{escape(name)}</th>" for name in self._columns)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in self._row(item))}</tr>" for item in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.text())
