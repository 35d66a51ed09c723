"""How a run stands is said in words that make a sentence."""

from __future__ import annotations

import pytest

from playhead.machine.snapshot import Status
from playhead.machine.standing import standing


@pytest.mark.parametrize("status", Status)
def test_every_status_goes_on_with_it_as_a_sentence_does(status: Status) -> None:
    verb, _, rest = standing(status).partition(" ")
    assert verb in ("is", "was", "has")
    assert rest


def test_what_has_ended_is_not_said_to_be_its_status() -> None:
    assert standing(Status.SUCCESS) == "has succeeded"
    assert standing(Status.FAILED) == "has failed"
