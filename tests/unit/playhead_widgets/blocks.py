"""Random graphs, as `graph_of` gives them."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

Block = dict[str, Any]

_TEXTS = st.sampled_from(["", "a", "load", "a-rather-long-name-for-a-step", "WWWWWW"])
_ABOUT = st.sampled_from(
    ["", "What it is about", "A sentence that is longer than any card could ever be, and then some"]
)


@st.composite
def graphs(draw: st.DrawFn, depth: int = 3) -> Block:
    """A whole workflow."""
    numbers = count()
    blocks = draw(_sequence(depth, "", numbers))
    return {"kind": "workflow", "id": "flow", "path": "", "title": "flow", "description": "", "blocks": blocks}


@st.composite
def _sequence(draw: st.DrawFn, depth: int, scope: str, numbers: Any) -> list[Block]:
    return [draw(_block(depth, scope, numbers)) for _ in range(draw(st.integers(1, 4)))]


@st.composite
def _block(draw: st.DrawFn, depth: int, scope: str, numbers: Any) -> Block:
    kinds = ["step", "step", "map", "sleep"]
    if depth > 0:
        kinds += ["parallel", "branch", "loop", "foreach", "workflow"]
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "parallel" | "branch":
            arms = [draw(_body(depth - 1, scope, numbers)) for _ in range(draw(st.integers(1, 4)))]
            named = [{**arm, "condition": draw(_TEXTS) or "x > 1"} for arm in arms] if kind == "branch" else arms
            return {"kind": kind, "arms": named}
        case "loop" | "foreach":
            body = draw(_body(depth - 1, scope, numbers))
            more = {"until": True, "condition": draw(_TEXTS) or "done"} if kind == "loop" else {"width": 2}
            return {**body, "kind": kind, "body": body, **more, "blocks": []}
        case "workflow":
            return draw(_body(depth - 1, scope, numbers, nested=True))
        case _:
            return draw(_named(kind, scope, numbers))


@st.composite
def _body(draw: st.DrawFn, depth: int, scope: str, numbers: Any, nested: bool | None = None) -> Block:
    inside = draw(st.booleans()) if nested is None else nested
    block: Block = draw(_named("step", scope, numbers))
    if not inside or depth <= 0:
        return {**block, "asks": draw(st.booleans())}
    return {**block, "kind": "workflow", "blocks": draw(_sequence(depth - 1, block["path"], numbers))}


@st.composite
def _named(draw: st.DrawFn, kind: str, scope: str, numbers: Any) -> Block:
    id = f"{draw(_TEXTS)}{next(numbers)}"
    path = f"{scope}/{id}" if scope else id
    return {"kind": kind, "id": id, "path": path, "title": id, "description": draw(_ABOUT)}
