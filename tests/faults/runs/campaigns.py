"""Campaigns: programs of their own that fork, kill and race, and answer with one JSON line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HOME = Path(__file__).parents[3]


def answer_of(program: ModuleType, *words: object) -> dict[str, Any]:
    """Run the program; what it answers. It must say nothing else, and leave nothing running."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-m", program.__name__, *map(str, words)],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer
