"""The report: a run as one page."""

from __future__ import annotations

import html5lib
import pytest

from playhead_widgets.views.answers import answers_of
from playhead_widgets.views.report import report
from playhead_widgets.views.report_steps import Code, Told
from tests.unit.playhead_widgets.recordings import NAMES, recording


def told(name: str, codes: dict[str, Code] | None = None) -> Told:
    found = recording(name)
    return Told(found.workflow, found.log, found.snapshot, codes or {}, "a store")


@pytest.mark.parametrize("name", NAMES)
def test_every_run_becomes_a_page_that_a_parser_understands(name: str) -> None:
    page = report(told(name), version="1.2.3")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page)
    faults = [fault for _, fault, _ in parser.errors]
    assert faults == []


@pytest.mark.parametrize("name", NAMES)
def test_every_place_that_was_reached_has_its_section(name: str) -> None:
    found = told(name)
    seen = " ".join(html5lib.parse(report(found, version="1")).itertext())
    for record in found.moment(None).ordered():
        assert "/".join(record.path) in seen


def test_the_code_stands_once_with_what_is_to_be_known_about_it() -> None:
    page = report(told("chain", {"more": Code("def more(n):\n    return n + 1", "It has changed since.")}), version="1")
    assert page.count("def more(n):\n    return n + 1") == 1
    assert "It has changed since." in page


def test_answers_are_told_with_what_was_asked_and_by_whom() -> None:
    name = next(name for name in NAMES if list(answers_of(recording(name).log, recording(name).snapshot)))
    answers = list(answers_of(recording(name).log, recording(name).snapshot))
    page = report(told(name), version="1")
    assert "Questions and answers" in page
    for answer in answers:
        assert answer.answered is not None
        assert answer.who.startswith("process ") or answer.who == ""


def test_a_run_that_asked_nothing_has_no_section_for_answers() -> None:
    assert "Questions and answers" not in report(told("chain"), version="1")


def test_very_many_items_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playhead_widgets.views.report_steps.STEPS", 2)
    name = next(name for name in NAMES if any("#2" in r.path[-1] for r in recording(name).snapshot().ordered()))
    assert "more</p>" in report(told(name), version="1")
