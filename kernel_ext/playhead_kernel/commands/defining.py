"""Defining: a cell becomes a step, by ``%%step``."""

from __future__ import annotations

from typing import Final

from playhead_kernel.commands.command import Command, Given
from playhead_kernel.parsing import Parser
from playhead_kernel.payloads import unquoted
from playhead_kernel.session import Session


def define(session: Session, given: Given) -> None:
    """Make a step of this cell: its free names are the step's input, the names it assigns the step's output.

    Input and output are dicts by name, so that cells fit together by the names they use. Modules, functions and
    classes of the notebook, and builtins, are no input: the cell uses them as they are. ctx is the step's context.
    Names that begin with _ stay inside. The step is the variable NAME; without one it is called after its last
    result: make_RESULT. Run the cell again, and the step is a new one in every workflow that has it.
    """
    session.say(str(session.step_of(given.body, given.name, inputs=given.inputs, outputs=given.outputs)))


def _words(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", type=unquoted, help="the step's id, and its variable")
    parser.add_argument(
        "--in", dest="inputs", metavar="A", action="extend", type=_names, help="only these are input: A,B or several"
    )
    parser.add_argument(
        "--out", dest="outputs", metavar="B", action="extend", type=_names, help="only these are output"
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in unquoted(text).split(",") if name.strip()]


STEP: Final = Command(
    "step",
    define,
    "session.step_of(code, 'name', inputs=['a'], outputs=['b'])",
    _words,
    magic="%%step",
    of_cells=True,
)
