"""Any moment of what was read of a run, whether it was read from its start or from a compaction point."""

from __future__ import annotations

from itertools import accumulate

import pytest

from playhead.codec.values import dump
from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.fold import KEEP_EVERY, News, fold
from playhead.machine.snapshot import Snapshot
from playhead.stores.past import Past

LAST = 3 * KEEP_EVERY + 5
EVENTS = [
    Event(1, 1.0, E.RUN_STARTED, (), {"workflow": "flow"}),
    *(
        Event(seq, float(seq), E.STEP_STARTED, (f"step-{seq}",), {"kind": "step", "input": dump(seq)})
        for seq in range(2, LAST + 1)
    ),
]
ALL = list(accumulate(EVENTS, fold, initial=Snapshot("run")))

STARTS = [0, 1, KEEP_EVERY - 1, KEEP_EVERY, KEEP_EVERY + 1, 2 * KEEP_EVERY, LAST - 1, LAST]


def past(start: int, until: int = LAST) -> Past:
    found = Past(ALL[start])
    found.extend(News(ALL[start], EVENTS[start:until]))
    return found


@pytest.mark.parametrize("start", STARTS)
def test_every_moment_since_the_start_is_exact(start: int) -> None:
    found = past(start)
    assert (found.start, found.seq) == (start, LAST)
    assert [found.at(seq) for seq in range(start, LAST + 1)] == ALL[start:]
    assert [found.since(seq) for seq in range(start, LAST + 1)] == [EVENTS[seq:] for seq in range(start, LAST + 1)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("read", [0, 3])
def test_what_led_to_the_start_is_put_in_front_of_it(start: int, read: int) -> None:
    found = past(start)
    found.begin_with(past(0, min(start + read, LAST)))  # the log may have grown when it was read again
    assert (found.start, found.seq) == (0, LAST)
    assert found.events == EVENTS
    assert [found.at(seq) for seq in range(LAST + 1)] == ALL


@pytest.mark.parametrize("start", STARTS)
def test_what_came_after_a_moment_can_be_forgotten(start: int) -> None:
    for seq in range(start, LAST + 1):
        found = past(start)
        assert found.cut(seq) == ALL[seq]
        assert found.seq == seq
        found.extend(News(ALL[seq], EVENTS[seq:]))
        assert [found.at(at) for at in range(start, LAST + 1)] == ALL[start:]


def test_a_moment_is_a_few_folds_away(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[Event] = []
    found = past(0)
    monkeypatch.setattr("playhead.stores.past.fold", lambda snapshot, event: folded.append(event) or snapshot)
    for seq in range(LAST):
        folded.clear()
        found.at(seq)
        assert len(folded) < KEEP_EVERY
