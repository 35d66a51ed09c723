"""F13: an owner that was silent for longer than its lease, and was replaced, writes nothing any more."""

from __future__ import annotations

import pytest

from tests.faults.runs import children, zombies
from tests.faults.runs.campaigns import answer_of
from tests.faults.runs.conftest import Tell

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

ROUNDS = 200
ROUNDS_EVERY_DAY = 4


def test_a_stopped_owner_that_was_replaced_writes_nothing_when_it_wakes(campaign: bool, tell: Tell) -> None:
    rounds = ROUNDS if campaign else ROUNDS_EVERY_DAY
    answer = answer_of(zombies, rounds, 13)
    tell("F13", **answer["figures"], broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert answer["figures"]["rounds"] == rounds
    assert answer["figures"]["executions"] > rounds, "no zombie was ever replaced in the midst of its step"
