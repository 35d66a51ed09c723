"""A cancel from another process reaches nested, sleeping and orphaned runs, and changes no finished one."""

from __future__ import annotations

import pytest

from tests.faults.runs import canceling, children
from tests.faults.runs.campaigns import answer_of

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

ROUNDS = 100  # of each kind
ROUNDS_EVERY_DAY = 3


def test_a_cancel_reaches_every_run_and_changes_no_finished_one(campaign: bool) -> None:
    rounds = ROUNDS if campaign else ROUNDS_EVERY_DAY
    answer = answer_of(canceling, rounds, 2)
    assert answer["broken"] == []
    assert answer["figures"]["cancels"] == len(canceling.KINDS) * rounds
    assert answer["figures"]["canceled"] >= 3 * rounds
