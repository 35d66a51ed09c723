"""Cells: which names a cell's code needs from outside, and which it makes."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

#: A name that is used, and whether it is given a value there.
Use: TypeAlias = tuple[str, bool]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_WAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith)


@dataclass(frozen=True)
class CellNames:
    """``free`` are the names that a cell reads before it makes them, ``made`` those that it assigns; in their order.

    What is imported or defined, a loop's variable, and a name that begins with ``_`` is not among those made.
    """

    free: tuple[str, ...]
    made: tuple[str, ...]


def names_of(tree: ast.Module) -> CellNames:
    """The names of a cell's code."""
    own: set[str] = set()
    read_first: dict[str, None] = {}
    for name, is_made in _uses(tree):
        if not is_made and name not in own:
            read_first[name] = None
        elif is_made:
            own.add(name)
    # Functions that the cell defines read names too, but only once they are called.
    free = [*read_first, *sorted(name for name in _outer_names(tree) if name not in own)]
    made = [name for name in _assigned(tree.body) if not name.startswith("_")]
    deleted = {name for node in ast.walk(tree) if isinstance(node, ast.Delete) for name in _targets(node.targets)}
    return CellNames(tuple(dict.fromkeys(free)), tuple(name for name in dict.fromkeys(made) if name not in deleted))


def is_async(tree: ast.Module) -> bool:
    """Whether the code awaits something itself."""
    return any(isinstance(node, _WAITING) or getattr(node, "is_async", 0) for node in _in_this_scope(tree))


def misplaced(tree: ast.Module) -> str | None:
    """The word in the code that may stand in a function only, if there is one."""
    words = {ast.Return: "return", ast.Yield: "yield", ast.YieldFrom: "yield from"}
    return next((words[type(node)] for node in _in_this_scope(tree) if type(node) in words), None)


def _outer_names(tree: ast.Module) -> set[str]:
    """What functions and classes inside the code read from outside of it."""
    found: set[str] = set()
    tables = symtable.symtable(ast.unparse(tree), "<cell>", "exec").get_children()
    while tables:
        table = tables.pop()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
        tables += table.get_children()
    return found


def _uses(node: ast.AST) -> Iterator[Use]:
    """Names in the order in which they are used, without what is inside functions."""
    match node:
        case ast.Name(id=name, ctx=context):
            yield name, not isinstance(context, ast.Load)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, False
            yield from _uses(value)
            yield name, True
        case ast.Assign(targets=targets, value=value):
            yield from _all_uses([value, *targets])
        case ast.AnnAssign(target=target, value=value):
            yield from _all_uses([value, target] if value is not None else [])
        case ast.NamedExpr(target=target, value=value):
            yield from _all_uses([value, target])
        case ast.For(iter=iterable, target=target) | ast.AsyncFor(iter=iterable, target=target):
            yield from _all_uses([iterable, target, *node.body, *node.orelse])
        case ast.ExceptHandler(type=type, name=name, body=body):
            yield from _all_uses([type] if type is not None else [])
            yield from ([(name, True)] if name else [])
            yield from _all_uses(body)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from _uses_of_comprehension(node)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            yield from _all_uses([*getattr(node, "decorator_list", ()), *_defaults(node.args)])
            yield from _bound(node)
        case ast.ClassDef():
            yield from _all_uses([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)])
            yield from _bound(node)
        case _:
            yield from _all_uses(ast.iter_child_nodes(node))
            yield from _bound(node)


def _all_uses(nodes: Iterable[ast.AST]) -> Iterator[Use]:
    for node in nodes:
        yield from _uses(node)


def _uses_of_comprehension(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Iterator[Use]:
    """Its variables are its own; a name made by ``:=`` in it is the cell's."""
    own = {name for part in node.generators for name in _targets([part.target])}
    values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    parts = [inner for part in node.generators for inner in (part.iter, *part.ifs)]
    yield from (use for use in _all_uses([*parts, *values]) if use[0] not in own)


def _bound(node: ast.AST) -> Iterator[Use]:
    """Names that a statement gives a value without naming them as expressions."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, True
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name.partition(".")[0], True) for alias in names)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, True
        case ast.MatchMapping(rest=str(name)):
            yield name, True
        case _:
            return


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _assigned(body: Iterable[ast.AST]) -> Iterator[str]:
    """Names that are assigned by ``=`` and its kin, not inside functions."""
    for node in body:
        match node:
            case ast.Assign(targets=targets):
                yield from _targets(targets)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                yield from _targets([target])
            case ast.NamedExpr(target=target):
                yield from _targets([target])
            case _:
                pass
        if not isinstance(node, _SCOPES):
            yield from _assigned(ast.iter_child_nodes(node))


def _targets(targets: Iterable[ast.AST]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List | ast.Starred):
            yield from _targets(ast.iter_child_nodes(target))


def _in_this_scope(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _in_this_scope(child)
