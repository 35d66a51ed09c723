"""Every error has a code of its own that programs can rely on."""

from __future__ import annotations

import re
from collections import Counter

from playhead import errors


def error_classes() -> list[type[BaseException]]:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    own = [value for value in classes if value.__module__ == errors.__name__]
    return [value for value in own if issubclass(value, BaseException)]


def test_every_error_class_states_its_own_code() -> None:
    assert [error.__name__ for error in error_classes() if not isinstance(vars(error).get("code"), str)] == []


def test_codes_are_kebab_case() -> None:
    codes = {vars(error)["code"] for error in error_classes()}
    assert {code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)} == set()


def test_no_two_errors_share_a_code() -> None:
    counts = Counter(vars(error)["code"] for error in error_classes())
    assert {code for code, count in counts.items() if count > 1} == set()


def test_the_docstring_draws_every_error() -> None:
    drawn = set(re.findall(r"\w+", errors.__doc__ or ""))
    assert {error.__name__ for error in error_classes()} - drawn == set()
