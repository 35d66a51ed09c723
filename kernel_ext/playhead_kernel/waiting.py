"""Waiting: a cell that waits for a run leaves the kernel free to handle clicks.

``%workflow wait`` becomes an ``await`` at the top level of its cell. Where that cannot be (inside a function, under
``%%time``, without an event loop) the same line blocks, in slices, so that Ctrl-C is prompt there too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Awaitable
from typing import Any, Final

from playhead.results import RunResult
from playhead_kernel.commands.command import Rest
from playhead_kernel.refusals import in_one_line
from playhead_kernel.session import Session

#: Stands before the command in lines that are awaited.
MARK: Final = "await "

#: A magic that may wait, as IPython's own transformation writes it: wait, step, or what has such an option.
_MAY_WAIT: Final = re.compile(
    r"get_ipython\(\)\.run_(?:line|cell)_magic\('(?:workflow|resume)', (['\"])"
    r"(?=(?:wait|step)\b|(?:(?!\1).)*--(?:wait|step)\b)"
)


class Awaiting:
    """Rewrites the waiting lines of a cell, but not of code that is transformed while a cell runs."""

    has_side_effects = False  # IPython may ask for the transformed cell as often as it likes

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._depth = 0

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines, with ``await`` where it is possible."""
        text = "".join(lines)
        if self._depth or not self._shell.autoawait or not _MAY_WAIT.search(text):
            return lines
        awaited = _MAY_WAIT.sub(rf"await \g<0>{MARK}", text)
        return awaited.splitlines(keepends=True) if _compiles(awaited) else lines

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
        # The cell that loads the extension is running now, and will end.
        self._depth = 1

    def uninstall(self) -> None:
        """Leave IPython as it was."""
        self._shell.input_transformers_post.remove(self)
        self._shell.events.unregister("pre_execute", self.begin)
        self._shell.events.unregister("post_execute", self.end)


def _compiles(text: str) -> bool:
    """Whether ``await`` may stand where it was put; inside a plain function it may not."""
    try:
        compile(text, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def block(session: Session, answer: Any) -> Any:
    """What the command comes to; waits here if it wants to wait."""
    if not isinstance(answer, Rest):
        return answer
    return _ended(session, answer, answer.handle.wait(answer.timeout))


def awaitable(session: Session, answer: Any) -> Awaitable[Any]:
    """The same for a line that is awaited."""
    return _awaited(session, answer)


async def _awaited(session: Session, answer: Any) -> Any:
    if not isinstance(answer, Rest):
        return answer
    with in_one_line():
        result = await answer.handle.rested(answer.timeout)
    return _ended(session, answer, result)


def _ended(session: Session, rest: Rest, result: RunResult) -> Any:
    if rest.handle.followed.is_active:
        session.say(f"{result.run_id} is still {result.status} after {rest.timeout:g} s; it goes on.")
    return rest.then(result)
