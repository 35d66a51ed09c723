"""The parity table: which cases have passed on which set-up, as a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from .cases import CATALOGUE_A, CATALOGUE_B, MEANINGFUL, MEANINGLESS, OWN
from .requirements import LATER, REQUIREMENTS

SET_UPS = {"direct": "direct", "evented-memory": "evented, in memory", "evented-disk": "evented, on disk"}
"""The name of each set-up, and what readers call it."""

INTRODUCTION = """\
# Parity of the engines

One suite, `tests/conformance`, runs every case on each set-up through one fixture. This page is written by
`pytest tests/conformance --parity docs/parity.md` from what passed; a test fails when it is out of date.
A number is how many of the cases have passed: all tests of the case, on that set-up.
"""


NOT_PASSED = "## Not passed"
"""Heads the section that stands on the page only when something is missing."""


class Tally:
    """What became of the tests of each case on each set-up."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str], list[bool]] = defaultdict(list)

    def add(self, case: str, set_up: str, passed: bool) -> None:
        self._outcomes[case, set_up].append(passed)

    def has_passed(self, case: str, set_up: str) -> bool:
        """Whether the case has tests on that set-up, and all have passed."""
        outcomes = self._outcomes.get((case, set_up), [])
        return bool(outcomes) and all(outcomes)

    def missing(self) -> dict[str, list[str]]:
        """The set-ups on which a case has not passed, for each such case that has a meaning."""
        found = {case: [each for each in SET_UPS if not self.has_passed(case, each)] for case in MEANINGFUL}
        return {case: set_ups for case, set_ups in found.items() if set_ups}


class Writer:
    """A pytest plugin that writes the page after the run.

    With ``--collect-only`` it writes what the page would be if every test passed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tally = Tally()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report = yield
        if report.when == "call" or not report.passed:
            self._add(item, report.passed)
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            for item in session.items:
                self._add(item, passed=True)

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(document(self._tally), encoding="utf-8")

    def _add(self, item: pytest.Item, passed: bool) -> None:
        for case in cases_of(item):
            self._tally.add(case, set_up_of(item), passed)


def cases_of(item: pytest.Item) -> set[str]:
    """The cases a test is marked with."""
    return {case for mark in item.iter_markers("case") for case in mark.args}


def set_up_of(item: pytest.Item) -> str:
    """The set-up a test runs on: the value of the fixture `engine`."""
    call = getattr(item, "callspec", None)
    return str(call.params.get("engine", "none")) if call else "none"


def document(tally: Tally) -> str:
    """The whole page."""
    domains = [
        (domain.name, domain.title, tuple(each for each in domain.cases if each in MEANINGFUL))
        for domain in (*CATALOGUE_A, *CATALOGUE_B, *OWN)
    ]
    parts = [
        INTRODUCTION,
        "## The twenty-six requirements\n",
        *_table("requirement", [(each.id, each.title, each.cases) for each in REQUIREMENTS], tally),
        "\n## The two later groups\n",
        *_table("requirement", [(each.id, each.title, each.cases) for each in LATER], tally),
        "\n## Every case\n",
        *_table("domain", [row for row in domains if row[2]], tally),
        *_missing(tally),
        "\n## Cases that mean nothing here\n",
        "| case | why |",
        "|---|---|",
        *(f"| {case} | {reason} |" for case, reason in MEANINGLESS.items()),
        "\n## Which cases show which requirement\n",
        "| requirement | cases |",
        "|---|---|",
        *(f"| {each.id} | {', '.join(each.spelled)} |" for each in (*REQUIREMENTS, *LATER)),
    ]
    return "\n".join(parts) + "\n"


def _table(head: str, rows: Sequence[tuple[str, str, Sequence[str]]], tally: Tally) -> Iterator[str]:
    yield f"| {head} | | cases | {' | '.join(SET_UPS.values())} |"
    yield "|---|---|--:|" + "--:|" * len(SET_UPS)
    for name, title, cases in rows:
        yield f"| {name} | {title} | {len(cases)} | {_counts(cases, tally)} |"
    every = {case for _, _, cases in rows for case in cases}
    yield f"| all | each case once | {len(every)} | {_counts(every, tally)} |"


def _counts(cases: Iterable[str], tally: Tally) -> str:
    return " | ".join(str(sum(tally.has_passed(case, set_up) for case in cases)) for set_up in SET_UPS)


def _missing(tally: Tally) -> Iterator[str]:
    missing = tally.missing()
    if missing:
        yield f"\n{NOT_PASSED}\n"
    for case, set_ups in missing.items():
        yield f"- {case}: {'; '.join(SET_UPS[each] for each in set_ups)}"
