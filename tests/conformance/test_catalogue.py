"""Every case of both catalogues is tested, or stands in a table of those that mean nothing here, with why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .cases import CATALOGUE_A, CATALOGUE_B, MESSAGE_BUS_B, NO_MEANING_HERE_A, NO_MEANING_HERE_B

HERE = Path(__file__).parent


def cases_named_in(source: str) -> Iterator[str]:
    """The ids in every call of `case(...)`, wherever it stands: above a test or in its parameters."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "case":
            for argument in node.args:
                assert isinstance(argument, ast.Constant), "case() takes its ids as they are written"
                yield argument.value


def cases_under_test() -> set[str]:
    return {case for path in HERE.glob("test_*.py") for case in cases_named_in(path.read_text("utf-8"))}


def test_every_case_of_catalogue_a_is_tested_or_has_a_reason_not_to_be() -> None:
    assert set(CATALOGUE_A) - cases_under_test() == set(NO_MEANING_HERE_A)


def test_every_case_of_catalogue_b_is_tested_or_has_a_reason_not_to_be() -> None:
    assert set(CATALOGUE_B) - cases_under_test() == set(NO_MEANING_HERE_B)


def test_every_case_named_by_a_test_stands_in_a_catalogue() -> None:
    assert cases_under_test() <= {*CATALOGUE_A, *CATALOGUE_B, *MESSAGE_BUS_B}


def test_the_catalogues_hold_no_case_twice_and_as_many_as_they_announce() -> None:
    assert len(CATALOGUE_A) == len(set(CATALOGUE_A)) == 160
    assert len(CATALOGUE_B) == len(set(CATALOGUE_B))
    assert not set(CATALOGUE_A) & set(CATALOGUE_B)
