"""F1 and F2: kill -9 at every append and at any moment: nothing finished is lost, repeated or wrong."""

from __future__ import annotations

import pytest

from tests.faults.runs import children, killing
from tests.faults.runs.campaigns import answer_of
from tests.faults.runs.conftest import Tell
from tests.faults.runs.shapes import A_FEW, SHAPES

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

ROUNDS = 38  # of before, inside and after each append of each shape: 10,000 points
KILLS = 167  # of each shape, at random moments: 2,000 in all
KILLS_EVERY_DAY = 4  # of each of a few

GROUPS = [tuple(SHAPES)[start::6] for start in range(6)]


@pytest.mark.parametrize("shapes", GROUPS, ids="-".join)
def test_killed_at_any_append_a_run_loses_and_repeats_nothing(
    shapes: tuple[str, ...], campaign: bool, tell: Tell
) -> None:
    answer = answer_of(killing, "appends", ROUNDS if campaign else 0, 1, *shapes)
    figures = answer["figures"]
    tell("F1", **figures, broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert figures["runs"] >= figures["appends"]
    # The arms of a shape may end in the same turn, and share the append that was to be deadly.
    assert figures["runs killed"] > 0.9 * figures["runs"], "some places were never reached"


def test_killed_at_any_moment_a_run_loses_and_repeats_nothing(campaign: bool, tell: Tell) -> None:
    kills, shapes = (KILLS, tuple(SHAPES)) if campaign else (KILLS_EVERY_DAY, A_FEW)
    answer = answer_of(killing, "kill", kills, 2, *shapes)
    tell("F2", **answer["figures"], broken=len(answer["broken"]))
    assert answer["broken"] == []
    assert answer["figures"]["kills"] >= kills * len(shapes)
