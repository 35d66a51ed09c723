"""An oracle for pages: whatever a parser finds in one that could run, fetch or send anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

#: The elements that our pages are made of. Anything else got in through a text.
TAGS = {
    *("html", "head", "body", "meta", "title", "style", "header", "section", "footer", "div", "span", "p", "b"),
    *("h1", "h2", "h3", "dl", "dt", "dd", "details", "summary", "pre", "code", "del", "ins"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "g", "rect", "circle", "path", "text", "tspan"),
}

#: Attributes that fetch or send.
REACHING = {"href", "src", "srcset", "srcdoc", "action", "formaction", "background", "data"}

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    'x" onmouseover="alert(1)',
    "x' onclick='alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<form action=/api/contents method=post>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0;url=//evil>",
    "<link rel=stylesheet href=//evil>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "</pre></code><script>alert(1)</script>",
    "</details></summary><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "\u202egnp.exe",
    "\x00\x08<b>",
    "\x1b]8;;http://evil\x07x",
    "\ud800",
    "a\nb\rc",
)


def dangers(page: str) -> list[str]:
    """Everything in the page that is not plain content of ours."""
    parser = html5lib.HTMLParser(strict=False)
    return [danger for element in parser.parse(page).iter() for danger in _dangers_of(element)]


def _dangers_of(element: Element) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "comment"
    if tag not in TAGS:
        yield f"<{tag}>"
    for key, value in element.attrib.items():
        name = key.rpartition("}")[2].lower()
        if name.startswith("on") or name in (
            "href",
            "src",
            "srcset",
            "srcdoc",
            "action",
            "formaction",
            "background",
            "data",
        ):
            yield f"<{tag} {name}={value[:30]!r}>"
    if tag == "style" and re.search(r"url\(|@import|expression\(|</", element.text or ""):
        yield "a style that fetches"
