"""A notebook in this very process: a real shell of IPython's, its cells, and what they showed."""

from __future__ import annotations

import atexit
import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core import async_helpers
from IPython.core.completer import provisionalcompleter
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from playhead_kernel.session import Session


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that happens on another thread."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@dataclass(frozen=True)
class Ran:
    """What one cell came to: its value, what it printed, what it displayed, and the error that stopped it."""

    value: Any
    out: str
    err: str
    shown: list[dict[str, Any]]
    error: BaseException | None

    @property
    def refusal(self) -> str:
        """The one red line that a person sees."""
        assert self.error is not None, f"the cell was not refused: {self.value!r}"
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("UsageError: "), lines
        return lines[0].removeprefix("UsageError: ")


class Notebook:
    """Cells are run one after the other, as by a person who looks at each."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._out, self._err = io.StringIO(), io.StringIO()
        self._streams: tuple[Any, Any] = (self._out, self._err)

    def cell(self, code: str) -> Ran:
        """Run a cell, whatever becomes of it."""
        out, err = len(self._out.getvalue()), len(self._err.getvalue())
        self.shell.display_pub.outputs.clear()
        with self.its_streams():
            result = self.shell.run_cell(code, store_history=True)
        return Ran(
            result.result,
            self._out.getvalue()[out:],
            self._err.getvalue()[err:],
            list(self.shell.display_pub.outputs),
            result.error_before_exec or result.error_in_exec,
        )

    @contextmanager
    def its_streams(self) -> Iterator[None]:
        """Between cells the streams are pytest's, which puts them back before every test whatever it finds."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        try:
            yield
        finally:
            self._streams = sys.stdout, sys.stderr
            sys.stdout, sys.stderr = before

    def __call__(self, code: str) -> Any:
        """Run a cell that must not fail; its value."""
        ran = self.cell(code)
        assert ran.error is None, ran.err or ran.error
        return ran.value

    def refused(self, code: str) -> str:
        """Run a cell that must be refused in one line; that line."""
        return self.cell(code).refusal

    def said(self, code: str) -> str:
        """Run a cell that must not fail; what it printed."""
        ran = self.cell(code)
        assert ran.error is None, ran.err or ran.error
        return ran.out

    def completions(self, text: str) -> dict[str, str]:
        """What IPython offers where the text ends: each word with its remark."""
        with self.its_streams(), provisionalcompleter():
            found = list(self.shell.Completer.completions(text, len(text)))
        return {completion.text: completion.type for completion in found}

    @property
    def session(self) -> Session:
        """The session of the loaded extension."""
        found = self.shell.playhead_extension.session
        assert isinstance(found, Session)
        return found


@contextmanager
def notebook_in(folder: Path) -> Iterator[Notebook]:
    """A new notebook whose cells run in ``folder``; the process is given back as it was."""
    main, hook = sys.modules["__main__"], sys.displayhook
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.BaseIPythonApplication.ipython_dir = str(folder)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config, ipython_dir=str(folder / "ipython"))
    shell.display_pub = CapturingDisplayPublisher()
    notebook = Notebook(shell)
    try:
        yield notebook
    finally:
        notebook.cell("%unload_ext playhead")
        atexit.unregister(shell.atexit_operations)  # each would look through all memory when the tests are done
        InteractiveShell.clear_instance()
        sys.modules["__main__"] = main
        sys.displayhook = hook
        if async_helpers._asyncio_event_loop is not None:
            async_helpers._asyncio_event_loop.close()
