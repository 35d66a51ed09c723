"""What can be a schema, and what is said of what cannot."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Workflow, step
from playhead.definition.schema import Schema
from playhead.errors import DefinitionFault


@pytest.mark.parametrize("value", [{"ok": bool}, [int], (int, str), {"a"}, "int", 5, True])
def test_a_value_in_the_place_of_a_type_is_refused(value: Any) -> None:
    said = rf"it is a {type(value).__name__} and no type; give a class, such as a pydantic model, or a type such as"
    with pytest.raises(DefinitionFault, match=said):
        _ = Schema(value).adapter


def test_a_dict_in_the_place_of_a_step_s_type_is_told_at_commit() -> None:
    @step(resume={"ok": bool})
    def approve(n: int) -> int:
        return n

    with pytest.raises(DefinitionFault, match=r"resume of step 'approve': \{'ok': .*\} cannot be used as a schema"):
        Workflow("asks").then(approve).commit()
