"""Waiting: a cell that waits for a run leaves the kernel free to handle clicks.

``%workflow wait`` becomes an ``await`` at the top level of its cell. Where that cannot be (inside a function, under
``%%time``, without an event loop) the same line blocks, in slices, so that Ctrl-C is prompt there too.
"""

from __future__ import annotations

import ast
import asyncio
import re
import sys
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from types import FrameType
from typing import Any, Final, TypeGuard

from playhead.results import RunResult
from playhead_kernel.commands.command import Rest
from playhead_kernel.refusals import in_one_line
from playhead_kernel.session import Session

#: Stands before the command in lines that are awaited.
MARK: Final = "await "

#: A command that may wait: wait, step, or what has such an option.
_MAY_WAIT: Final = re.compile(r"\s*(?:wait|step)\b|.*\s--(?:wait|step)\b", re.DOTALL)
_MAGICS: Final = ("run_line_magic", "run_cell_magic")


class WaitingStopped(KeyboardInterrupt):
    """Ctrl-C has ended the waiting, and nothing else. IPython shows it in one line, and runs no further cell."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Stopped waiting. Run {run_id!r} goes on; %workflow wait waits again.")

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Awaiting:
    """Rewrites the waiting lines of a cell, but not of code that is transformed while a cell runs."""

    has_side_effects = False  # IPython may ask for the transformed cell as often as it likes

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._depth = 0

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines, with ``await`` where it is possible."""
        if self._depth or not self._shell.autoawait or not any("_magic('" in line for line in lines):
            return lines
        awaited = _awaited_text("".join(lines))
        return lines if awaited is None else awaited.splitlines(keepends=True)

    def begin(self, *_: object) -> None:
        """A cell begins to run: what is transformed meanwhile (by ``%%time``, ``%%capture``) is inside of it."""
        self._depth += 1

    def end(self, *_: object) -> None:
        """The cell is done."""
        self._depth = max(0, self._depth - 1)

    def install(self) -> None:
        """Have IPython use it."""
        self._shell.input_transformers_post.append(self)
        self._shell.events.register("pre_execute", self.begin)
        self._shell.events.register("post_execute", self.end)
        # The cell that loads the extension will end; a kernel may load it before there is any.
        self._depth = 1 if _is_in_a_cell() else 0

    def uninstall(self) -> None:
        """Leave IPython as it was."""
        self._shell.input_transformers_post.remove(self)
        self._shell.events.unregister("pre_execute", self.begin)
        self._shell.events.unregister("post_execute", self.end)


def _is_in_a_cell() -> bool:
    """Whether IPython is running a cell just now; it has no word for that."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "run_cell_async":
            return True
        frame = frame.f_back
    return False


def _awaited_text(text: str) -> str | None:
    """The cell with its waiting lines awaited; None if it has none, or ``await`` may not stand there."""
    try:
        calls = [node for node in ast.walk(ast.parse(text)) if _may_wait(node)]
        awaited = _with_await(text, calls)
        compile(awaited, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None  # inside a plain function it may not
    return awaited if calls else None


def _may_wait(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is the call of a magic, as IPython's own transformation writes it, whose command may wait."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name("get_ipython")), attr=kind),
            args=[ast.Constant("workflow" | "resume" as name), ast.Constant(str(line)), *_],
        ) if kind in _MAGICS:
            return _MAY_WAIT.match(f"{'resume ' if name == 'resume' else ''}{line}") is not None
        case _:
            return False


def _with_await(text: str, calls: Iterable[ast.Call]) -> str:
    """``(await …)`` around each call, and the mark at the head of its command. Columns are those of UTF-8."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    insertions: list[tuple[int, int, bytes]] = []
    for call in calls:
        line, end = call.args[1], (call.end_lineno, call.end_col_offset)
        insertions += [(call.lineno, call.col_offset, b"(await "), (end[0] or 0, end[1] or 0, b")")]
        insertions += [(line.lineno, line.col_offset + 1, MARK.encode())]
    for number, column, what in sorted(insertions, reverse=True):
        known = lines[number - 1]
        lines[number - 1] = known[:column] + what + known[column:]
    return b"".join(lines).decode()


def silenced(answer: Any) -> Any:
    """The same command with no value, for a line that ends with a semicolon."""
    return replace(answer, then=lambda _: None) if isinstance(answer, Rest) else None


def block(session: Session, answer: Any) -> Any:
    """What the command comes to; waits here if it wants to wait."""
    if not isinstance(answer, Rest):
        return answer
    try:
        result = answer.handle.wait(answer.timeout)
    except KeyboardInterrupt:
        raise WaitingStopped(answer.handle.run_id) from None
    return _ended(session, answer, result)


def awaitable(session: Session, answer: Any) -> Awaitable[Any]:
    """The same for a line that is awaited."""
    return _awaited(session, answer)


async def _awaited(session: Session, answer: Any) -> Any:
    if not isinstance(answer, Rest):
        return answer
    try:
        with in_one_line():
            result = await answer.handle.rested(answer.timeout)
    except asyncio.CancelledError:  # what a kernel makes of Ctrl-C in a cell that awaits
        raise WaitingStopped(answer.handle.run_id) from None
    return _ended(session, answer, result)


def _ended(session: Session, rest: Rest, result: RunResult) -> Any:
    if rest.handle.followed.is_active:
        session.say(f"{result.run_id} is still {result.status} after {rest.timeout:g} s; it goes on.")
    return rest.then(result)
