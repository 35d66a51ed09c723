"""What is wrong with a workflow is told by name, with what to do, and at commit all at once."""

from __future__ import annotations

import pytest

from playhead import Workflow, step
from playhead.errors import DefinitionFault


@step
def price(total: int) -> int:
    return total


@step
def ship(total: int) -> str:
    return f"shipped {total}"


def test_all_faults_are_told_at_once() -> None:
    flow = Workflow("flow", retries=-1).then(price).then(price).then(Workflow("inner").then(ship)).sleep("1s")
    with pytest.raises(DefinitionFault) as refused:
        flow.commit()
    assert refused.value.faults == (
        "retries is -1; it must be a number of at least 0",
        "the nested workflow 'inner' is not committed: call its .commit() first",
        "the id 'price' stands twice: give one of them another, as in price.as_('price-2')",
        "sleep 'sleep_1': give seconds, a timedelta or a function, not '1s'",
    )
