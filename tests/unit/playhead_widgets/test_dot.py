"""DOT: a workflow in Graphviz's language."""

from __future__ import annotations

import re
from typing import Any

import graphviz
import pytest

from playhead_widgets.views.dot import to_dot
from tests.unit.playhead_widgets.recordings import approve, arms, chain, loops

LABEL = re.compile(r'(\w+) \[label="((?:[^"\\]|\\.)*)"\]')


def labels(flow: Any) -> dict[str, str]:
    """Labels of nodes by what stands first in them."""
    return {text.split("\\n")[0]: name for name, text in LABEL.findall(to_dot(flow))}


def lines(flow: Any) -> set[tuple[str, str]]:
    return set(re.findall(r"(\w+) -> (\w+)", to_dot(flow)))


def test_steps_are_nodes_in_a_row() -> None:
    found = labels(chain())
    assert lines(chain()) == {(found["more"], found["twice"])}


def test_arms_stand_between_a_fork_and_a_join_and_branches_carry_conditions() -> None:
    text = to_dot(arms())
    assert 'label="is_large"' in text
    assert 'label="is_small"' in text
    assert text.count('shape="point"') == 4


def test_a_loop_leads_back_and_a_nested_workflow_is_a_cluster() -> None:
    text = to_dot(loops())
    assert 'label="while ctx.iteration < 3", style="dashed"' in text
    assert 'label="crawl"' in text
    assert text.count("subgraph cluster_") == 2


@pytest.mark.parametrize("flow", [chain(), arms(), loops()], ids=["chain", "arms", "loops"])
def test_the_text_is_the_same_every_time_and_its_braces_are_balanced(flow: Any) -> None:
    text = to_dot(flow)
    assert text == to_dot(flow)
    assert text.count("{") == text.count("}")
    assert graphviz.Source(text).source.startswith("digraph")


def test_a_workflow_draws_itself() -> None:
    assert chain().to_dot() == to_dot(chain())
    assert approve.id not in chain().to_dot()
