"""Whatever a text says and wherever it stands, no picture, outline or message of the package lets it act."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import html5lib
import pandas as pd
import pytest

from playhead import Workflow, WorkflowError, step
from playhead.machine.events import Event
from playhead_widgets.picture import definition_bundle, picture
from playhead_widgets.player import Player
from playhead_widgets.source import Recording
from playhead_widgets.views.dot import to_dot
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.inspection import inspection
from playhead_widgets.views.run import run_view
from playhead_widgets.views.svg import svg_of
from playhead_widgets.views.text import definition_outline
from playhead_widgets.views.trees import tree_markup
from playhead_widgets.views.values import tree
from tests.hostile import TEXTS, unsafe
from tests.unit.playhead_widgets.hostile_runs import asking_run_of, flow_with, run_of, storable

DOT_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def svgs(run: Recording) -> Iterator[tuple[str, str]]:
    yield "the definition", definition_bundle(run.workflow)["image/svg+xml"]
    yield "a picture", picture(run.workflow, run.snapshot()).svg
    yield "a closed picture", picture(run.workflow, run.snapshot(), open=(), width=300).svg
    yield "the live graph", Player(run).graph
    yield "what a saved notebook keeps", Player(run)._repr_mimebundle_()[0]["image/svg+xml"]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_no_picture_lets_a_text_act(text: str) -> None:
    for name, markup in (*svgs(await run_of(text)), *svgs(await asking_run_of(text))):
        assert unsafe(markup) == [], name
        ElementTree.fromstring(markup)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_picture_lets_a_name_act_that_no_workflow_could_have(text: str) -> None:
    block = {"id": text, "path": text, "title": text, "description": text, "kind": "step", "asks": False}
    arms = [{**block, "condition": text}, {**block, "path": "other", "condition": text}]
    loop = {**block, "kind": "loop", "body": block, "until": True, "condition": text}
    each = {**block, "kind": "foreach", "body": block, "width": text}
    inner = {**block, "kind": "workflow", "blocks": [block]}
    blocks = [block, {"kind": "branch", "arms": arms}, loop, each, inner]
    graph = {**block, "kind": "workflow", "path": "", "blocks": blocks}
    markup = svg_of(graph)
    assert unsafe(markup) == []
    ElementTree.fromstring(markup)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_value_written_as_html_lets_a_text_act(text: str) -> None:
    rows = [{"a": text, text: "b"}, {"a": "c", text: text}]
    for value in (
        text,
        {text: [text]},
        rows,
        ValueError(text),
        {text},
        pd.DataFrame({storable(text): [storable(text)]}),
    ):
        assert unsafe(tree_markup(tree(value))) == []


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_such_text_is_taken_as_the_name_of_a_workflow_or_a_step(text: str) -> None:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", text):
        pytest.skip("it is harmless")
    for make in (lambda: Workflow(text), lambda: step(id=text)(flow_with)):
        with pytest.raises((WorkflowError, ValueError)):
            make()


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_plain_texts_hold_nothing_that_hides_or_controls(text: str) -> None:
    run = await run_of(text)
    for outline in (picture(run.workflow, run.snapshot()).text, definition_outline(graph_of(run.workflow))):
        assert all(character.isprintable() or character in "\n\t" for character in outline)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_what_is_told_to_the_browser_holds_nothing_that_hides_or_controls(text: str) -> None:
    told: list[Any] = []
    for run in (await run_of(text), await asking_run_of(text)):
        told += [run_view(run.workflow, run.snapshot())]
        told += [
            inspection(run.workflow, run.snapshot(), path, None, run.log) for path in ((), *run.snapshot().records)
        ]
    for said in strings(json.loads(json.dumps(told))):
        assert all(character.isprintable() or character in "\n\t" for character in said), said


def strings(value: Any) -> Iterator[str]:
    """Every text in plain data, but for the answer's schema, which is the step's own and shown to nobody."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key != "schema":
                yield key
                yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_in_dot_a_text_is_one_quoted_string(text: str) -> None:
    rest = DOT_STRING.sub("", to_dot(flow_with(text)))
    assert '"' not in rest
    assert not re.search(r"URL|href|tooltip|<", rest)


async def test_what_a_step_prints_is_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    run = await run_of("quiet")
    seq = run.log[-1].seq
    run.extend([Event(seq + 1, run.log[-1].at, "step-printed", ("say",), {"text": "\x1b[31mred\u202e\n"})])
    assert Player(run).get_state()["truth"]["prints"][-1][2] == r"\u001b[31mred\u202e" + "\n"


NAIVE: list[Callable[[str], str]] = [
    lambda text: f"<p>{text}</p>",
    lambda text: f'<div title="{text}">x</div>',
    lambda text: f"<svg><text>{text}</text></svg>",
]


@pytest.mark.parametrize("naive", NAIVE)
def test_the_oracle_notices_what_is_written_naively(naive: Callable[[str], str]) -> None:
    found = [text for text in TEXTS if unsafe(naive(text))]
    assert len(found) >= 12


def test_the_oracle_knows_its_own_markup_as_safe() -> None:
    assert unsafe("<p class='a'><code>x</code> <a href='#b'>c</a></p>") == []
    assert html5lib.parse("<p>")
    assert len(TEXTS) == len(set(TEXTS)) >= 40
