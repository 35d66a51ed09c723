"""What is no step is refused wherever it is given for one, and leaves the workflow as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playhead import Workflow, step
from playhead.errors import DefinitionFault


@step
def price(total: int) -> int:
    return total


@step
def ship(total: int) -> str:
    return f"shipped {total}"


def plain(total: int) -> int:
    return total


NO_STEPS: dict[str, Callable[[Any], Any]] = {
    "'plain' is not a step: decorate the function with @step": lambda flow: flow.then(plain),
    "'<lambda>' is not a step: decorate the function with @step": lambda flow: flow.then(lambda n: n),
    "'ship' is a text; give the step itself, without quotes": lambda flow: flow.dountil("ship", bool),
    "[<Step price>, <Step ship>] is a list; give its steps one by one, as in .parallel(a, b)": lambda flow: (
        flow.parallel([price, ship])
    ),
    "(<Step price>, <Step ship>) is a tuple; give its steps one by one": lambda flow: flow.then((price, ship)),
    "'price' is a text; give the step itself": lambda flow: flow.branch((bool, "price")),
    "5 is not a step: give a function with @step, or a workflow": lambda flow: flow.parallel(price, 5),
    "None is not a step": lambda flow: flow.foreach(None),
}


@pytest.mark.parametrize("fault", NO_STEPS)
def test_what_is_no_step_is_refused_where_it_is_given(fault: str) -> None:
    flow = Workflow("orders", input=int).then(price)
    with pytest.raises(DefinitionFault) as refused:
        NO_STEPS[fault](flow)
    assert str(refused.value).startswith(f"Workflow 'orders': {fault}")
    assert repr(flow.then(ship).commit()) == "<Workflow orders: price → ship>"
