"""The tutorials under pytest: each code cell is a test (nbval), and a notebook's cells run in their order."""

from __future__ import annotations

import pytest
from nbval.plugin import IPyNbCell

CELL_SECONDS = 120  # above nbval's own limit, which interrupts the cell and shows what it printed


@pytest.hookimpl(trylast=True)  # after the tests were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    cells = [item for item in items if isinstance(item, IPyNbCell)]
    for cell in cells:
        cell.add_marker(pytest.mark.timeout(CELL_SECONDS))
    others = [item for item in items if not isinstance(item, IPyNbCell)]
    items[:] = [*others, *sorted(cells, key=lambda cell: (cell.path, cell.cell_num))]
