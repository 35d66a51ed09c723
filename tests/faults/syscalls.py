"""Faults inside a system call, by strace: the k-th write fails, or kills the process."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from playhead.stores.disk import DiskStore
from tests.faults import store_writer

KILLED = 128 + 9
WRITE = re.compile(r"(?P<thread>\d+) +pwrite64\(\d+<(?P<file>[^>]*)>")


@functools.cache
def why_not() -> str:
    """Why faults cannot be injected on this machine; "" if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed (on Debian: apt-get install strace)"
    tried = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()[:100]}"


needs_strace = pytest.mark.skipif(bool(why_not()), reason=why_not() or "never")


@dataclass(frozen=True)
class Outcome:
    """What a writer said before it ended."""

    acknowledged: list[int]
    blobs: list[str]
    errors: list[str]
    killed: bool


def write_under(
    fault: str, folder: Path, *, durability: str = "process", size: int = 300, blobs: bool = False
) -> Outcome:
    """Write a log while ``fault`` (in strace's words; it counts in each thread) happens."""
    syscall = fault.partition(":")[0]
    ended = subprocess.run(
        [
            *("strace", "-qq", "-f", *_quickly(fault), "-o", "/dev/null", "-e", f"trace={syscall}"),
            *("-e", f"inject={fault}", *_writer(folder, durability, size, blobs)),
        ],
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )
    killed = ended.returncode in (KILLED, -9)
    assert killed or (ended.returncode == 0 and ended.stderr == ""), f"{fault}: {ended.stderr}"
    lines = [line.split(maxsplit=1) for line in ended.stdout.splitlines()]
    return Outcome(
        [int(rest) for word, rest in lines if word == "ack"],
        [rest for word, rest in lines if word == "blob"],
        [rest for word, rest in lines if word == "err"],
        killed,
    )


def writes(folder: Path, *, durability: str = "process") -> list[str]:
    """The file in ``folder`` that each write of the writer goes to, in the thread that writes most."""
    trace = folder.with_suffix(".trace")
    subprocess.run(
        ["strace", "-qq", "-f", "-y", "-o", str(trace), "-e", "trace=pwrite64", *_writer(folder, durability)],
        stdout=subprocess.DEVNULL,
        timeout=15,
        check=True,
    )
    threads = defaultdict(list)
    for write in WRITE.finditer(trace.read_text()):
        threads[write["thread"]].append(str(Path(write["file"]).relative_to(folder)))
    return max(threads.values(), key=len)


def _writer(folder: Path, durability: str, size: int = 300, blobs: bool = False) -> list[str]:
    writer = [sys.executable, "-W", "error", store_writer.__file__]
    return [*writer, str(folder), durability, str(size), "blobs" if blobs else "-"]


def _quickly(fault: str) -> list[str]:
    """Other calls may run at full speed, but then strace does not send signals."""
    return [] if "signal" in fault else ["--seccomp-bpf"]


async def check(folder: Path, outcome: Outcome, *, size: int = 300) -> int:
    """Nothing that was acknowledged is lost, and there is no gap; how many events the log has."""
    store = DiskStore(folder)
    await store.open()
    try:
        log = await store.read("run")
        assert log == [store_writer.frame(seq, size) for seq in range(1, len(log) + 1)]
        assert len(log) >= max(outcome.acknowledged, default=0)
        for digest in outcome.blobs:
            assert b" large " in store.get_blob("run", digest)
        await store.append("run", len(log), [b"and on"])
    finally:
        await store.close()
    return len(log)


async def make_store(folder: Path) -> None:
    """An empty store, so that faults meet the appends and not the making."""
    store = DiskStore(folder)
    await store.open()
    await store.close()
