"""Whatever a text says and wherever it stands, no page of the package lets it act: reports, timelines, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import html5lib
import pytest

from playhead_widgets.exhibits import CodeChanges, Comparison, Timeline
from playhead_widgets.picture import picture
from playhead_widgets.player import Player
from playhead_widgets.source import Recording
from playhead_widgets.views.inspection import inspection
from playhead_widgets.views.report import report
from playhead_widgets.views.report_steps import Code, Told
from playhead_widgets.views.run import run_view
from tests.hostile import TEXTS, unsafe
from tests.unit.playhead_widgets.hostile_runs import asking_run_of, run_of, storable

NUMBERS = range(len(TEXTS))

#: Besides, what is no text of a turn or an item but looks like one.
PATHS = (*TEXTS, "a#b", "a#-1", "#1", "a#", "a#" + "9" * 5_000, "a#²", "a/b", "")


class Edited(NamedTuple):
    """A step that has been written anew."""

    path: tuple[str, ...]
    kind: str
    diff: str


def page_of(run: Recording, text: str) -> str:
    """The report, in which the code of every step, what is said of it, the store and the version are the text too."""
    codes = {name: Code(text, text, (text,)) for name in ("say", "arm", "ask", "break")}
    return report(Told(run.workflow, run.log, run.snapshot, codes, text), version=text)


def exhibits_of(run: Recording) -> Iterator[dict[str, str]]:
    """What cells show of a run besides its player."""
    now = run.snapshot()
    yield picture(run.workflow, now)._repr_mimebundle_()
    yield Timeline(Told(run.workflow, run.log, run.snapshot, {}, run.place))._repr_mimebundle_()
    for seq in (1, 3, now.seq):
        moments = ((run.run_id, run.snapshot(seq)), (run.run_id, now))
        yield Comparison(*moments)._repr_mimebundle_()
        yield Comparison(*reversed(moments))._repr_mimebundle_()


def faults_of(bundle: dict[str, str]) -> list[str]:
    """What could act in markup, and what hides or controls in plain text."""
    pages = [bundle[kind] for kind in ("text/html", "image/svg+xml") if kind in bundle]
    hidden = [repr(one) for one in bundle["text/plain"] if not one.isprintable() and one not in "\n\t"]
    return [fault for page in pages for fault in unsafe(page)] + hidden


@pytest.mark.parametrize("text", TEXTS, ids=NUMBERS)
async def test_no_report_lets_a_text_act(text: str) -> None:
    for run in (await run_of(text), await asking_run_of(text)):
        page = page_of(run, text)
        assert unsafe(page) == []
        page.encode("utf-8")


async def test_the_text_stands_in_every_place_of_the_report() -> None:
    """Without it the tests above would prove nothing."""
    text = "<i>hostile</i>"
    tree = html5lib.parse(page_of(await run_of(text), text), namespaceHTMLElements=False)
    sections = {section.find("h2").text: words_of(section) for section in tree.iter("section")}
    header = words_of(tree.find(".//header"))
    wanted = {
        "the description and the store": header.count(text) >= 2,
        "the error's class and text": f"{text}: {text}" in header,
        "the condition's name": text in sections["Graph"],
        "the input and the state": sections["Input and output"].count(f"dict · 1 item {text} {text}") == 2,
        "the file in the traceback": f'File "{text}", line 2' in sections["Input and output"],
        "the question": f"{text} dict · 1 item {text} {text} for {text}" in sections["Questions and answers"],
        "who answered": f"{text}: {text}, who: {text}" in sections["Questions and answers"],
        "what was printed": f"Printed {text}" in sections["Steps"],
        "the code, and what is said of it": f"Code {text} {text}" in sections["Steps"],
        "the version": f"Playhead {text}" in words_of(tree.find(".//footer")),
    }
    assert [name for name, stands in wanted.items() if not stands] == []


def words_of(element: Any) -> str:
    """All text of an element, as a reader sees it."""
    return " ".join(" ".join(element.itertext()).split())


@pytest.mark.parametrize("text", TEXTS, ids=NUMBERS)
async def test_no_exhibit_lets_a_text_act(text: str) -> None:
    for run in (await run_of(text), await asking_run_of(text)):
        for bundle in exhibits_of(run):
            assert faults_of(bundle) == []


@pytest.mark.parametrize("text", TEXTS, ids=NUMBERS)
def test_no_difference_of_code_lets_a_text_act(text: str) -> None:
    diff = f"--- {text}\n+++ {text}\n-{text}\n+{text}\n {text}"
    assert faults_of(CodeChanges([Edited((text,), "changed", one) for one in (diff, "")])._repr_mimebundle_()) == []


@pytest.mark.parametrize("text", PATHS, ids=range(len(PATHS)))
@pytest.mark.parametrize("place", ["say", "arm", "break"])
async def test_a_strangers_log_may_name_its_steps_as_it_likes(text: str, place: str) -> None:
    """No workflow has such a step, but a store that somebody sent may hold a log that says so."""
    for found in (await run_of("x"), await asking_run_of("x")):
        log = [renamed(event, place, storable(text)) for event in found.log]
        run = Recording(found.workflow, log, run_id=text, place=text)
        assert unsafe(page_of(run, "x")) == []
        for bundle in (*exhibits_of(run), Player(run)._repr_mimebundle_()[0]):
            assert faults_of(bundle) == []
        assert run_view(run.workflow, run.snapshot())
        for path in run.snapshot().records:
            assert inspection(run.workflow, run.snapshot(), path, None, run.log)["path"] == "/".join(path)


def renamed(value: Any, old: str, new: str) -> Any:
    """The value with one text for another, however deep."""
    match value:
        case str():
            return new if value == old else value
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*(renamed(part, old, new) for part in value))
        case tuple() | list():
            return type(value)(renamed(part, old, new) for part in value)
        case _ if hasattr(value, "items"):
            return {renamed(key, old, new): renamed(part, old, new) for key, part in value.items()}
    return value
