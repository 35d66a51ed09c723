"""Playhead in a notebook: ``%load_ext playhead``, then ``%workflow -h``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playhead_kernel.session import Session

__all__ = ["current_session", "load_ipython_extension", "unload_ipython_extension"]

_ATTRIBUTE = "playhead_extension"  # where a shell keeps what was put in place in it


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext playhead`` calls; twice does nothing."""
    if getattr(shell, _ATTRIBUTE, None) is not None:
        return
    # Here, so that IPython and the widgets are loaded in notebooks only.
    from playhead_kernel.extension import Extension

    setattr(shell, _ATTRIBUTE, Extension(shell))


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext playhead`` calls."""
    extension = getattr(shell, _ATTRIBUTE, None)
    if extension is not None:
        setattr(shell, _ATTRIBUTE, None)
        extension.take_away()


def current_session() -> Session:
    """What this notebook knows: its runs, its workflows, its store. Raises `RuntimeError` where none is loaded."""
    from IPython.core.getipython import get_ipython

    extension = getattr(get_ipython(), _ATTRIBUTE, None)
    if extension is None:
        raise RuntimeError("Playhead is not loaded in this notebook: %load_ext playhead")
    found: Session = extension.session
    return found
