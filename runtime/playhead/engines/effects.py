"""Effects that have no other home: the clock and fresh ids. Nothing else in the runtime looks at either."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from datetime import datetime, timedelta
from functools import cache

from playhead.errors import WorkflowError


class Clock:
    """Seconds since 1970, UTC, and how to wait for them. Tests put their own in its place."""

    #: Longest single wait in seconds: wall clocks jump and machines sleep, so a long wait looks again.
    LONGEST_WAIT = 30.0

    now = staticmethod(time.time)  # a function of C: it is called for each event

    async def sleep_until(self, when: float) -> None:
        """Return at ``when``, never early."""
        while (left := when - self.now()) > 0:  # noqa: ASYNC110  # only time itself is waited for
            await asyncio.sleep(min(left, self.LONGEST_WAIT))


def fresh_run_id() -> str:
    """A run id that nobody else has.

    The first three of its 16 hexadecimal digits are those of the second, the others random: what is written at about
    the same time then stands together in a store that sorts by id, and is far quicker to write.
    """
    return f"{int(time.time()) & 0xFFF:03x}{os.urandom(7).hex()[1:]}"


def fresh_owner() -> str:
    """A name for one runtime: host, process, when the process started, and a nonce."""
    return "|".join((socket.gethostname(), str(os.getpid()), process_start(os.getpid()), os.urandom(4).hex()))


def owner_is_gone(owner: str, living: set[str]) -> bool:
    """Whether ``owner`` is known to be dead: its process on this host is gone, or its runtime was left.

    ``living`` are the owners alive in this process. An owner on another host is never known to be dead.
    """
    host, pid, started, _ = owner.split("|")
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid():
        return owner not in living
    return process_start(int(pid)) != started


@cache
def _boot_marker() -> str:
    """Tells one boot of the machine from the next, where the system says so."""
    with contextlib.suppress(OSError), open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
        return file.read(8)
    return ""


def process_start(pid: int) -> str:
    """When process ``pid`` started, as an opaque text that differs for another process of the same number.

    Empty if it has ended, also while nobody has asked how: a killed kernel may stay listed for long.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The command's name may hold blanks and brackets; the start time is field 20 after the last bracket.
            fields = file.read().rpartition(")")[2].split()
            return "" if fields[0] in ("Z", "X") else _boot_marker() + fields[19]
    except (OSError, IndexError):
        return "alive" if _is_alive(pid) else ""


def _is_alive(pid: int) -> bool:
    """For systems without /proc."""
    if os.path.isdir("/proc/self"):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def seconds_of_sleep(value: object, step_id: str) -> float:
    """What a sleep's function gave, in seconds. Raises `WorkflowError` for anything that is not a duration."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise WorkflowError(f"Sleep {step_id!r} got {value!r}: give seconds of at least 0, or a timedelta.")


def moment_of_sleep(value: object, step_id: str) -> float:
    """What a sleep_until's function gave, in seconds since 1970. Raises `WorkflowError` without a time zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.timestamp()
    raise WorkflowError(f"Sleep {step_id!r} got {value!r}: give an aware datetime.")
