"""Payloads are compared by their kind and by what they hold."""

from __future__ import annotations

import pytest

from playhead.machine.payload import Element, Encoded, External, Logged, Payload, Series, Table

ONE, TWO = Encoded(b"1"), Encoded(b"2")

ALIKE: list[tuple[Payload, Payload]] = [
    (Encoded(b"1"), Encoded(b"1")),
    (Encoded(b"1"), Logged(3, 0, 1, lambda *_: b"1")),
    (External("a", 1, bytes), External("a", 1, bytes)),
    (Table((("a", ONE),)), Table((("a", ONE),))),
    (Series((ONE, None)), Series((ONE, None))),
    (Element(ONE, 0), Element(ONE, 0)),
]
DIFFERENT: list[tuple[Payload, Payload]] = [
    (ONE, TWO),
    (ONE, Series((ONE,))),
    (Table(()), Series(())),
    (Table((("a", ONE),)), Table((("b", ONE),))),
    (Series((ONE, None)), Series((ONE,))),
    (Element(ONE, 0), Element(ONE, 1)),
    (Element(ONE, 0), Element(TWO, 0)),
    (External("a", 1, bytes), External("b", 1, bytes)),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_payloads_that_hold_the_same_are_equal_and_found_in_sets(one: Payload, other: Payload) -> None:
    assert one == other
    assert other == one
    assert len({one, other}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_payloads_of_another_kind_or_content_differ(one: Payload, other: Payload) -> None:
    assert one != other
    assert other != one


def test_a_payload_shows_what_it_holds() -> None:
    assert repr(Element(Series((ONE, None)), 1)) == "Element(index=1, whole=Series(items=(Encoded(data=b'1'), None)))"
