"""Durable timers: a sleep outlives its process, is not begun again, and ends once, late perhaps but never early."""

from __future__ import annotations

import pytest

from tests.faults.runs import children, sleepers
from tests.faults.runs.campaigns import answer_of

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

ROUNDS = 200
ROUNDS_EVERY_DAY = 4


def test_a_sleep_outlives_its_process_and_ends_once(campaign: bool) -> None:
    rounds = ROUNDS if campaign else ROUNDS_EVERY_DAY
    answer = answer_of(sleepers, rounds, 1)
    assert answer["broken"] == []
    assert 0 < answer["figures"]["late"] < rounds
