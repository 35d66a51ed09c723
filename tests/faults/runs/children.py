"""Children: forked processes that do one thing, die with whoever forked them, and never outlive their time."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Final

TIME: Final = 8.0  # seconds after which a child counts as hanging: each has work for a fraction of one

LOOK: Final = 0.002  # seconds between two looks at what they do

PR_SET_PDEATHSIG: Final = 1  # of Linux: the signal a process gets when the one that made it is gone

KILLED: Final = -signal.SIGKILL
INTERRUPTED: Final = 128 + signal.SIGINT  # what shells say of a program that Ctrl-C ended


def supported() -> bool:
    """Whether this system has what the children need: fork, and files that stand for processes (Linux 5.3)."""
    return hasattr(os, "fork") and hasattr(os, "pidfd_open")


def die_with(parent: int) -> None:
    """Let this process be killed when ``parent``, which made it, ends in whatever way."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It was gone before we asked.
        os._exit(1)


def fork(work: Callable[[], object]) -> int:
    """Do ``work`` in a child; its number. The caller must have no other thread and no event loop."""
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # or it might hit the child outside of its `try`
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        return child
    code = 1
    try:
        die_with(parent)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its jobs in the background ignore it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        work()
        code = 0
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what children do."""
    end = time.monotonic() + TIME
    while not condition():
        assert time.monotonic() < end, "the children never came so far"
        time.sleep(LOOK)


def ended(child: int, seconds: float = TIME) -> int | None:
    """How the child ended: its exit code, or minus the signal; None if it hung, and had to be killed."""
    file = os.pidfd_open(child)
    try:
        in_time, _, _ = select.select([file], [], [], seconds)
    finally:
        os.close(file)
    if not in_time:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if in_time else None
