"""Which lines of a cell are awaited."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from playhead_kernel.waiting import Awaiting

WAIT = "get_ipython().run_line_magic('workflow', 'wait')"
AWAITED = "(await get_ipython().run_line_magic('workflow', 'await wait'))"


def awaited(text: str, *, autoawait: bool = True) -> str:
    return "".join(Awaiting(SimpleNamespace(autoawait=autoawait))(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        (WAIT, AWAITED),
        (f"x = {WAIT}\ny = 1\n", f"x = {AWAITED}\ny = 1\n"),
        (f"for n in range(2):\n    {WAIT}\n", f"for n in range(2):\n    {AWAITED}\n"),
        (f"{WAIT}; {WAIT}", f"{AWAITED}; {AWAITED}"),
        (
            "get_ipython().run_line_magic('workflow', 'run f 1 --wait')",
            "(await get_ipython().run_line_magic('workflow', 'await run f 1 --wait'))",
        ),
        (
            "get_ipython().run_cell_magic('resume', '--wait', 'ok: true\\n')",
            "(await get_ipython().run_cell_magic('resume', 'await --wait', 'ok: true\\n'))",
        ),
    ],
)
def test_a_line_that_may_wait_is_awaited(cell: str, result: str) -> None:
    assert awaited(cell) == result


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1",
        "get_ipython().run_line_magic('workflow', 'ls')",
        "get_ipython().run_line_magic('workflow', 'run f note=wait')",
        "get_ipython().run_line_magic('workflow', 'waiting')",
        "get_ipython().run_line_magic('timeit', 'wait')",
        "get_ipython().run_cell_magic('resume', '', 'ok: --wait\\n')",
        f"text = {WAIT!r}",
        f"def go():\n    {WAIT}\n",
        f"go = lambda: {WAIT}",
        f"{WAIT} (",
    ],
)
def test_any_other_cell_is_left_as_it_is(cell: str) -> None:
    assert awaited(cell) == cell


def test_nothing_is_awaited_where_cells_cannot() -> None:
    assert awaited(WAIT, autoawait=False) == WAIT


def test_code_that_is_transformed_while_a_cell_runs_is_left_as_it_is() -> None:
    awaiting = Awaiting(SimpleNamespace(autoawait=True))
    awaiting.begin()
    assert awaiting([WAIT]) == [WAIT]
    awaiting.end()
    assert awaiting([WAIT]) == [AWAITED]
