"""The children of a campaign: they end with it, and one that hangs is noticed."""

from __future__ import annotations

import select
import subprocess
import sys

import pytest

from tests.faults.runs import children
from tests.faults.runs.campaigns import HOME

pytestmark = pytest.mark.skipif(not children.supported(), reason="this system cannot fork and watch processes")

PATIENCE = 5.0  # seconds

PROGRAM = """
import time
from tests.faults.runs.children import ended, fork
child = fork(lambda: time.sleep(60))
print("begun", flush=True)
print(ended(child, {seconds}), flush=True)
"""


def program(seconds: float) -> subprocess.Popen[str]:
    """One that forks a child which sleeps, and waits for it so many seconds; the child has its output too."""
    command = [sys.executable, "-c", PROGRAM.format(seconds=seconds)]
    started = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True, bufsize=1)
    assert started.stdout is not None
    assert started.stdout.readline() == "begun\n"
    return started


def test_a_child_ends_with_the_campaign_that_is_killed() -> None:
    with program(60) as started:
        started.kill()
        assert started.stdout is not None
        readable, _, _ = select.select([started.stdout], [], [], PATIENCE)
        assert readable, "the child lives on, and keeps its output open"
        assert started.stdout.read() == ""


def test_a_child_that_hangs_is_ended_and_told_of() -> None:
    with program(0.05) as started:
        assert started.communicate(timeout=PATIENCE)[0] == "None\n"
