"""What a runtime is given wrongly is told when it is given."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import MemoryStore, Runtime, Workflow, step
from playhead.errors import WorkflowError


@step
def double(n: int) -> int:
    return 2 * n


def test_one_workflow_in_the_place_of_a_list_is_told() -> None:
    flow: Any = Workflow("doubles", input=int).then(double).commit()
    with pytest.raises(WorkflowError, match=r"give a list of them, workflows=\[\.\.\.\]"):
        Runtime(store=MemoryStore(), workflows=flow)


@pytest.mark.parametrize("status", ["done", ["success", "done"]])
async def test_a_status_that_there_is_not_is_refused_instead_of_finding_nothing(status: Any) -> None:
    async with Runtime(store=MemoryStore()) as runtime:
        with pytest.raises(WorkflowError, match=r"There is no status 'done'; there is pending, .* success, failed"):
            await runtime.runs(status=status)
        assert (await runtime.runs(status=["success", "failed"])).items == []


@pytest.mark.parametrize("store", [5, MemoryStore, double])
def test_what_is_no_store_is_refused(store: Any) -> None:
    with pytest.raises(
        WorkflowError, match=r"is no store: give the path of a folder, or a store such as MemoryStore\(\)"
    ):
        Runtime(store)
