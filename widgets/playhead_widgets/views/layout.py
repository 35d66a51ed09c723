"""Layout: blocks are laid out recursively, left to right, so that no two lines cross and no two boxes
overlap.

A sequence wraps into rows; arms are stacked between a fork and a join; a loop's back edge runs underneath its
body; a nested workflow is a group around its own sequence, or a card while it is closed.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Final

from playhead_widgets.views import curves
from playhead_widgets.views.boxes import DENSE, ROOMY, Box, Edge, Pill, Style
from playhead_widgets.views.graph import Block, leaf_count
from playhead_widgets.views.measure import fitted, text_width

DENSE_FROM: Final = 60  # leaves: more than that are drawn small
CLOSED_FROM: Final = 120  # leaves: in a bigger picture nested workflows begin closed

_DOT: Final = 9.0  # width of a start, end, fork or join
_INSET: Final = 18.0  # beside wrapped rows, for the lines from one to the next
_PAD: Final = 14.0  # inside a group
_HEADER: Final = 30.0  # a group's title
_GLYPH: Final = 32.0  # left part of a card, for its state
_STACK: Final = 4.0  # how far each sheet of a stack peeps out
_PROGRESS: Final = 16.0  # a foreach's row of items
_LANE: Final = 24.0  # under a loop's body, for the way back
_AROUND: Final = 20.0  # beside a loop's body, likewise
_PILL: Final = 16.0
_LONGEST_PILL: Final = 132.0
_NARROWEST_ROW: Final = 240.0


def layout(graph: Block, width: float, open: Collection[str] | None = None) -> Box:
    """Lay the workflow out in ``width`` pixels, more where a single block is wider.

    ``open`` are the paths of the nested workflows to show with their inside; None: all of them, in a picture
    that does not get too big by it.
    """
    leaves = leaf_count(graph)
    everything = open is None and leaves < CLOSED_FROM
    drawing = _Layout(DENSE if leaves > DENSE_FROM else ROOMY, None if everything else frozenset(open or ()))
    return drawing.whole(graph, width)


class _Layout:
    def __init__(self, style: Style, open: Collection[str] | None) -> None:
        self.style = style
        self.open = open

    def whole(self, graph: Block, width: float) -> Box:
        start, end = self.dot("start"), self.dot("end")
        boxes = [start, *(self.block(block, width) for block in graph["blocks"]), end]
        return self.sequence(boxes, width)

    def block(self, block: Block, limit: float) -> Box:
        match block["kind"]:
            case "parallel" | "branch":
                return self.arms(block, limit)
            case "loop":
                return self.loop(block, limit)
            case "foreach":
                return self.foreach(block, limit)
            case "workflow":
                return self.workflow(block, limit)
            case _:
                return self.card(block)

    def dot(self, kind: str) -> Box:
        return Box(kind, _DOT, _DOT, _DOT / 2, _DOT / 2)

    # -- cards and groups ----------------------------------------------------------------------------------

    def card(self, block: Block, *, closed: bool = False, more: float = 0.0) -> Box:
        style = self.style
        title = text_width(block["title"], style.title) * 1.04  # it is set bolder than the text was measured
        text = text_width(block["description"], style.text) if style.lines > 1 else 0.0
        narrowest = style.narrowest if block["kind"] not in ("map", "sleep") else style.narrowest * 0.7
        room = _GLYPH + max(title, text) + 14 + (18 if closed else 0)
        w = round(min(max(room, narrowest), style.widest))
        h = style.card + more
        return Box("card", w, h, h / 2, h / 2, block, closed=closed)

    def workflow(self, block: Block, limit: float) -> Box:
        if self.open is not None and block["path"] not in self.open:
            return self.card(block, closed=True)
        room = max(limit - 2 * _PAD, _NARROWEST_ROW)
        inner = self.sequence([self.block(child, room) for child in block["blocks"]], room)
        title = _GLYPH + text_width(block["title"], self.style.title) + 150  # beside it stand state and duration
        w = max(inner.w + 2 * _PAD, min(title, self.style.widest + 60))
        inner.x, inner.y = (w - inner.w) / 2, _HEADER + _PAD - 4
        box = Box("group", w, inner.y + inner.h + _PAD, inner.y + inner.axis, inner.y + inner.leave, block)
        box.children, box.rows = [inner], inner.rows
        box.edges = _doors(box, inner)
        return box

    def foreach(self, block: Block, limit: float) -> Box:
        body = block["body"]
        shown = {**body, "foreach": block}
        if body["kind"] == "workflow" and (self.open is None or body["path"] in self.open):
            inside = self.workflow(shown, limit - 2 * _STACK)
        else:
            inside = self.card(shown, closed=body["kind"] == "workflow", more=_PROGRESS)
        inside.stacked = True
        box = Box("stack", inside.w + 2 * _STACK, inside.h + 2 * _STACK, inside.axis, inside.leave, block)
        box.children = [inside]
        right = Edge(curves.curve(inside.w + 2 * _STACK, inside.leave, box.w, inside.leave), after=block["path"])
        box.edges = [right] if box.w > inside.w + 2 * _STACK else []
        return box

    # -- blocks around others ------------------------------------------------------------------------------

    def loop(self, block: Block, limit: float) -> Box:
        body = self.block({**block["body"], "loop": block}, limit - 2 * _AROUND)
        word = "until" if block["until"] else "while"
        text = f"{word} {block['condition']}"
        turn = text_width(" · turn 000", self.style.text - 0.5)
        label = fitted(text, self.style.text - 0.5, max(_LONGEST_PILL, body.w - turn))
        pill_w = text_width(label, self.style.text - 0.5) + turn + 30
        w = max(body.w, pill_w) + 2 * _AROUND
        body.x = (w - body.w) / 2
        lane = body.h + _LANE - _PILL / 2 + 2
        box = Box("loop", w, body.h + _LANE + _PILL / 2, body.axis, body.leave, block, children=[body])
        right, path = body.x + body.w, block["path"]
        box.edges = [
            Edge(curves.back_edge(right + 4, body.leave, lane, body.x - 4, body.axis), kind="back", after=path),
            Edge(curves.curve(0, body.axis, body.x, body.axis, arrow=_pointed(body)), into=(path,)),
            Edge(curves.curve(right, body.leave, w, body.leave), after=path),
        ]
        box.pills = [Pill(label, text, "loop", (w - pill_w) / 2, lane - _PILL / 2, pill_w, path)]
        return box

    def arms(self, block: Block, limit: float) -> Box:
        size = self.style.text - 0.5
        labels = [fitted(arm.get("condition", ""), size, _LONGEST_PILL) for arm in block["arms"]]
        pills = [text_width(label, size) + 18 if label else 0.0 for label in labels]
        column = max(pills) + 16 if any(pills) else 8.0
        inner = max(limit - column - 2 * _DOT - 80, _NARROWEST_ROW)
        boxes = [self.block(arm, inner) for arm in block["arms"]]
        height = sum(arm.h for arm in boxes) + self.style.arm_gap * (len(boxes) - 1)
        fan = 24 + min(28.0, height / 14) if len(boxes) > 1 else 16.0
        left, widest = _DOT + fan + column, max(arm.w for arm in boxes)
        y = 0.0
        for arm in boxes:
            arm.x, arm.y, y = left, y, y + arm.h + self.style.arm_gap
        axis = (boxes[0].y + boxes[0].axis + boxes[-1].y + boxes[-1].axis) / 2
        leave = (boxes[0].y + boxes[0].leave + boxes[-1].y + boxes[-1].leave) / 2
        box = Box(block["kind"], left + widest + fan + _DOT, height, axis, leave, block)
        fork, join = self.dot("fork"), self.dot("join")
        fork.y, join.x, join.y = axis - _DOT / 2, box.w - _DOT, leave - _DOT / 2
        box.children = [fork, *boxes, join]
        for arm, label, w in zip(boxes, labels, pills, strict=True):
            box.edges += _arm_edges(box, arm, _DOT + fan, left + widest)
            if label:
                whole, at = arm_condition(arm), arm.y + arm.axis - _PILL / 2
                box.pills.append(Pill(label, whole, "when", _DOT + fan, at, w, arm.entries[0]))
        return box

    # -- sequences -----------------------------------------------------------------------------------------

    def sequence(self, boxes: list[Box], limit: float) -> Box:
        rows = self.rows(boxes, limit)
        inset = _INSET if len(rows) > 1 else 0.0
        y, w = 0.0, 0.0
        for row in rows:
            above = max(box.axis for box in row)
            x = inset
            for box in row:
                box.x, box.y = x, y + above - box.axis
                x += box.w + self.style.gap
            w = max(w, x - self.style.gap + inset)
            y = max(box.y + box.h for box in row) + self.style.row_gap
        whole = Box("sequence", w, y - self.style.row_gap, boxes[0].y + boxes[0].axis, boxes[-1].y + boxes[-1].leave)
        whole.children, whole.rows = boxes, len(rows)
        for row in rows:
            whole.edges += [self.edge(left, right) for left, right in pairwise(row)]
        for above_row, below in pairwise(rows):
            whole.edges.append(self.wrap(above_row, below[0]))
        return whole

    def rows(self, boxes: list[Box], limit: float) -> list[list[Box]]:
        """Fill rows from the left; a row takes at least one box, and never only the dot at the end."""
        if sum(box.w + self.style.gap for box in boxes) - self.style.gap <= limit:
            return [boxes]
        rows: list[list[Box]] = [[]]
        used = 2 * _INSET
        for box in boxes:
            if rows[-1] and rows[-1][-1].kind != "start" and used + box.w > limit and box.kind != "end":
                rows.append([])
                used = 2 * _INSET
            rows[-1].append(box)
            used += box.w + self.style.gap
        return rows

    def edge(self, left: Box, right: Box) -> Edge:
        start, end = left.y + left.leave, right.y + right.axis
        line = curves.curve(left.x + left.w, start, right.x, end, arrow=_pointed(right))
        return Edge(line, *_meaning(right))

    def wrap(self, row: list[Box], target: Box) -> Edge:
        last = row[-1]
        lane = max(box.y + box.h for box in row) + self.style.row_gap / 2
        y = target.y + target.axis
        x = last.x + last.w
        line = curves.carriage_return(
            x, last.y + last.leave, lane, target.x - _INSET + 4, target.x, y, arrow=_pointed(target)
        )
        return Edge(line, *_meaning(target), kind="wrap")


def arm_condition(arm: Box) -> str:
    """The condition of a branch's arm, uncut."""
    return str((arm.block or {}).get("condition", ""))


def _pointed(box: Box) -> bool:
    """Cards are; what has lines of its own inside points there."""
    return box.kind == "card" or (box.kind == "stack" and box.children[0].kind == "card")


def _meaning(target: Box) -> tuple[tuple[str, ...], str | None]:
    """When a line into the box has been travelled: at the end of the run (path ``""``), else as it begins."""
    return ((), "") if target.kind == "end" else (target.entries, None)


def _doors(group: Box, inner: Box) -> list[Edge]:
    """From the group's border to its first box, and from its last to the border."""
    first, last = inner.children[0], inner.children[-1]
    y0, y1 = inner.y + inner.axis, inner.y + inner.leave
    path = (group.block or {}).get("path", "")
    return [
        Edge(curves.curve(0, y0, inner.x + first.x, y0, arrow=_pointed(first)), *_meaning(first)),
        Edge(curves.curve(inner.x + last.x + last.w, y1, group.w, y1), after=path),
    ]


def _arm_edges(box: Box, arm: Box, left: float, right: float) -> list[Edge]:
    y0, y1 = arm.y + arm.axis, arm.y + arm.leave
    into = curves.curve(_DOT, box.axis, left, y0, until=arm.x, arrow=_pointed(arm))
    out = curves.merge(arm.x + arm.w, y1, right, box.w - _DOT, box.leave)
    return [Edge(into, arm.entries), Edge(out, after=arm.entries[0])]
