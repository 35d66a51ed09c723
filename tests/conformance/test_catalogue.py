"""Every case is tested on every set-up, or stands in the one table of those that mean nothing here, with why."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .cases import CATALOGUE_A, CATALOGUE_B, MEANINGFUL, MEANINGLESS, OWN
from .parity import NOT_PASSED, SET_UPS, Tally, document
from .requirements import LATER, REQUIREMENTS

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "parity.md"

QUICKLY = ("-o", "addopts=--import-mode=importlib", "-p", "no:nbval", "-p", "no:randomly", "--assert=plain")
"""Options without what takes longer than the collecting itself: notebooks, and assertions rewritten for display."""


@pytest.fixture(scope="module")
def page_of_all_tests(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as it is when all tests pass, found by collecting them, which imports them anew."""
    page = tmp_path_factory.mktemp("parity") / "parity.md"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", f"--parity={page}", str(HERE), *QUICKLY]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=HERE.parents[1])
    return page.read_text(encoding="utf-8")


def test_every_case_with_a_meaning_has_tests_on_every_set_up(page_of_all_tests: str) -> None:
    untested = page_of_all_tests.partition(NOT_PASSED)[2].partition("\n## ")[0]
    assert untested.split("\n") == [""]


def test_the_page_of_parity_is_what_the_tests_say(page_of_all_tests: str) -> None:
    assert PAGE.read_text(encoding="utf-8") == page_of_all_tests, (
        "run: pytest tests/conformance --parity docs/parity.md"
    )


def test_no_test_of_the_suite_can_be_skipped() -> None:
    skipping = re.compile(r"\b(skip|skipif|xfail|importorskip)\(")
    assert [path.name for path in HERE.glob("*.py") if skipping.search(path.read_text("utf-8"))] == []


def test_no_case_is_listed_twice_and_the_catalogues_have_as_many_as_they_announce() -> None:
    every = [case for domain in (*CATALOGUE_A, *CATALOGUE_B, *OWN) for case in domain.cases]
    assert len(every) == len(set(every))
    assert sum(len(domain.cases) for domain in CATALOGUE_A) == 160
    assert set(MEANINGLESS) < set(every)


def test_each_of_the_twenty_six_requirements_and_of_the_later_ones_is_shown_by_cases() -> None:
    assert len(REQUIREMENTS) == 26
    assert [requirement.id for requirement in REQUIREMENTS + LATER if not requirement.cases] == []


def test_a_case_has_passed_on_a_set_up_when_it_has_tests_there_and_none_failed() -> None:
    tally = Tally()
    for case in MEANINGFUL:
        for set_up in SET_UPS:
            tally.add(case, set_up, True)
    assert NOT_PASSED not in document(tally)

    tally.add("SUSP-12", "direct", False)
    tally.add("SUSP-12", "direct", True)
    assert tally.missing() == {"SUSP-12": ["direct"]}
    assert document(tally).partition(NOT_PASSED)[2].startswith("\n\n- SUSP-12: direct\n")
    assert Tally().missing() == {case: list(SET_UPS) for case in MEANINGFUL}
