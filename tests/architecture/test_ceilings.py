"""A file owns one noun and a function does one thing: both have a ceiling."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import modules, named

MODULE_LINES = 400
FUNCTION_LINES = 60


def long_functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.name, lines


def test_no_module_is_longer_than_the_ceiling() -> None:
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > MODULE_LINES} == {}


def test_no_function_is_longer_than_the_ceiling() -> None:
    found = {
        f"{named(path)}:{name}": lines for path in modules() for name, lines in long_functions(path.read_text("utf-8"))
    }
    assert found == {}


def test_a_long_function_is_noticed() -> None:
    text = "class A:\n    async def long(self):\n" + "        pass\n" * FUNCTION_LINES
    assert list(long_functions(text)) == [("long", FUNCTION_LINES + 1)]
