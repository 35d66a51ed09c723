"""Signals: how ``ctx.suspend`` and ``ctx.bail`` end a step body.

They derive from BaseException so that a body's own ``except Exception`` cannot swallow them.
"""

from __future__ import annotations


class Signal(BaseException):
    """Ends a body on purpose; not an error."""


class SuspendSignal(Signal):
    """The body asked a question and waits for the answer."""


class BailSignal(Signal):
    """The body ends its workflow early, with success."""


def only_signals(error: BaseException) -> bool:
    """Whether ``error`` is a signal, or a group (as a TaskGroup raises) that holds nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(only_signals(inner) for inner in error.exceptions)
    return isinstance(error, Signal)
