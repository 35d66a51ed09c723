"""Catalogue A, section 13: whole chains side by side."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Step, Workflow

from .cases import case
from .records import assert_succeeded

pytestmark = pytest.mark.usefixtures("world")

Data = dict[str, Any]


class Empty(BaseModel):
    pass


def numbered(number: int) -> Step:
    async def body() -> Data:
        return {"result": f"success{number}"}

    return Step(body, id=f"step{number}", output=Empty)


@case("CHAINS-01")
async def test_two_chains_run_in_parallel_and_undeclared_outputs_survive() -> None:
    nested_a = Workflow("nested-a", input=Data, output=Empty)
    nested_a = nested_a.then(numbered(1)).then(numbered(2)).then(numbered(3)).commit()
    nested_b = Workflow("nested-b", input=Data, output=Empty).then(numbered(4)).then(numbered(5)).commit()

    result = await Workflow("chains").parallel(nested_a, nested_b).commit().run({})

    assert result.status == "success"
    # The declared output has no fields, the value keeps its own: outputs are not validated (fine print 34).
    assert_succeeded(result.steps["nested-a"], {"result": "success3"})
    assert_succeeded(result.steps["nested-b"], {"result": "success5"})
    assert result.steps["nested-a"].input == {}
    assert result.steps["nested-b"].input == {}
