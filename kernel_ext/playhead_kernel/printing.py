"""Printing: what a step prints is kept with the step, and shown in the cell that set its run going.

In a kernel every message names the request it belongs to, its parent; Jupyter shows a text in the cell of that
request. A run's *pin* is the parent for all it prints.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

from playhead.engines.call import CURRENT_CALL

Parent = Mapping[str, Any]

_STREAMS: Final = ("stdout", "stderr")


class Pins:
    """The cell each run prints to, by run id. Read by any thread, written by cells."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._pins: dict[str, Parent] = {}

    def of(self, run_id: str) -> Parent | None:
        """The run's pin, or None if it has none."""
        return self._pins.get(run_id)

    def here(self) -> Parent | None:
        """The request that is carried out just now; None where there are none, as in a terminal."""
        parent = getattr(self._shell, "get_parent", lambda: None)()
        return parent if parent and parent.get("header") else None

    def pin(self, run_id: str, parent: Parent | None) -> None:
        """From now on the run prints to the cell of ``parent``; None: wherever it happens to be."""
        if parent is None:
            self._pins.pop(run_id, None)
        else:
            self._pins[run_id] = parent

    @contextlib.contextmanager
    def pinned_here(self, run_id: str) -> Iterator[None]:
        """While a cell waits for the run, the run prints to it."""
        before = self.of(run_id)
        self.pin(run_id, self.here())
        try:
            yield
        finally:
            self.pin(run_id, before)


class StepStream:
    """Stands before ``sys.stdout`` or ``sys.stderr``, and is it for all but what a step prints."""

    def __init__(self, base: Any, pins: Pins) -> None:
        self._base = base
        self._pins = pins

    @property
    def base(self) -> Any:
        """The stream this one stands before."""
        return self._base

    def write(self, text: str) -> Any:
        """Pass the text on; if a step prints it, keep it with the step too."""
        call = CURRENT_CALL.get()
        if call is None:
            return self._base.write(text)
        call.printed(text)
        with under(self._base, self._pins.of(call.driver.log.run_id)):
            return self._base.write(text)

    def writelines(self, lines: Any) -> None:
        """Each line, as `write` does it."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._base, name)

    def __repr__(self) -> str:
        return f"<StepStream before {self._base!r}>"


@contextlib.contextmanager
def under(stream: Any, parent: Parent | None) -> Iterator[None]:
    """What this thread writes to the kernel's ``stream`` belongs to ``parent``; nothing changes without one."""
    if parent is None:
        yield
    elif hasattr(stream, "set_thread_parent"):
        token = stream.set_thread_parent(parent)
        try:
            yield
        finally:
            stream.reset_thread_parent(token)
    else:
        with _under_variable(getattr(stream, "_parent_header", None), parent):
            yield


@contextlib.contextmanager
def _under_variable(variable: Any, parent: Parent) -> Iterator[None]:
    """Kernels before 7.4 keep the parent in a context variable, but do not say so in public."""
    if not isinstance(variable, ContextVar):
        yield
        return
    token = variable.set({**parent.get("header", {})})
    try:
        yield
    finally:
        variable.reset(token)


def install(pins: Pins) -> None:
    """Stand before both streams of this process."""
    for name in _STREAMS:
        setattr(sys, name, StepStream(_bare(getattr(sys, name)), pins))


def uninstall() -> None:
    """Give both streams back."""
    for name in _STREAMS:
        setattr(sys, name, _bare(getattr(sys, name)))


def _bare(stream: Any) -> Any:
    while isinstance(stream, StepStream):
        stream = stream.base
    return stream
