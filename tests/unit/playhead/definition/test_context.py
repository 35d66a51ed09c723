"""The state that a body sees cannot be changed in place: what would be lost is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from playhead.definition.context import StateView


def test_a_change_of_the_state_in_place_is_refused_with_what_to_do() -> None:
    state: Any = StateView({"seen": 1})
    with pytest.raises(TypeError, match=r"call ctx\.set_state\(seen=\.\.\.\) to change it"):
        state["seen"] = 2
    with pytest.raises(TypeError, match=r"call ctx\.set_state\(more=\.\.\.\) to change it"):
        state.more = 2
    with pytest.raises(TypeError, match=r"call ctx\.set_state\(seen=None\) instead"):
        del state["seen"]
    assert state == {"seen": 1}


def test_a_copy_of_the_state_is_as_it_was() -> None:
    state = StateView({"seen": [1]})
    assert copy.deepcopy(state) == copy.copy(state) == {"seen": [1]}
