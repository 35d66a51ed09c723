"""Campaigns: programs of their own that fork, kill and race, and answer with one JSON line.

They are not run by the tests themselves: a fork wants a process that has no threads, and is small.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from tests.faults.runs.children import die_with

Answer: TypeAlias = dict[str, Any]
"""``figures``: what was done, and how often; ``broken``: the invariants that did not hold, one line each."""

HOME = Path(__file__).parents[3]


def answer_with(run: Callable[..., Answer]) -> None:
    """The program: ``run`` in a folder that is gone afterwards, with the words of the command line, and answer."""
    die_with(os.getppid())
    gc.freeze()  # so that the forks share the memory of what is loaded
    with tempfile.TemporaryDirectory(prefix="playhead-campaign-") as home:
        print(json.dumps(run(Path(home), *sys.argv[1:])))


def answer_of(program: ModuleType, *words: object) -> Answer:
    """Run the program; what it answers. It must say nothing else, and leave nothing running."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-m", program.__name__, *map(str, words)],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    answer: Answer = json.loads(ended.stdout)
    return answer
