"""Interpreters: other processes of this Python, as people start them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

PATIENCE = 120  # seconds for what takes a few at most


def in_new_interpreter(*arguments: str) -> str:
    """What a new interpreter prints, given these arguments.

    It reads and writes compiled modules, as it does where Playhead is installed, whatever the environment says.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, env=environment)
    return finished.stdout


def told_by(module: str, *arguments: str) -> dict[str, Any]:
    """The JSON that ``python -m module`` prints."""
    told: dict[str, Any] = json.loads(in_new_interpreter("-m", module, *arguments))
    return told
