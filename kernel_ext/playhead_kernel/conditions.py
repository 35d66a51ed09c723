"""Conditions: expressions that a person types behind a breakpoint, evaluated when a run gets there.

They are code of the person's own, typed in this notebook, and may use its variables. Nothing of the kind is ever
stored, or read from a store.
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from IPython.core.error import UsageError

from playhead_kernel.cells import names_of

#: What a condition may name besides the notebook's variables.
NAMES: Final = ("input", "output", "error", "state", "index", "iteration", "attempt")

_log = logging.getLogger("playhead")


class Condition:
    """An expression over `NAMES`, and over ``variables`` of the notebook.

    ``evaluate`` is the notebook's own way to evaluate text among its variables.
    """

    def __init__(self, text: str, evaluate: Callable[[str], Any]) -> None:
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError as error:
            raise UsageError(f"The condition is no expression: {text} ({_fault_in(text) or error.msg})") from None
        self.text = text
        self.trouble = ""
        self._wanted = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {*NAMES}
        self.variables = names_of(ast.parse(f"lambda {', '.join(NAMES)}: (\n{text}\n)")).free
        # Parsed above, so the brackets hold one whole expression.
        self._function = evaluate(f"lambda {', '.join(NAMES)}: (\n{text}\n)")

    def asks_for(self, name: str) -> bool:
        """Whether it uses that one of `NAMES`."""
        return name in self._wanted

    def holds(self, values: Mapping[str, Callable[[], Any]]) -> bool:
        """Whether it is true just now; ``values`` gives each name when it is wanted.

        One that cannot be evaluated holds: the person sees the run stop, and ``trouble`` says why.
        """
        try:
            given = {name: values[name]() if name in self._wanted else None for name in NAMES}
            return bool(self._function(**given))
        except Exception as error:  # noqa: BLE001 - the person's own code may raise anything
            self.trouble = f"{type(error).__name__}: {error}"
            _log.warning("The condition %r of a breakpoint failed: %s", self.text, self.trouble)
            return True

    def __repr__(self) -> str:
        return f"if {self.text}"


def _fault_in(text: str) -> str:
    """What Python says of it in brackets, where it may guess that == was meant; nothing if that is well-formed."""
    try:
        ast.parse(f"({text})", mode="eval")
    except SyntaxError as error:
        return error.msg
    return ""
