"""The source of a user's function: its text, and a hash that is the same on every Python version.

The hash is over ``ast.unparse`` of the function without docstrings, so comments, blank lines and quotes do
not count as changes.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import inspect
import linecache
import re
import textwrap
import weakref
from collections.abc import Callable
from types import CodeType
from typing import Any, Final, NamedTuple

#: Hex digits kept of a hash: 64 bits, plenty to tell versions of one step apart.
HASH_DIGITS = 16


class Written(NamedTuple):
    """How a function was written.

    ``text`` is what a person wrote, None where Python cannot find it. ``normal`` is what counts of it: the text
    without comments and docstrings, or the code it was compiled to. ``hash`` changes when the function does something
    else.
    """

    text: str | None
    normal: str
    hash: str


def written(fn: Callable[..., Any]) -> Written:
    """How ``fn`` was written when this was first asked."""
    inner = fn if isinstance(fn, functools.partial) else inspect.unwrap(fn)
    # What is made again and again by one `def` was written once, and shares its code.
    source = inner.__code__ if inspect.isfunction(inner) else fn
    found = _KNOWN.get(id(source))
    if found is None:
        found = _written(fn)
        with contextlib.suppress(TypeError):  # it cannot be referred to weakly
            weakref.finalize(source, _KNOWN.pop, id(source), None).atexit = False
            _KNOWN[id(source)] = found
    return found


#: By identity: code that is equal may come from another place, where its defaults are others.
_KNOWN: dict[int, Written] = {}


def _written(fn: Callable[..., Any]) -> Written:
    text = source_text(fn)
    if getattr(fn, "__name__", "") == "<lambda>":
        text = normal = lambda_body(fn)
    else:
        normal = _normalised(text) if text is not None else None
    if normal is None:
        normal = _by_its_code(fn)
    if isinstance(fn, functools.partial):
        normal += steady_repr((fn.args, fn.keywords))
    return Written(text, normal, hash_of(normal))


def hash_of(text: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_DIGITS]


def steady_repr(value: object) -> str:
    """A representation that is the same in another process, where addresses are other ones."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def source_text(fn: Callable[..., Any]) -> str | None:
    """The function's source, dedented; None where Python cannot find it (a builtin, typed at a prompt)."""
    target = inspect.unwrap(_plain(fn))
    try:
        return _def_text(target) or textwrap.dedent(inspect.getsource(target))
    except (OSError, TypeError):
        return None


def _def_text(fn: Callable[..., Any]) -> str | None:
    """The ``def`` of ``fn``, dedented; None if there is none, or its end cannot be told without reading tokens.

    `inspect.getsource` does that, and takes milliseconds to compile its patterns first.
    """
    file = inspect.getsourcefile(fn) if inspect.isfunction(fn) else None
    if file is None:
        return None
    linecache.checkcache(file)
    lines = linecache.getlines(file, fn.__globals__)[fn.__code__.co_firstlineno - 1 :]
    if not lines or not lines[0].lstrip().startswith(("@", *_DEF)):
        return None
    text = textwrap.dedent("".join(lines[: _end_of_def(lines)]))
    try:
        (only,) = ast.parse(text).body
    except (SyntaxError, ValueError):  # it ends within a text that is not set in; there is more than one statement
        return None
    return text if isinstance(only, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _end_of_def(lines: list[str]) -> int:
    """How many of the lines belong to the ``def`` that they begin with, judged by how they are set in."""
    margin, begun, end = _margin(lines[0]), False, 0
    for number, line in enumerate(lines, 1):
        start = line.lstrip()
        if start and (_margin(line) > margin or not begun or start[0] in ")]}"):
            begun = begun or start.startswith(_DEF)
            end = number
        elif start and start[0] != "#":
            break
    return end


_DEF: Final = ("def ", "async def ")


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


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


def _by_its_code(fn: Callable[..., Any]) -> str:
    """Something that changes with the function where there is no source; it changes with the Python version too."""
    code = getattr(_plain(fn), "__code__", None)
    return getattr(fn, "__qualname__", type(fn).__qualname__) if code is None else _facts(code)


def _facts(code: CodeType) -> str:
    constants = [_facts(each) if isinstance(each, CodeType) else steady_repr(each) for each in code.co_consts]
    return repr((code.co_code, constants, code.co_names))


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
