"""Functions by name: how the function of a step is found again in another process, and what its code speaks of."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final, TypeAlias

from playhead.definition.step import Step
from playhead.definition.workflow import Workflow
from playhead.errors import CannotCross

#: Module and qualified name.
Address: TypeAlias = tuple[str, str]

#: What `multiprocessing` calls the main module of a process it has spawned.
SPAWNED_MAIN: Final = "__mp_main__"

_MOVE: Final = "define it at the top level of a module and import it, or leave the step on threads"


def address_of(step: Step[Any, Any]) -> Address:
    """Where another process finds the step's function. Raises `CannotCross` if it would not find this very one."""
    fn = step.fn
    module, qualname = getattr(fn, "__module__", None), getattr(fn, "__qualname__", None)
    if not module or not qualname:
        raise CannotCross(f"Step {step.id!r} is a {type(fn).__name__}, which has no name to be found by: {_MOVE}.")
    if "<" in qualname:  # <locals> or <lambda>
        raise CannotCross(f"Step {step.id!r} is {qualname}, which exists only where it was made: {_MOVE}.")
    if _function(_found(sys.modules.get(module), qualname)) != fn:
        raise CannotCross(
            f"Step {step.id!r} is {module}.{qualname}, and that name stands for something else now: build and "
            "commit the workflow again."
        )
    return ("__main__" if module == SPAWNED_MAIN else module), qualname


def thing_at(address: Address) -> Any:
    """The function or class at ``address``, whose module is imported if need be. Raises `CannotCross`."""
    module, qualname = address
    try:
        home = sys.modules.get(module) or importlib.import_module(module)
    except Exception as error:
        raise CannotCross(
            f"The worker cannot import {module}, where {qualname} is defined ({type(error).__name__}: {error}): "
            "install the module, or put it on the path, where the worker runs."
        ) from error
    found = _found(home, qualname)
    if found is None:
        raise CannotCross(_nothing_at(module, qualname))
    return found


def function_at(address: Address, digest: str) -> Callable[..., Any]:
    """The function at ``address``. Raises `CannotCross` also if its code is not the one of ``digest``."""
    fn: Callable[..., Any] = _function(thing_at(address))
    if digest_of(fn) != digest:
        raise CannotCross(
            f"The worker has another version of {'.'.join(address)} than the run: it was changed since the worker "
            "began. Make a new executor, whose workers read the module anew."
        )
    return fn


def called(fn: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """What the function gives. StopIteration comes as RuntimeError, as out of an async body.

    A future cannot carry StopIteration: whoever waits for it would wait for ever.
    """
    try:
        return fn(*arguments, **keywords)
    except StopIteration as error:
        raise RuntimeError("a step's body raised StopIteration") from error


def digest_of(fn: Callable[..., Any]) -> str:
    """Changes when the function's bytecode does. Only good among processes of one Python version."""
    code = getattr(inspect.unwrap(fn), "__code__", None)
    text = repr((sys.version_info[:2], _shape(code))) if isinstance(code, CodeType) else ""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def mentions(fn: Callable[..., Any]) -> frozenset[str]:
    """The names and texts in the function's code, and the ids of the steps it names.

    Looks into the functions of the same module that it calls, too.
    """
    found: set[str] = set()
    waiting, seen = [inspect.unwrap(fn)], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or not isinstance(each, FunctionType):
            continue
        seen.add(id(each))
        for word in _words(each.__code__):
            found.add(word)
            meant = each.__globals__.get(word)
            if isinstance(meant, Step | Workflow):
                found.add(meant.id)
            elif getattr(meant, "__module__", None) == each.__module__:
                waiting.append(meant)
    return frozenset(found)


def _nothing_at(module: str, qualname: str) -> str:
    if module == "__main__":
        return (
            f"The worker has no {qualname} in its __main__: what a notebook or a prompt defines exists only there. "
            "Put it into a module and import it, or leave the step on threads."
        )
    return f"The worker finds no {qualname} in {module}: make a new executor, whose workers read the module anew."


def _function(thing: Any) -> Any:
    return thing.fn if isinstance(thing, Step) else thing


def _found(home: Any, qualname: str) -> Any:
    for name in qualname.split("."):
        home = getattr(home, name, None)
    return home


def _shape(code: CodeType) -> tuple[Any, ...]:
    constants = [_shape(part) if isinstance(part, CodeType) else _text(part) for part in code.co_consts]
    return code.co_code.hex(), code.co_names, code.co_varnames, constants


def _text(constant: object) -> str:
    # The order of a set differs from process to process.
    return repr(sorted(map(repr, constant))) if isinstance(constant, frozenset) else repr(constant)


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _words(constant)
