"""Layout: blocks are laid out recursively, left to right, so that no two lines cross and no two boxes
overlap.

A sequence wraps into rows; between rows that hold a single card the line goes straight down. Arms are stacked
between a fork and a join; a loop's back edge runs underneath its body; a nested workflow is a group around its own
sequence, or a card while it is closed.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Final

from playhead_widgets.views import curves
from playhead_widgets.views.boxes import DENSE, ROOMY, SNUG, Box, Edge, Pill, Style
from playhead_widgets.views.graph import Block, leaf_count
from playhead_widgets.views.measure import fitted, text_width

DENSE_FROM: Final = 60  # leaves: more than that are drawn small
CLOSED_FROM: Final = 120  # leaves: in a bigger picture nested workflows begin closed
SNUG_BELOW: Final = 480.0  # pixels: in a narrower cell everything moves together

_DOT: Final = 9.0  # width of a start, end, fork or join
_HEADER: Final = 30.0  # a group's title
_GLYPH: Final = 32.0  # left part of a card, for its state
_STACK: Final = 4.0  # how far each sheet of a stack peeps out
_PROGRESS: Final = 16.0  # a foreach's row of items
_COUNTED: Final = 34.0  # pixels that a foreach's card is wider, for its numbers
_LANE: Final = 24.0  # under a loop's body, for the way back
_PILL: Final = 16.0
_NARROWEST_ROW: Final = 160.0


def layout(graph: Block, width: float, open: Collection[str] | None = None) -> Box:
    """Lay the workflow out in ``width`` pixels, more where a single block is wider.

    ``open`` are the paths of the nested workflows to show with their inside; None: all of them, in a picture
    that does not get too big by it.
    """
    leaves = leaf_count(graph)
    everything = open is None and leaves < CLOSED_FROM
    style = DENSE if leaves > DENSE_FROM else SNUG if width < SNUG_BELOW else ROOMY
    return _Layout(style, None if everything else frozenset(open or ())).whole(graph, width)


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

    def dot(self, kind: str, around: tuple[str, ...] = ()) -> Box:
        return Box(kind, _DOT, _DOT, _DOT / 2, _DOT / 2, around=around)

    # -- cards and groups ----------------------------------------------------------------------------------

    def card(self, block: Block, *, closed: bool = False, more: float = 0.0) -> Box:
        style = self.style
        title = text_width(block["title"], style.title) * 1.04  # it is set bolder than the text was measured
        text = text_width(block["description"], style.text) if style.lines > 1 else 0.0
        narrowest = style.narrowest if block["kind"] not in ("map", "sleep") else style.narrowest * 0.75
        narrowest += _COUNTED if more else 0.0
        room = _GLYPH + max(title, text) + 14 + (18 if closed else 0)
        w = round(min(max(room, narrowest), style.widest))
        h = style.card + more
        return Box("card", w, h, h / 2, h / 2, block, closed=closed)

    def workflow(self, block: Block, limit: float) -> Box:
        if self.open is not None and block["path"] not in self.open:
            return self.card(block, closed=True)
        pad = self.style.pad
        room = max(limit - 2 * pad, _NARROWEST_ROW)
        inner = self.sequence([self.block(child, room) for child in block["blocks"]], room)
        title = _GLYPH + text_width(block["title"], self.style.title) + 150  # beside it stand state and duration
        w = max(inner.w + 2 * pad, min(title, self.style.widest + 60, limit))
        inner.x, inner.y = (w - inner.w) / 2, _HEADER + pad - 4 + (_PROGRESS if "foreach" in block else 0.0)
        box = Box("group", w, inner.y + inner.h + pad, inner.y + inner.axis, inner.y + inner.leave, block)
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
        return box

    # -- blocks around others ------------------------------------------------------------------------------

    def loop(self, block: Block, limit: float) -> Box:
        around, size = self.style.around, self.style.text - 0.5
        body = self.block({**block["body"], "loop": block}, limit - 2 * around)
        text = f"{'until' if block['until'] else 'while'} {block['condition']}"
        turn = text_width(" · turn 000", size)
        label = fitted(text, size, max(self.style.pill, body.w - turn - 30))
        pill_w = text_width(label, size) + turn + 30
        w = max(body.w, pill_w) + 2 * around
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
        labels = [fitted(arm.get("condition", ""), size, self.style.pill) for arm in block["arms"]]
        pills = [text_width(label, size) + 18 if label else 0.0 for label in labels]
        column = max(pills) + 12 if any(pills) else 8.0
        inner = max(limit - column - 2 * _DOT - 4 * self.style.fan, _NARROWEST_ROW)
        boxes = [self.block(arm, inner) for arm in block["arms"]]
        _alike(boxes)
        height = sum(arm.h for arm in boxes) + self.style.arm_gap * (len(boxes) - 1)
        fan = self.style.fan + min(28.0, height / 14) if len(boxes) > 1 else 16.0
        left, widest = _DOT + fan + column, max(arm.w for arm in boxes)
        y = 0.0
        for arm in boxes:
            arm.x, arm.y, y = left, y, y + arm.h + self.style.arm_gap
        axis = (boxes[0].y + boxes[0].axis + boxes[-1].y + boxes[-1].axis) / 2
        leave = (boxes[0].y + boxes[0].leave + boxes[-1].y + boxes[-1].leave) / 2
        box = Box(block["kind"], left + widest + fan + _DOT, height, axis, leave, block)
        entries = tuple(path for arm in boxes for path in arm.entries)
        fork, join = self.dot("fork", entries), self.dot("join", entries)
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
        drops = [_drops(above, below) for above, below in pairwise(rows)]
        inset = 0.0 if all(drops) else self.style.inset
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
        for dropping, (row, below) in zip(drops, pairwise(rows), strict=True):
            whole.edges.append(_drop(row[-1], below[0]) if dropping else self.wrap(row, below[0]))
        return whole

    def rows(self, boxes: list[Box], limit: float) -> list[list[Box]]:
        """Fill rows from the left; a row takes at least one box, and never only the dot at the end."""
        if sum(box.w + self.style.gap for box in boxes) - self.style.gap <= limit:
            return [boxes]
        rows: list[list[Box]] = [[]]
        used = 2 * self.style.inset
        for box in boxes:
            if rows[-1] and rows[-1][-1].kind != "start" and used + box.w > limit and box.kind != "end":
                rows.append([])
                used = 2 * self.style.inset
            rows[-1].append(box)
            used += box.w + self.style.gap
        return _stacked(rows) if len(rows) > 1 else rows

    def edge(self, left: Box, right: Box) -> Edge:
        start, end = left.y + left.leave, right.y + right.axis
        line = curves.curve(left.x + left.w, start, right.x, end, arrow=_pointed(right))
        return Edge(line, *_meaning(right))

    def wrap(self, row: list[Box], target: Box) -> Edge:
        last = row[-1]
        lane = max(box.y + box.h for box in row) + self.style.row_gap / 2
        y = target.y + target.axis
        x = last.x + last.w
        left = target.x - self.style.inset + 4
        line = curves.carriage_return(x, last.y + last.leave, lane, left, target.x, y, arrow=_pointed(target))
        return Edge(line, *_meaning(target), kind="wrap")


def arm_condition(arm: Box) -> str:
    """The condition of a branch's arm, uncut."""
    return str((arm.block or {}).get("condition", ""))


def _pointed(box: Box) -> bool:
    """Cards are; what has lines of its own inside points there."""
    return box.kind == "card" or (box.kind == "stack" and box.children[0].kind == "card")


def _solid(row: list[Box]) -> list[Box]:
    return [box for box in row if box.kind not in ("start", "end")]


def _alike(boxes: list[Box]) -> None:
    """Give the cards among the boxes the width of the widest."""
    cards = [box for box in boxes if _pointed(box)]
    widest = max((box.w for box in cards), default=0.0)
    for box in cards:
        for face in box.children:
            face.w += widest - box.w
        box.w = widest


def _stacked(rows: list[list[Box]]) -> list[list[Box]]:
    """Cards that stand alone in their rows are as wide as each other, with the dots above and below them."""
    alone = [row for row in rows if len(_solid(row)) == 1 and _pointed(_solid(row)[0])]
    if len(alone) < 2:
        return rows
    _alike([box for row in alone for box in row])
    first, last = rows[0], rows[-1]
    if first[0].kind == "start" and first in alone and rows[1] in alone:
        rows = [first[:1], first[1:], *rows[1:]]
    if last[-1].kind == "end" and last in alone and rows[-2] in alone:
        rows = [*rows[:-1], last[:-1], last[-1:]]
    return rows


def _drops(above: list[Box], below: list[Box]) -> bool:
    """Whether the line between two rows goes straight down."""
    return len(above) == len(below) == 1 and all(_pointed(row[0]) or not _solid(row) for row in (above, below))


def _drop(source: Box, target: Box) -> Edge:
    """Straight down; the dot of a column stands over the middle of its card."""
    card = source if _pointed(source) else target
    face = card.children[0] if card.kind == "stack" else card
    x = card.x + face.w / 2
    for dot in (source, target):
        if not _pointed(dot):
            dot.x = x - _DOT / 2
    line = curves.drop(x, source.y + source.h, target.y, arrow=_pointed(target))
    return Edge(line, *_meaning(target), kind="drop")


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
