"""Small words: spans of time, widths of texts, states, complaints, and text made harmless."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.errors import InputInvalid, Issue
from playhead.machine.snapshot import Status
from playhead_widgets.views.complaints import complaint
from playhead_widgets.views.durations import ago, duration
from playhead_widgets.views.escape import clean, escape, quoted
from playhead_widgets.views.forms import AnswerInvalid
from playhead_widgets.views.measure import fitted, text_width
from playhead_widgets.views.states import LOOKS, together
from tests.unit.playhead_widgets.scripts import run


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.43, "430 ms"),
        (0.9996, "1 s"),
        (2.5, "2.5 s"),
        (59.96, "1 min"),
        (185, "3 min 5 s"),
        (3_599.6, "1 h"),
        (7_260, "2 h 1 min"),
        (356_400, "4 d 3 h"),
        (-1, "0 ms"),
        (timedelta(minutes=2), "2 min"),
    ],
)
def test_a_span_of_time_reads_as_people_say_it(seconds: float | timedelta, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "just now"), (0.9, "just now"), (2.6, "3 s ago"), (185, "3 min 5 s ago")]
)
def test_how_long_ago_it_was_is_told_by_the_second(seconds: float, text: str) -> None:
    assert ago(seconds) == text


@given(st.text(max_size=80), st.floats(20, 300))
def test_a_fitted_text_fits(text: str, room: float) -> None:
    cut = fitted(text, 12, room)
    assert text_width(cut, 12) <= room + 0.01 or cut == text
    assert cut == text or cut.endswith("…")


@given(st.text())
def test_a_cleaned_text_holds_nothing_that_hides_or_controls(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(text, lines=True).replace("\n", "").replace("\t", "").isprintable()


@given(st.text())
def test_an_escaped_text_holds_no_markup(text: str) -> None:
    assert not set("<>\"'") & set(escape(text))


@given(st.text())
def test_a_quoted_text_is_one_string_of_dot(text: str) -> None:
    inner = quoted(text)[1:-1]
    assert quoted(text)[0] == quoted(text)[-1] == '"'
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", r"a\u202eb"),
        ("\x1b[31m", r"\u001b[31m"),
        ("a\x00b", r"a\u0000b"),
        ("\ud800", r"\ud800"),
        ("a\tb\nc\rd", "a b c d"),
        ("\U000e0001", r"\U000e0001"),
        ("naïve 漢字 😀", "naïve 漢字 😀"),
    ],
)
def test_characters_that_deceive_are_shown_as_what_they_are(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert clean("x" * 1_300, 100) == "x" * 100 + "… (+1,200)"


@pytest.mark.parametrize(
    ("states", "loudest"),
    [
        ([], "pending"),
        (["success", "skipped"], "success"),
        (["success", "running"], "running"),
        (["running", "suspended"], "suspended"),
        (["suspended", "failed", "success"], "failed"),
    ],
)
def test_of_many_states_the_loudest_is_shown(states: list[str], loudest: str) -> None:
    assert together(states) == loudest


def test_no_two_states_look_alike() -> None:
    assert len({look.sign for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.glyph for look in LOOKS.values()}) == len(LOOKS)


def test_how_a_run_stands_makes_a_sentence_now_and_in_the_past() -> None:
    told = run(
        "stood, became from standing", "data.map((status) => [status, stood(status), became(status)])", list(Status)
    )
    assert told == [
        ["pending", "was pending", "is pending"],
        ["running", "was running", "is running"],
        ["waiting", "was waiting", "is waiting"],
        ["suspended", "was suspended", "is suspended"],
        ["paused", "was paused", "is paused"],
        ["success", "had succeeded", "succeeded"],
        ["failed", "had failed", "failed"],
        ["tripwire", "had tripped", "was ended by a tripwire"],
        ["canceled", "was canceled", "was canceled"],
    ]


def test_a_complaint_tells_the_parts_it_is_about() -> None:
    error = InputInvalid([Issue(("lines", 0, "count"), "Input should be a valid integer", "x")])
    found = complaint(error)
    assert found["type"] == "InputInvalid"
    assert found["issues"] == [{"path": ["lines", 0, "count"], "message": "Input should be a valid integer"}]
    assert "\n" not in found["message"]


def test_a_complaint_about_an_answer_names_its_field() -> None:
    assert complaint(AnswerInvalid(("due",), "needs a value"))["issues"] == [
        {"path": ["due"], "message": "needs a value"}
    ]


def test_any_error_makes_a_complaint() -> None:
    assert complaint(ValueError("no\nway")) == {"type": "ValueError", "message": "no\nway", "issues": []}
    assert complaint(KeyError())["message"] == "KeyError"
