"""F12: processes that start, answer or take up the same run at once: one wins, the others are told why not."""

from __future__ import annotations

import pytest

from tests.faults.runs import children, racing
from tests.faults.runs.campaigns import answer_of
from tests.faults.runs.conftest import Tell

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

RACES = 334  # of each of the three kinds
RACES_EVERY_DAY = 4


def test_of_processes_that_want_the_same_run_at_once_one_wins(campaign: bool, tell: Tell) -> None:
    races = RACES if campaign else RACES_EVERY_DAY
    answer = answer_of(racing, races, 12)
    figures = answer["figures"]
    tell("F12", **figures, broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert figures["races"] == figures["winners"] == 3 * races
    assert {"start-already-claimed", "still-running"} <= figures.keys(), "nobody was ever beaten by a little"
