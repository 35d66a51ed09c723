"""DOT.

A workflow in Graphviz's language. Node names are made up, texts are quoted, nothing comes from data but
labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

from playhead.definition.workflow import Workflow
from playhead_widgets.views.escape import quoted
from playhead_widgets.views.graph import Block, graph_of

Ends = tuple[str, str]  # the nodes at which lines come in and go out


def to_dot(workflow: Workflow[Any, Any]) -> str:
    """The graph of the workflow; nested workflows are clusters."""
    return "\n".join(_Dot().graph(graph_of(workflow)))


class _Dot:
    def __init__(self) -> None:
        self._numbers = count()

    def graph(self, graph: Block) -> Iterator[str]:
        yield f"digraph {quoted(graph['id'])} {{"
        yield '  rankdir="LR"; compound="true";'
        yield '  node [shape="box", style="rounded", fontname="sans-serif"]; edge [fontname="sans-serif"];'
        lines: list[str] = []
        self.sequence(graph["blocks"], lines)
        yield from (f"  {line}" for line in lines)
        yield "}"

    def name(self) -> str:
        return f"n{next(self._numbers)}"

    def sequence(self, blocks: list[Block], lines: list[str]) -> Ends:
        ends = [self.block(block, lines) for block in blocks]
        if not ends:
            point = self.point(lines)
            return point, point
        for (_, left), (right, _) in pairwise(ends):
            lines.append(f"{left} -> {right};")
        return ends[0][0], ends[-1][1]

    def block(self, block: Block, lines: list[str]) -> Ends:
        match block["kind"]:
            case "parallel" | "branch":
                return self.arms(block, lines)
            case "loop":
                first, last = self.block(block["body"], lines)
                text = f"{'until' if block['until'] else 'while'} {block['condition']}"
                lines.append(f'{last} -> {first} [label={quoted(text)}, style="dashed"];')
                return first, last
            case "foreach":
                return self.block({**block["body"], "title": f"{block['body']['title']} (for each)"}, lines)
            case "workflow":
                return self.cluster(block, lines)
            case _:
                return self.leaf(block, lines)

    def leaf(self, block: Block, lines: list[str]) -> Ends:
        node = self.name()
        text = f"{block['title']}\n{block['description']}".strip()
        lines.append(f"{node} [label={quoted(text)}];")
        return node, node

    def cluster(self, block: Block, lines: list[str]) -> Ends:
        lines.append(f"subgraph cluster_{self.name()} {{ label={quoted(block['title'])};")
        ends = self.sequence(block["blocks"], lines)
        lines.append("}")
        return ends

    def arms(self, block: Block, lines: list[str]) -> Ends:
        fork, join = self.point(lines), self.point(lines)
        for arm in block["arms"]:
            first, last = self.block(arm, lines)
            label = f" [label={quoted(arm['condition'])}]" if arm.get("condition") else ""
            lines.append(f"{fork} -> {first}{label};")
            lines.append(f"{last} -> {join};")
        return fork, join

    def point(self, lines: list[str]) -> str:
        node = self.name()
        lines.append(f'{node} [shape="point", label=""];')
        return node
