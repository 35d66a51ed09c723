"""The page of all commands, made from their own help: ``python -m tests.docs.commands_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from playhead_kernel.commands.defining import STEP
from playhead_kernel.commands.table import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "workflow-magic.md"

HEAD = """\
# %workflow

Every command, as `%workflow COMMAND -h` says it. Bare `%workflow` shows the workflows defined in the notebook and the
recent runs. A run is named by its id, by how that begins, or by a variable that holds it; where none is named, the one
used last is meant. `RUN@K` is the run as it stood after event K, and `RUN@STEP` as it stood before STEP began.
`%%resume` is `resume` with the body of the cell as the answer, and `%%step`, below, makes a step of a cell.

This page is made by `python -m tests.docs.commands_page`.
"""


def page() -> str:
    commands = [*COMMANDS.items(), (STEP.magic, STEP)]
    parts = [f"## {name}\n\n```text\n{command.parser.format_help().rstrip()}\n```\n" for name, command in commands]
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
