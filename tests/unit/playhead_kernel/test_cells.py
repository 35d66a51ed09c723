"""What a cell's code needs from outside, and what it makes."""

from __future__ import annotations

import ast

import pytest

from playhead_kernel.cells import is_async, misplaced, names_of

CODES = {
    "b = a": (["a"], ["b"]),
    "b = a + 1\nc = b + a": (["a"], ["b", "c"]),
    "a = a + 1": (["a"], ["a"]),
    "a += 1": (["a"], ["a"]),
    "a: int = b": (["b"], ["a"]),
    "a: int": ([], []),
    "a, (b, *c) = d": (["d"], ["a", "b", "c"]),
    "a[b] = c": (["c", "a", "b"], []),
    "a.b = c": (["c", "a"], []),
    "x = y = z": (["z"], ["x", "y"]),
    "print(x)\nx = 1": (["print", "x"], ["x"]),
    "for i in rows:\n    n = i\nm = i": (["rows"], ["n", "m"]),
    "for i in i: pass": (["i"], []),
    "while n: n = n - 1": (["n"], ["n"]),
    "if a:\n    b = 1\nelse:\n    b = c": (["a", "c"], ["b"]),
    "with open(path) as file:\n    text = file.read()": (["open", "path"], ["text"]),
    "try:\n    a = b\nexcept E as error:\n    c = error": (["b", "E"], ["a", "c"]),
    "import numpy as np\nimport os.path\nfrom a import b as c\nx = np, os, c": ([], ["x"]),
    "a = [x for x in rows if x > low]": (["rows", "low"], ["a"]),
    "a = {k: v for k, v in pairs}": (["pairs"], ["a"]),
    "a = [y for x in rows for y in x]": (["rows"], ["a"]),
    "a = [last := x for x in rows]\nb = last": (["rows"], ["a", "last", "b"]),
    "if (n := len(rows)) > 3: big = n": (["len", "rows"], ["n", "big"]),
    "def f(x):\n    return x + bias\na = f(1)": (["bias"], ["a"]),
    "def f(x, y=default):\n    z = x\n    return z": (["default"], []),
    "def f():\n    return later\nlater = 1\na = f()": ([], ["later", "a"]),
    "f = lambda x: x * factor": (["factor"], ["f"]),
    "class A(Base):\n    size = n\n    def m(self):\n        return k\na = A()": (["Base", "k", "n"], ["a"]),
    "@wrap\ndef f(): pass": (["wrap"], []),
    "_tmp = a\nb = _tmp": (["a"], ["b"]),
    "a = 1\nb = a\ndel a": ([], ["b"]),
    "match m:\n  case {'k': v, **rest}:\n    x = v, rest\n  case [first, *others]:\n    x = first, others": (
        ["m"],
        ["x"],
    ),
    "a = f'{b!r:>{width}}'": (["b", "width"], ["a"]),
    "global g\ng = a": (["a"], ["g"]),
    "": ([], []),
    "# only a remark": ([], []),
}


@pytest.mark.parametrize("code", CODES)
def test_names_that_are_needed_and_names_that_are_made(code: str) -> None:
    names = names_of(ast.parse(code))
    assert (list(names.free), list(names.made)) == CODES[code]


@pytest.mark.parametrize(
    ("code", "waits"),
    [
        ("await a", True),
        ("async with a: pass", True),
        ("async for x in a: pass", True),
        ("b = [x async for x in a]", True),
        ("async def f():\n    await a", False),
        ("b = 1", False),
    ],
)
def test_code_that_awaits_is_told(code: str, waits: bool) -> None:
    assert is_async(ast.parse(code)) is waits


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("return 1", "return"),
        ("if a:\n    return", "return"),
        ("yield 1", "yield"),
        ("x = yield from a", "yield from"),
        ("def f():\n    return 1", None),
        ("f = lambda: (yield)", None),
        ("a = 1", None),
    ],
)
def test_words_that_only_a_function_may_have_are_found(code: str, word: str | None) -> None:
    assert misplaced(ast.parse(code)) == word
