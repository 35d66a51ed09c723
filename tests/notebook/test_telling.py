"""Telling a run's story: timeline, diff, export."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest

from tests.hostile import TEXTS, unsafe
from tests.notebook.cells import CHAIN, DEEP, ORDERS
from tests.notebook.shells import Notebook


@pytest.fixture
def orders(notebook: Notebook) -> Notebook:
    """A run that asked, was answered, and is done."""
    notebook(ORDERS + CHAIN)
    notebook("%workflow run orders customer=Ada total=10 --id o --wait")
    notebook("%workflow resume ok=true note=fine --wait")
    return notebook


def seq_of(notebook: Notebook, run: str, kind: str, step: str) -> int:
    """The number of an event; what a step prints may be one event or two."""
    events = notebook(f"%workflow events {run}")
    return next(event.seq for event in events if event.type == kind and event.step_id == step)


# -- timeline ----------------------------------------------------------------------------------------------------


def test_the_timeline_has_a_bar_for_every_try_and_every_wait(orders: Notebook) -> None:
    timeline = orders("%workflow timeline o")
    assert re.findall(r"ph-bar-(\w+)", timeline.svg.rpartition("</style>")[2]) == [
        "success",
        "ran",
        "suspended",
        "success",
    ]
    assert [line.split()[0] for line in timeline.text.splitlines()] == ["price", "approve"]


def test_the_timeline_can_be_that_of_a_moment(orders: Notebook) -> None:
    priced = seq_of(orders, "o", "step-succeeded", "price")
    assert [line.split()[0] for line in orders(f"%workflow timeline o@{priced}").text.splitlines()] == ["price"]
    assert orders("%workflow timeline o@1").text == "Nothing has run yet."


def test_the_timeline_says_no_times_where_texts_must_not_vary(orders: Notebook) -> None:
    assert re.search(r"\d+ ms", orders("%workflow timeline o").text)
    orders("%config PlayheadMagics.deterministic = True")
    assert orders("%workflow timeline o").text == "price    success\napprove  ran, suspended, success"


# -- diff --------------------------------------------------------------------------------------------------------


def test_two_moments_of_a_run_are_compared(orders: Notebook) -> None:
    priced = seq_of(orders, "o", "step-succeeded", "price")
    text = orders(f"%workflow diff o@{priced} o").text
    assert text.startswith(f"o@{priced} → o\n")
    assert "approve: ○ pending → ✓ success" in text
    assert "price" not in text


@pytest.mark.parametrize("line", ["%workflow diff o@price @approve", "%workflow diff o@price o@approve"])
def test_the_second_moment_may_leave_out_the_run(orders: Notebook, line: str) -> None:
    text = orders(line).text
    assert "price: ○ pending → ✓ success" in text
    assert "seen: 0 → 1" in text


def test_one_moment_is_compared_with_now(orders: Notebook) -> None:
    assert orders("%workflow diff o@approve").text == orders("%workflow diff o@approve o").text


def test_two_runs_are_compared(orders: Notebook) -> None:
    orders("%workflow run chain 1 --id a --wait")
    orders("%workflow run chain 2 --id b --wait")
    text = orders("%workflow diff a b").text
    assert "the run's input\n  ± value: 1 → 2" in text
    assert "output of three\n  ± value: 112 → 113" in text


def test_a_fork_alone_is_compared_with_its_parent(orders: Notebook) -> None:
    orders("%workflow run chain 1 --id a --wait")
    orders("%workflow fork a@two 5 --id child --go --wait")
    text = orders("%workflow diff child").text
    assert text.startswith("a → child")
    assert "output of two\n  ± value: 12 → 15" in text
    assert "output of one" not in text


def test_what_does_not_differ_is_said(orders: Notebook) -> None:
    assert orders("%workflow diff o o").text == "o → o\nThere is no difference."


def test_a_comparison_is_a_table_in_a_notebook(orders: Notebook) -> None:
    html = orders("%workflow diff o@price o")._repr_mimebundle_()["text/html"]
    assert unsafe(html) == []
    assert "<th>price</th>" in re.sub(r' scope="row"', "", html)


def test_a_comparison_with_nothing_to_compare_to_is_refused(orders: Notebook) -> None:
    assert "Name two moments" in orders.refused("%workflow diff o")
    assert "'o@3' is too much" in orders.refused("%workflow diff o@1 o@2 o@3")


# -- export ------------------------------------------------------------------------------------------------------


def page_of(notebook: Notebook, line: str, path: str) -> str:
    said = notebook.said(line)
    assert path in said
    return Path(path).read_text("utf-8")


def texts(page: str) -> str:
    """All text of a page, as a reader sees it."""
    return " ".join(" ".join(html5lib.parse(page).itertext()).split())


def test_a_run_becomes_one_page_with_everything_in_it(orders: Notebook) -> None:
    page = page_of(orders, "%workflow export o report.html", "report.html")
    seen = texts(page)
    assert page.startswith("<!doctype html>")
    for wanted in (
        "orders",
        "✓ success",
        "pricing for Ada",  # printed
        "Ship to Ada?",  # asked
        "for manager",
        "fine",  # answered
        "def price(order: Order, ctx: Context[Tally]) -> Order:",  # the code
        "state.seen",  # what changed there
        "run-started",  # the log
    ):
        assert wanted in seen, wanted
    assert page.count("<svg") == 2  # graph and timeline
    assert "Source of" not in seen, "how the log says that a value is written elsewhere is nothing for a reader"


def test_the_page_needs_nothing_but_itself(orders: Notebook) -> None:
    page = page_of(orders, "%workflow export o report.html", "report.html")
    assert unsafe(page) == []
    assert "<script" not in page
    assert re.findall(r"https?://[^\"'\s<]+", page.replace("http://www.w3.org/2000/svg", "")) == []
    assert "default-src &#x27;none&#x27;" in page
    assert "var(" not in page.partition("</style>")[0], "no page gives it colours"


def test_a_failed_run_tells_its_error_and_every_try(notebook: Notebook) -> None:
    notebook("""
from playhead import Workflow, step

@step(retries=2, retry_delay=0)
def shaky(n: int) -> int:
    error = ValueError("too small")
    error.add_note("try a larger one")
    raise error

shakes = Workflow("shakes", input=int, description="It shakes.").then(shaky).commit()
""")
    notebook("%workflow run shakes 1 --id s --wait")
    seen = texts(page_of(notebook, "%workflow export shakes.html", "shakes.html"))
    for wanted in (
        "It shakes.",
        "failed at shaky",
        "ValueError: too small",
        "try a larger one",
        "Traceback",
        "Attempts",
    ):
        assert wanted in seen, wanted
    assert seen.count("✗ failed") >= 4  # the run, the step, and three tries


def test_the_code_is_told_as_it_was(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("@step\ndef two(n: int) -> int:\n    raise ValueError('not yet')")
    notebook("%workflow run chain 1 --id c --wait")
    first = texts(page_of(notebook, "%workflow export c c.html", "c.html"))
    assert "raise ValueError('not yet')" in first
    notebook("@step\ndef two(n: int) -> int:\n    return n + 1000")
    notebook("@step\ndef one(n: int) -> int:\n    return 'written later'")
    before = texts(page_of(notebook, "%workflow export c c.html", "c.html"))
    assert "It has been changed since." in before
    assert "written later" not in before
    notebook("%workflow continue c --wait")
    after = texts(page_of(notebook, "%workflow export c c.html", "c.html"))
    assert "return n + 1000" in after
    assert "It was changed while the run went on: this is how it was when it ran last." in after
    assert "How it was when it ran before @step def two(n: int) -> int: raise ValueError('not yet')" in after
    assert "written later" not in after


def test_items_and_nested_steps_have_their_place(notebook: Notebook) -> None:
    notebook(DEEP)
    notebook("%workflow run deep 1 --id d --wait")
    seen = texts(page_of(notebook, "%workflow export d deep.html", "deep.html"))
    for wanted in ("inner/ship#3", "inner/total", "4 of 4", "def ship(n: int) -> int:"):
        assert wanted in seen, wanted
    assert seen.count("def ship(n: int) -> int:") == 1


#: Every command that shows something as a page or a picture.
LOOKS = (
    "%workflow",
    "%workflow ls",
    "%workflow show",
    "%workflow graph talk",
    "%workflow snapshot",
    "%workflow timeline",
    "%workflow diff @1",
    "%workflow diff --code",
    "%workflow events",
    "%workflow scrub",
    "%workflow breaks",
    "talk",
    "run",
)


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_no_text_of_a_run_gets_out_of_its_place(notebook: Notebook, hostile: str) -> None:
    notebook(f"""
from playhead import Workflow, step

text = {hostile!r}

@step(description=text, retries=1, retry_delay=0)
def speak(given: dict, ctx) -> dict:
    print(text)
    ctx.set_state(note=text)
    if not ctx.resumed:
        ctx.suspend({{"question": text, text: text}}, label="a")
    if not ctx.resume_data:
        raise type(text.encode("ascii", "ignore").decode().replace(chr(0), ""), (Exception,), {{}})(text)
    return {{text: [text, {{text: text}}]}}

talk = Workflow("talk", input=dict, description=text).then(speak).commit()
""")
    notebook("run = session = None")
    notebook("from playhead_kernel import current_session\nsession = current_session()")
    notebook("run = session.start(talk, {'a': text} if chr(0xd800) not in text else {'a': 'b'})\nresult = run.wait()")
    if notebook("str(result.status)") == "suspended":
        notebook("run.resume(False); result = run.wait()")
    page = page_of(notebook, f"%workflow export {notebook('run.run_id')} talk.html", "talk.html")
    assert unsafe(page) == []
    notebook("%config PlayheadMagics.display = 'static'")
    for line in LOOKS:
        ran = notebook.cell(line)
        bundles = [notebook.shell.display_formatter.format(ran.value)[0], *(shown["data"] for shown in ran.shown)]
        for markup in (bundle.get(kind, "") for bundle in bundles for kind in ("text/html", "image/svg+xml")):
            assert unsafe(markup) == [], line


REFUSED = {
    "%workflow export o report": "report is no name of a page: give it one that ends with .html.",
    "%workflow export o nowhere/report.html": "There is no folder 'nowhere': make it first.",
    "%workflow export o notes.html": "notes.html is there already, and was not written by this command",
    "%workflow export o x report.html": "Name a run and a file, no more: 'x' is too much.",
    "%workflow export": "Name the file too",
    "%workflow export nope report.html": "There is no run 'nope'",
}


@pytest.mark.parametrize("line", REFUSED)
def test_an_export_that_cannot_be_is_refused_and_no_file_is_harmed(orders: Notebook, line: str) -> None:
    Path("notes.html").write_text("<h1>My own notes</h1>")
    assert REFUSED[line] in orders.refused(line)
    assert Path("notes.html").read_text() == "<h1>My own notes</h1>"
    assert not Path("report.html").exists()


def test_a_page_written_before_is_replaced(orders: Notebook) -> None:
    first = page_of(orders, "%workflow export o report.html", "report.html")
    orders("%workflow run chain 1 --id c --wait")
    second = page_of(orders, "%workflow export c report.html", "report.html")
    assert first != second
    assert [path.name for path in Path().glob(".report*")] == []


def test_a_run_that_goes_on_can_be_told_too(notebook: Notebook) -> None:
    notebook(CHAIN)
    notebook("%workflow run chain 1 --id c --break two --wait")
    seen = texts(page_of(notebook, "%workflow export c.html", "c.html"))
    assert "‖ paused" in seen
    assert "✓ success" in seen
