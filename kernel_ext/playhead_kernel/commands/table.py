"""The table of all commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from IPython.core.error import UsageError

from playhead_kernel.commands import answering, going, housekeeping, looking, stopping, telling, travelling
from playhead_kernel.commands.command import Command
from playhead_kernel.parsing import filled
from playhead_kernel.refusals import unknown

COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for module in (going, answering, looking, telling, travelling, stopping, housekeeping)
    for command in module.COMMANDS
}


#: What asks for help in place of a command.
HELP: Final = ("-h", "--help", "help")

_ALL: Final = "%workflow -h lists all."

#: Words that people know from elsewhere, and what does it here.
_ELSEWHERE: Final = {
    "abort": "cancel",
    "answer": "resume",
    "breakpoint": "break",
    "breakpoints": "breaks",
    "delete": "rm",
    "draw": "graph",
    "history": "scrub",
    "info": "show",
    "kill": "cancel",
    "next": "step",
    "proceed": "continue",
    "remove": "rm",
    "replay": "travel",
    "restart": "continue",
    "result": "output",
    "retry": "continue",
    "rewind": "scrub",
    "runs": "ls",
    "start": "run",
    "status": "show",
    "stop": "cancel",
}


def command_named(name: str, workflows: Iterable[str] = ()) -> Command:
    """The command of that name. Raises `UsageError` with the nearest; ``workflows`` may have been meant to be run."""
    if name in COMMANDS:
        return COMMANDS[name]
    if name.startswith("-"):
        raise UsageError(f"{name} must come after its command: %workflow COMMAND … {name}")
    if name in workflows:
        raise UsageError(f"{name!r} is a workflow and no command: %workflow run {name}")
    if name in _ELSEWHERE:
        raise UsageError(f"There is no command {name!r}: did you mean {_ELSEWHERE[name]!r}? {_ALL}")
    raise unknown("command", name, COMMANDS, _ALL)


def overview_of_commands() -> str:
    """Each command with what it does, for ``%workflow -h``."""
    width = max(map(len, COMMANDS))
    indent = " " * (width + 4)
    lines = [filled(f"  {name.ljust(width)}  {command.summary}", indent) for name, command in COMMANDS.items()]
    usage = ["usage: %workflow COMMAND ...", "", "Runs of workflows in this notebook. Each command has its own -h.", ""]
    cells = "Cell magics: %%workflow run and %%resume take data from the cell; %%step makes a step of it (%%step -h)."
    return "\n".join([*usage, *lines, "", filled(cells)])
