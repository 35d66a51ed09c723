"""The magics: ``%workflow``, ``%%workflow``, ``%%resume`` and ``%%step``."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_cell_magic, magics_class, no_var_expand

from playhead_kernel.commands.command import Command
from playhead_kernel.commands.defining import STEP
from playhead_kernel.commands.table import HELP, command_named, overview_of_commands
from playhead_kernel.config import Preferences
from playhead_kernel.overview import Overview
from playhead_kernel.parsing import HelpWanted
from playhead_kernel.refusals import in_one_line
from playhead_kernel.session import Session
from playhead_kernel.waiting import MARK, awaitable, block, silenced


@magics_class
class PlayheadMagics(Magics, Preferences):
    """Runs of workflows in this notebook."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell=shell, parent=shell)
        self.session = Session(shell, self)

    # Braces in a payload are data, not variables to be filled in.
    @no_var_expand
    @line_cell_magic
    def workflow(self, line: str = "", cell: str | None = None) -> Any:
        """Runs of workflows: ``%workflow run FLOW key=value``. ``%workflow -h`` lists all commands."""
        return self._carry_out(line, cell)

    @no_var_expand
    @cell_magic
    def resume(self, line: str, cell: str) -> Any:
        """Answer a suspended step with the body of the cell: ``%%resume [RUN]``, then key: value lines."""
        mark = MARK if line.startswith(MARK) else ""
        return self._carry_out(f"{mark}resume {line.removeprefix(MARK)}", cell)

    @no_var_expand
    @cell_magic
    def step(self, line: str, cell: str) -> None:
        """Make a step of the cell: ``%%step [NAME] [--in A --out B]``. ``%%step -h`` says more."""
        with in_one_line():
            self._or_help(STEP, line, cell)

    def _or_help(self, command: Command, line: str, body: str | None) -> Any:
        try:
            return command(self.session, line, body)
        except HelpWanted as wanted:
            return self.session.say(str(wanted).rstrip())

    def _carry_out(self, line: str, body: str | None) -> Any:
        finish = awaitable if line.startswith(MARK) else block
        line = line.removeprefix(MARK).rstrip()
        with in_one_line():
            answer = self._answer(line.removesuffix(";"), body)
            return finish(self.session, silenced(answer) if line.endswith(";") else answer)

    def _answer(self, line: str, body: str | None) -> Any:
        name, _, rest = line.strip().partition(" ")
        if not name and body is not None and body.strip():
            raise UsageError("Name a command: %%workflow run FLOW takes its input from the cell (see %workflow -h)")
        if not name:
            return Overview(self.session)
        if name in HELP:
            wanted = rest.strip()
            text = command_named(wanted).parser.format_help() if wanted else overview_of_commands()
            return self.session.say(text.rstrip())
        return self._or_help(command_named(name, self.session.definitions.names()), rest, body)
