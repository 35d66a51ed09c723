"""The source of a user's function: its text, and a hash that is the same on every Python version.

The hash is over ``ast.unparse`` of the function without docstrings, so comments, blank lines and quotes do
not count as changes.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

#: Hex digits kept of a hash: 64 bits, plenty to tell versions of one step apart.
HASH_DIGITS = 16


def source_text(fn: Callable[..., Any]) -> str | None:
    """The function's source, dedented; None where Python cannot find it (a builtin, typed at a prompt)."""
    try:
        return textwrap.dedent(inspect.getsource(inspect.unwrap(_plain(fn))))
    except (OSError, TypeError):
        return None


def source_hash(fn: Callable[..., Any]) -> str:
    """A short hash of what the function does; of its bytecode where the source cannot be found."""
    text = source_text(fn)
    normal = _normalised(text) if text is not None else None
    if normal is None:
        code = getattr(_plain(fn), "__code__", None)
        normal = code.co_code.hex() if code is not None else repr(type(fn))
    return hashlib.sha256(normal.encode()).hexdigest()[:HASH_DIGITS]


def lambda_body(fn: Callable[..., Any]) -> str | None:
    """The expression of a lambda as text; None if its source cannot be told apart from its neighbours'."""
    text = source_text(fn)
    tree = _parsed(text) if text is not None else None
    if tree is None:
        return None
    wanted = fn.__code__.co_varnames[: fn.__code__.co_argcount]
    found = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and tuple(arg.arg for arg in node.args.args) == wanted
    ]
    matching = [body for body in found if _same_code(body, wanted, fn)]
    return ast.unparse(matching[0]) if matching else None


def _same_code(body: ast.expr, arguments: tuple[str, ...], fn: Callable[..., Any]) -> bool:
    """Whether the lambda written as ``body`` compiles to ``fn``: several may share one line."""
    text = f"lambda {', '.join(arguments)}: {ast.unparse(body)}"
    constants = compile(text, "<lambda>", "eval").co_consts
    codes = [constant for constant in constants if hasattr(constant, "co_code")]
    same_names = any(code.co_names == fn.__code__.co_names for code in codes)
    return same_names and any(code.co_consts == fn.__code__.co_consts for code in codes)


def _plain(fn: Callable[..., Any]) -> Callable[..., Any]:
    if isinstance(fn, functools.partial):
        return _plain(fn.func)
    if inspect.isroutine(fn) or inspect.isclass(fn):
        return fn
    return type(fn).__call__


def _normalised(text: str) -> str | None:
    tree = _parsed(text)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
            node.decorator_list = []
    return ast.unparse(tree)


def _parsed(text: str) -> ast.Module | None:
    """The tree of ``text``; a method chain's line such as ``.dountil(x, lambda v: v > 2)`` is helped to parse."""
    stripped = text.strip()
    for candidate in (stripped, f"_{stripped}", f"({stripped}", stripped.rstrip(",)"), f"f({stripped})"):
        try:
            return ast.parse(candidate)
        except SyntaxError:
            continue
    return None
