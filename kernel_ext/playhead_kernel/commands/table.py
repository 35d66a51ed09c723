"""The table of all commands."""

from __future__ import annotations

from typing import Final

from playhead_kernel.commands import answering, going, housekeeping, looking, stopping, telling, travelling
from playhead_kernel.commands.command import Command
from playhead_kernel.parsing import filled
from playhead_kernel.refusals import unknown

COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for module in (going, answering, looking, telling, travelling, stopping, housekeeping)
    for command in module.COMMANDS
}


def command_named(name: str) -> Command:
    """The command of that name. Raises `UsageError` with the nearest."""
    if name not in COMMANDS:
        raise unknown("command", name, COMMANDS, "%workflow -h lists all.")
    return COMMANDS[name]


def overview_of_commands() -> str:
    """Each command with what it does, for ``%workflow -h``."""
    width = max(map(len, COMMANDS))
    indent = " " * (width + 4)
    lines = [filled(f"  {name.ljust(width)}  {command.summary}", indent) for name, command in COMMANDS.items()]
    usage = ["usage: %workflow COMMAND ...", "", "Runs of workflows in this notebook. Each command has its own -h.", ""]
    cells = "Cell magics: %%workflow run and %%resume take data from the cell; %%step makes a step of it (%%step -h)."
    return "\n".join([*usage, *lines, "", filled(cells)])
