"""Conditions of breakpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.error import UsageError

from playhead_kernel.conditions import NAMES, Condition

NOTEBOOK = {"limit": 3}


def condition(text: str) -> Condition:
    return Condition(text, lambda code: eval(code, dict(NOTEBOOK)))


def values(**given: Any) -> dict[str, Callable[[], Any]]:
    return {name: lambda name=name: given[name] for name in NAMES}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("input > limit", True),
        ("input > limit + 1", False),
        ("[n for n in range(input)] == [0, 1, 2, 3]", True),
        ("(lambda x: x + input)(1) == 5", True),
        ("input > 1  # a remark", True),
        ("(input >\n 1)", True),
        ("(input) or (False)", True),
        ("0", False),
    ],
)
def test_an_expression_is_true_or_not(text: str, holds: bool) -> None:
    assert condition(text).holds(values(input=4)) is holds


def test_a_value_is_only_read_when_it_is_named() -> None:
    assert condition("input == 1").holds(values(input=1))  # the others would raise KeyError


@pytest.mark.parametrize("text", ["input >", "x = 1", "import os", "1) or (2", ""])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="The condition is no expression"):
        condition(text)


def test_one_that_fails_holds_and_says_why() -> None:
    broken = condition("input.size > 3")
    assert broken.trouble == ""
    assert broken.holds(values(input=1))
    assert broken.trouble == "AttributeError: 'int' object has no attribute 'size'"


def test_it_shows_as_it_was_typed() -> None:
    assert repr(condition("input > limit")) == "if input > limit"
