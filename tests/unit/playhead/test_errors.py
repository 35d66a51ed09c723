"""What errors say."""

from __future__ import annotations

from playhead.errors import InputInvalid, Issue


def test_what_is_wrong_stands_below_what_it_is_about_line_by_line() -> None:
    error = InputInvalid([Issue(("n",), "must be a number"), Issue((), "is odd")])
    assert str(error) == "Invalid input data: \n- n: must be a number\n- (value): is odd"


def test_a_subject_that_says_it_all_is_a_sentence() -> None:
    error = InputInvalid((), subject="input of a foreach: it needs a list, and got int 5")
    assert str(error) == "Invalid input of a foreach: it needs a list, and got int 5."
