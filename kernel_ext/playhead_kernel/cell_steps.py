"""Cell steps: a cell becomes a step. Its free names are the step's input, the names it assigns the step's output."""

from __future__ import annotations

import ast
import builtins
import hashlib
import io
import keyword
import linecache
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from IPython.core.error import UsageError
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from playhead.definition.step import Step
from playhead_kernel.cells import is_async, misplaced, names_of
from playhead_kernel.refusals import unknown

_GIVEN: Final = "_given"  # a parameter that no cell's own name is likely to hide
_CONTEXT: Final = "ctx"
_TAB: Final = "    "


@dataclass(frozen=True)
class CellStep:
    """A cell as a step: ``text`` is the function it became; ``borrowed`` are names it uses of the notebook's."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    borrowed: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        said = f"Step {self.name}: {', '.join(self.inputs) or '∅'} → {', '.join(self.outputs) or '∅'}"
        return f"{said} (and of the notebook: {', '.join(self.borrowed)})" if self.borrowed else said

    def made(self, shell: Any) -> Step[Any, Any]:
        """The step itself; it is the value of the variable of its name from now on."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        filename = f"<step {self.name} {digest}>"
        # So that tracebacks, and whoever asks for the source, find the cell.
        linecache.cache[filename] = (len(self.text), None, self.text.splitlines(keepends=True), filename)
        shell.ex(compile(self.text, filename, "exec", dont_inherit=True))
        function = shell.user_ns[self.name]
        input, output = _fields(f"{self.name}_input", self.inputs), _fields(f"{self.name}_output", self.outputs)
        step: Step[Any, Any] = Step(function, id=self.name, input=input, output=output)
        shell.user_ns[self.name] = step
        return step


def cell_step(
    body: str,
    name: str | None,
    inputs: Sequence[str] | None,
    outputs: Sequence[str] | None,
    namespace: Mapping[str, Any],
) -> CellStep:
    """The cell as a step. Raises `UsageError` for code that cannot be one, and for names that are not in it."""
    tree = _parsed(body)
    names = names_of(tree)
    free = tuple(n for n in names.free if n != _CONTEXT and not hasattr(builtins, n))
    wanted = tuple(n for n in free if not _is_tool(namespace.get(n))) if inputs is None else _among(inputs, free, "use")
    results = names.made if outputs is None else _among(outputs, names.made, "assign")
    name = _checked_name(name, results)
    takes_context = _CONTEXT in names.free
    text = _function(name, wanted, results, body, takes_context=takes_context, is_async=is_async(tree))
    return CellStep(name, wanted, results, tuple(n for n in free if n not in wanted), text)


def _parsed(body: str) -> ast.Module:
    try:
        tree = ast.parse(body)
    except SyntaxError as error:
        raise UsageError(f"The cell is no Python: {error.msg} (line {error.lineno})") from None
    word = misplaced(tree)
    if word is not None:
        raise UsageError(f"A cell has no {word!r}: what it assigns is what the step gives; choose with --out.")
    return tree


def _among(wanted: Sequence[str], known: Iterable[str], verb: str) -> tuple[str, ...]:
    known = list(known)
    for name in wanted:
        if name not in known:
            raise unknown("name", name, known, f"The cell does not {verb} it.")
    return tuple(dict.fromkeys(wanted))


def _is_tool(value: Any) -> bool:
    """Modules, functions and classes of the notebook are what a cell works with, not what it works on."""
    return isinstance(value, ModuleType) or callable(value)


def _checked_name(name: str | None, results: Sequence[str]) -> str:
    if name is None:
        if not results:
            raise UsageError("Name the step: %%step NAME. It assigns nothing that it could be called after.")
        return f"make_{results[-1]}"
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"{name!r} cannot be the name of a variable, which the step will be: %%step NAME")
    return name


def _function(
    name: str, inputs: Sequence[str], outputs: Sequence[str], body: str, *, takes_context: bool, is_async: bool
) -> str:
    parameters = [*([_GIVEN] if inputs else []), *([_CONTEXT] if takes_context else [])]
    lines = [f"{'async ' if is_async else ''}def {name}({', '.join(parameters)}):"]
    lines += [f"{_TAB}{one} = {_GIVEN}[{one!r}]" for one in inputs]
    lines += _indented(body)
    lines.append(f"{_TAB}return {{{', '.join(f'{one!r}: {one}' for one in outputs)}}}" if outputs else f"{_TAB}pass")
    return "\n".join(lines) + "\n"


def _indented(body: str) -> list[str]:
    """The lines of the cell, moved in; but for those inside a text, which would be changed by it."""
    inside = set(_lines_in_texts(body))
    lines = enumerate(body.rstrip().splitlines(), start=1)
    return [line if number in inside or not line.strip() else _TAB + line for number, line in lines]


def _lines_in_texts(body: str) -> Iterable[int]:
    starts: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(body).readline):
        name = tokenize.tok_name[token.type]
        if name == "STRING":
            yield from range(token.start[0] + 1, token.end[0] + 1)
        elif name.endswith("STRING_START"):  # from Python 3.12 on, f-strings come in parts
            starts.append(token.start[0])
        elif name.endswith("STRING_END"):
            yield from range(starts.pop() + 1, token.end[0] + 1)


def _fields(name: str, names: Sequence[str]) -> Any:
    """The type of a dict with these keys, whatever their values; None if there are none."""
    make: Any = TypedDict  # type checkers want to see the fields
    return make(name, dict.fromkeys(names, Any)) if names else None
