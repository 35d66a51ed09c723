"""Outlines: a definition or a run as plain text, the same on every machine and in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from playhead_widgets.views.board import Board
from playhead_widgets.views.graph import Block, children
from playhead_widgets.views.states import LOOKS

Line: TypeAlias = Callable[[Block, str], str]


def definition_outline(graph: Block) -> str:
    """The blocks of a workflow as a tree."""
    return "\n".join([_headed(graph), *_tree(graph, "", _described)])


def run_outline(graph: Block, board: Board, error: str | None = None) -> str:
    """A run as a tree: the state of every step, without what varies, which are its times and its id."""
    status = board.state("")
    lines = [f"{graph['title']}: {status}", *_tree(graph, "", lambda block, word: _stated(block, word, board))]
    return "\n".join([*lines, f"{LOOKS[status].sign} {error}"] if error else lines)


def _headed(graph: Block) -> str:
    return f"{graph['title']} — {graph['description']}" if graph["description"] else str(graph["title"])


def _tree(block: Block, indent: str, line: Line) -> Iterator[str]:
    inside = children(block)
    for number, child in enumerate(inside, start=1):
        last = number == len(inside)
        yield indent + ("└─ " if last else "├─ ") + line(child, _word(block, child))
        shown = child["body"] if child["kind"] in ("loop", "foreach") else child
        yield from _tree(shown, indent + ("   " if last else "│  "), line)


def _word(parent: Block, child: Block) -> str:
    """What stands before a node: why, or how often, it runs."""
    if parent["kind"] == "branch":
        return f"if {child['condition']}: "
    match child["kind"]:
        case "loop":
            return f"repeat {'until' if child['until'] else 'while'} {child['condition']}: "
        case "foreach":
            return "for each: " if child["width"] == 1 else f"for each, {child['width']} at a time: "
        case _:
            return ""


def _described(block: Block, word: str) -> str:
    if "title" not in block:
        return f"{block['kind']}"
    text = f"{word}{block['title']}"
    return f"{text} — {block['description']}" if block["description"] else text


def _stated(block: Block, word: str, board: Board) -> str:
    if "title" not in block:
        return f"{block['kind']}"
    state = board.state(block["path"])
    details = [state, *_numbers(block, board)]
    return f"{LOOKS[state].sign} {word}{block['title']}: {', '.join(details)}"


def _numbers(block: Block, board: Board) -> Iterator[str]:
    path = block["path"]
    if block["kind"] == "loop" and board.turn(path):
        yield f"turn {board.turn(path)}"
    if block["kind"] == "foreach" and board.total(path):
        yield f"{board.items(path).get('success', 0)} of {board.total(path)} items"
