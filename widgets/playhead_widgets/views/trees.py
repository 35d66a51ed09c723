"""Trees as HTML: the values of `values` in a page without scripts. `static/tree.js` does the same for the player."""

from __future__ import annotations

from typing import Final

from playhead_widgets.views.markup import Markup, Part, h, joined, text
from playhead_widgets.views.values import TEXT, Tree

#: Types whose name says nothing that the value does not show.
_QUIET: Final = frozenset({"str", "int", "float", "bool", "NoneType", "dict", "list"})


def tree_markup(tree: Tree | None, *, key: str | None = None, open: int = 2) -> Markup:
    """The value; ``open`` levels of it are open."""
    if tree is None:
        return h("span", "nothing", class_="ph-none")
    if "columns" not in tree and not tree.get("items") and not tree.get("more"):
        return h("div", _key(key), *_leaf(tree), class_="ph-leaf")
    parts = [_table(tree)] if "columns" in tree else [_part(number, pair, open) for number, pair in _numbered(tree)]
    more = h("div", f"… {tree['more']:,} more", class_="ph-more") if tree.get("more") else None
    summary = h("summary", _key(key), h("span", _type(tree), class_="ph-type"))
    return h("details", summary, h("div", *parts, more, class_="ph-parts"), open=open > 0, class_="ph-branch")


def _numbered(tree: Tree) -> list[tuple[int, list[object]]]:
    return list(enumerate(tree.get("items") or ()))


def _part(number: int, pair: list[object], open: int) -> Markup:
    name, inner = pair
    assert isinstance(inner, dict)
    return tree_markup(inner, key=str(name) or str(number), open=open - 1)


def _key(key: str | None) -> Part:
    return None if key is None else h("span", key, class_="ph-key")


def _type(tree: Tree) -> str:
    size = tree.get("shape") or (f"{tree['n']:,} item{'' if tree['n'] == 1 else 's'}" if "n" in tree else "")
    return " · ".join(filter(None, (tree["t"], size, tree.get("dtype"))))


def _leaf(tree: Tree) -> list[Part]:
    if "v" not in tree:
        return [h("span", _type(tree) if "shape" in tree else f"empty {tree['t']}", class_="ph-type")]
    notes = [] if tree["t"] in _QUIET else [_type(tree) if "shape" in tree else tree["t"]]
    notes += [f"{tree['cut']:,} characters"] if tree.get("cut") else []
    value = h("span", text(tree["v"] or "“”", TEXT + 40), class_="ph-value ph-bad" if tree.get("bad") else "ph-value")
    return [value, h("span", " · ".join(notes), class_="ph-type") if notes else None]


def _table(tree: Tree) -> Markup:
    head = h("tr", *(h("th", name, scope="col") for name in tree["columns"]))
    rows = [h("tr", *(h("td", cell) for cell in row)) for row in tree["rows"]]
    more = f"… {tree['more_columns']:,} more columns" if tree.get("more_columns") else None
    table = h("table", h("thead", head), h("tbody", *rows))
    return joined(h("div", table, class_="ph-table"), h("div", more, class_="ph-more") if more else None)
