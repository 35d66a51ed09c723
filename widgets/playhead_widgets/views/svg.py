"""SVG: the one writer of pictures, for the live view and for saved notebooks.

Every node is ``<g class="ph-node ph-st-STATE ph-k-KIND" data-path=…>``, so a change of state is a change of
one class and one glyph. No scripts, links, foreign objects or fonts; every text is cleaned; the same input
gives the same text on every machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from playhead_widgets.views.board import Board
from playhead_widgets.views.boxes import Box, Edge, Pill
from playhead_widgets.views.curves import number
from playhead_widgets.views.escape import clean
from playhead_widgets.views.graph import Block, leaf_count
from playhead_widgets.views.layout import DENSE_FROM, SNUG_BELOW, layout
from playhead_widgets.views.measure import fitted
from playhead_widgets.views.palette import picture_style
from playhead_widgets.views.states import KINDS, LOOKS, PENDING

WIDTH: Final = 960.0  # pixels: what a notebook's cell has on a laptop
_MARGIN, _SNUG_MARGIN = 16.0, 6.0
_BAR: Final = 5.0  # height of a foreach's progress
_PITCH: Final = 8.0  # from one item's dot to the next
_WHOLE: Final = 100_000  # characters: texts are cut where they are put together, so nothing of theirs is lost here
_SEEN: Final = 2.5  # the least width of a part of the bar


def svg_of(
    graph: Block,
    board: Board | None = None,
    *,
    width: float = WIDTH,
    open: Collection[str] | None = None,
    live: bool = False,
    label: str = "",
) -> str:
    """The picture of a workflow, or of a run if there is a ``board``.

    ``live`` leaves out the style sheet and the paper: the page has its own. ``open`` is explained at
    `layout`.
    """
    margin = _MARGIN if width >= SNUG_BELOW else _SNUG_MARGIN
    whole = layout(graph, max(200.0, width - 2 * margin), open)
    w, h = whole.w + 2 * margin, whole.h + 2 * _MARGIN
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {number(w)} {number(h)}")
    svg.attrib |= {"width": number(w), "height": number(h), "class": "ph-graph", "role": "img"}
    SubElement(svg, "title").text = label or clean(f"Workflow {graph['id']}")
    if not live:
        SubElement(svg, "style").text = picture_style()
        SubElement(svg, "rect", _rect(0.5, 0.5, w - 1, h - 1, 10, "ph-paper"))
    writer = _Writer(board or Board(), dense=leaf_count(graph) > DENSE_FROM)
    whole.x, whole.y = margin, _MARGIN
    writer.box(svg, whole)
    return _written(svg)


def _written(svg: Element) -> str:
    """The picture as text. Whatever came into it, and on whichever way, no character in it hides or controls."""
    text = tostring(svg, encoding="unicode")
    if text.isprintable() and "&#" not in text:  # which is how ElementTree writes a line break in an attribute
        return text
    _clean(svg)
    return tostring(svg, encoding="unicode")


def _clean(svg: Element) -> None:
    for element in svg.iter():
        element.text = clean(element.text, _WHOLE) if element.text else None
        for name, value in element.attrib.items():
            element.set(name, clean(value, _WHOLE))


class _Writer:
    def __init__(self, board: Board, *, dense: bool) -> None:
        self.board = board
        self.dense = dense
        self.title, self.text = ("11.5", "10") if dense else ("13", "11")

    def box(self, parent: Element, box: Box) -> None:
        """Write a box and everything in it: lines first, so that cards lie on top of them."""
        place = {"transform": f"translate({number(box.x)} {number(box.y)})"}
        match box.kind:
            case "card" | "group":
                here = self.node(parent, box, place)
            case "start" | "end" | "fork" | "join":
                self.dot(parent, box)
                return
            case _:
                here = SubElement(parent, "g", place)
        for edge in box.edges:
            self.edge(here, edge)
        for pill in box.pills:
            self.pill(here, pill)
        for child in box.children:
            self.box(here, child)

    def edge(self, parent: Element, edge: Edge) -> None:
        names = [
            "ph-edge",
            f"ph-edge-{edge.kind}" if edge.kind else "",
            "ph-travelled" if self.travelled(edge) else "",
        ]
        line = SubElement(parent, "path", {"class": " ".join(filter(None, names)), "d": edge.line})
        if edge.into:
            line.set("data-into", " ".join(edge.into))
        elif edge.after is not None:
            line.set("data-after", edge.after)

    def travelled(self, edge: Edge) -> bool:
        if edge.kind == "back":
            return self.board.turn(edge.after or "") > 1
        if edge.into:
            return self.board.begun(edge.into)
        return self.board.state(edge.after or "") == "success"

    def dot(self, parent: Element, box: Box) -> None:
        names = "ph-travelled" if self.reached(box) else ""
        place = {"cx": number(box.x + box.w / 2), "cy": number(box.y + box.h / 2), "data-dot": box.kind}
        if box.around:
            place["data-arms"] = " ".join(box.around)
        radius = {"start": "4", "end": "2"}.get(box.kind, "3")
        SubElement(parent, "circle", {"class": f"ph-dot {names}".strip(), **place, "r": radius})
        if box.kind == "end":
            SubElement(parent, "circle", {"class": f"ph-ring {names}".strip(), **place, "r": "4.5"})

    def reached(self, dot: Box) -> bool:
        match dot.kind:
            case "fork":
                return self.board.begun(dot.around)
            case "join":
                return any(self.board.state(arm) == "success" for arm in dot.around)
            case "start":
                return self.board.state("") != PENDING
            case _:
                return self.board.state("") == "success"

    def node(self, parent: Element, box: Box, place: dict[str, str]) -> Element:
        block = box.block or {}
        state, kind = self.board.state(block["path"]), _kind(block)
        node = SubElement(parent, "g", {"class": f"ph-node ph-st-{state} ph-k-{kind}", **place})
        node.attrib |= {"id": "n-" + block["path"].replace("/", "."), "data-path": block["path"]}
        SubElement(node, "title").text = " — ".join(filter(None, (clean(block["id"]), block["description"])))
        for sheet in (2, 1) if box.stacked else ():
            SubElement(node, "rect", _rect(4 * sheet, 4 * sheet, box.w, box.h, 9, "ph-sheet"))
        SubElement(node, "rect", _rect(0, 0, box.w, box.h, 9, "ph-card" if box.kind == "card" else "ph-group"))
        self.face(node, box, state, kind)
        if "foreach" in block:
            self.items(node, box)
        return node

    def face(self, node: Element, box: Box, state: str, kind: str) -> None:
        """The state's glyph, the title, and the line below it (beside it, in a group)."""
        block, group = box.block or {}, box.kind == "group"
        middle = 15.0 if group else (box.h - (16.0 if "foreach" in block else 0.0)) / 2
        glyph = LOOKS[state].glyph if state != PENDING else KINDS[kind]
        SubElement(node, "circle", {"class": "ph-badge", "cx": "17", "cy": number(middle), "r": "9"})
        SubElement(node, "path", {"class": "ph-glyph", "d": glyph, "transform": f"translate(17 {number(middle)})"})
        fold = 16.0 if group or box.closed else 0.0
        room = box.w - 32 - 10 - fold
        text = "" if self.dense and not group else self.below(block, state, closed=box.closed)
        alone, above = number(middle + 4.2), number(middle - 2.8)
        title = SubElement(node, "text", {"class": "ph-title", "x": "32", "font-size": self.title})
        title.set("y", alone if group or not text else above)
        title.text = fitted(block["title"], float(self.title) * 1.04, room - (110 if group else 0))
        if not self.dense or group:
            room = 100.0 if group else room
            line = SubElement(node, "text", {"class": "ph-sub", "font-size": self.text, "data-room": number(room)})
            line.attrib |= {"x": number(box.w - 28), "y": "19", "text-anchor": "end"} if group else {"x": "32"}
            if not group:
                line.set("y", number(middle + 12))
                title.set("data-y", f"{alone} {above}")  # the player moves it as the line comes and goes
            line.text = fitted(text, float(self.text), room)
        if fold:
            turned = "M-4-2L0 2L4-2" if group else "M-2-4L2 0L-2 4"
            SubElement(node, "path", {"class": "ph-fold", "d": turned, "data-fold": block["path"]}).set(
                "transform", f"translate({number(box.w - 15)} {number(middle)})"
            )

    def below(self, block: Block, state: str, *, closed: bool) -> str:
        """What stands under the title: the state once it has one, before that what the node is about."""
        foreach = block.get("foreach")
        if state == PENDING:
            if foreach:
                return "one at a time" if foreach["width"] == 1 else f"{foreach['width']} at a time"
            return f"{leaf_count(block)} steps" if closed else str(block["description"])
        total = self.board.total(block["path"]) if foreach else 0
        return progress(self.board.items(block["path"]), total) if total else state

    def items(self, node: Element, box: Box) -> None:
        """A dot for each item of a foreach, or one bar where they are too many."""
        path = (box.block or {})["path"]
        room = box.w - 28
        y = box.h - 14 if box.kind == "card" else 34
        holder = SubElement(node, "g", {"class": "ph-items", "data-items": path, "data-room": number(room)})
        holder.set("transform", f"translate(14 {number(y)})")
        total, container = self.board.total(path), self.board.container(path)
        if total and total * _PITCH <= room:
            for index in range(total):
                state = self.board.states.get(f"{container}#{index}", PENDING)
                at = number(index * _PITCH + 3)
                SubElement(holder, "circle", {"class": f"ph-item ph-item-{state}", "cx": at, "cy": "2.5", "r": "2.5"})
            return
        SubElement(holder, "rect", _rect(0, 0, room, _BAR, 2.5, "ph-track"))
        x = 0.0
        for state, w in shares(self.board.items(path), total, room):
            SubElement(holder, "rect", _rect(x, 0, w, _BAR, 1, f"ph-item-{state}"))
            x += w

    def pill(self, parent: Element, pill: Pill) -> None:
        group = SubElement(parent, "g", {"class": f"ph-pill ph-pill-{pill.kind}"})
        group.set("transform", f"translate({number(pill.x)} {number(pill.y)})")
        SubElement(group, "title").text = clean(pill.whole)
        SubElement(group, "rect", _rect(0, 0, pill.w, 16, 8, ""))
        size = number(float(self.text) - 0.5)
        if pill.kind == "loop":
            SubElement(group, "path", {"d": _AGAIN, "transform": "translate(11 8)"})
        middle = number((pill.w + (11 if pill.kind == "loop" else 0)) / 2)
        text = SubElement(group, "text", {"x": middle, "y": "11.6", "font-size": size, "text-anchor": "middle"})
        text.text = pill.text
        if pill.kind == "loop":
            turn = SubElement(text, "tspan", {"data-turn": pill.path})
            turn.text = f" · turn {self.board.turn(pill.path)}" if self.board.turn(pill.path) else ""


def progress(items: Mapping[str, int], total: int) -> str:
    """How far a foreach got, in a few words."""
    done, failed = items.get("success", 0), items.get("failed", 0) + items.get("tripwire", 0)
    if done == total:
        return f"{total:,} items"
    note = f" · {failed:,} failed" if failed else f" · {items['suspended']:,} ask" if items.get("suspended") else ""
    return f"{done:,} of {total:,}{note}"


def shares(items: Mapping[str, int], total: int, room: float) -> list[tuple[str, float]]:
    """The parts of a foreach's bar in pixels: one failure among thousands is still seen, at the cost of the rest."""
    parts = [(state, items[state]) for state in _BARS if items.get(state)]
    widths = [max(_SEEN, room * count / total) for _, count in parts]
    over = max(0.0, sum(widths) - room)
    if over:
        widest = widths.index(max(widths))
        widths[widest] -= over
    return [(state, width) for (state, _), width in zip(parts, widths, strict=True)]


_BARS: Final = ("success", "failed", "tripwire", "suspended", "waiting", "running")
_AGAIN: Final = "M3.4-1.2A3.6 3.6 0 1 0 3.4 1.4M3.8-4V-1H.8"


def _kind(block: Block) -> str:
    if "foreach" in block and block["kind"] == "step":
        return "foreach"
    return "asks" if block.get("asks") else str(block["kind"])


def _rect(x: float, y: float, w: float, h: float, r: float, name: str) -> dict[str, str]:
    places = {"x": number(x), "y": number(y), "width": number(w), "height": number(h), "rx": number(r)}
    return {"class": name, **places} if name else places
