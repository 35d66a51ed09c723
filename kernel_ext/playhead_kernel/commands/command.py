"""A command: a word after ``%workflow``, the words it takes, and what it does."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from IPython.core.error import UsageError

from playhead.results import RunResult
from playhead_kernel.handle import RunHandle
from playhead_kernel.parsing import Parser, filled
from playhead_kernel.payloads import tokens_of, unquoted
from playhead_kernel.session import Session

#: The arguments of one command: a namespace, with ``body``, the rest of the cell, and ``tail``, or None for them.
Given: TypeAlias = argparse.Namespace


@dataclass(frozen=True)
class Rest:
    """What a command gives that wants to wait for the run's next rest, and what becomes of the command then."""

    handle: RunHandle
    then: Callable[[RunResult], Any]
    timeout: float | None = None


@dataclass(frozen=True)
class Command:
    """``act`` does it; its docstring is the help. ``twin`` says the same in Python. ``words`` declares arguments.

    What stands behind the word ``tail`` is no word of the line but a text, ``given.tail``. ``magic`` is the magic that
    it is a command of; its own name stands for itself. ``of_cells`` takes the body of a cell as data.
    """

    name: str
    act: Callable[[Session, Given], Any]
    twin: str
    words: Callable[[Parser], object] = lambda parser: None
    tail: str | None = None
    magic: str = "%workflow"
    of_cells: bool = False

    @property
    def summary(self) -> str:
        """The first line of its help."""
        return self._text.partition("\n")[0]

    @property
    def _text(self) -> str:
        return inspect.getdoc(self.act) or ""

    @cached_property
    def parser(self) -> Parser:
        """What reads its words."""
        magic = self.magic.lstrip("%")
        name = magic if magic == self.name else f"{magic} {self.name}"
        parser = Parser(name, self._described, self.magic.removesuffix(magic))
        self.words(parser)
        return parser

    def _described(self) -> str:
        where = "\nwhere session = playhead_kernel.current_session()" if "session" in self.twin else ""
        return f"{filled(self._text)}\n\nIn Python: {self.twin}{where}"

    def _parted(self, line: str) -> tuple[str, str | None]:
        """The words, and the text behind them; an option at the end of the text is none of it."""
        if self.tail is None:
            return line, None
        words, *rest = re.split(rf"\s{self.tail}(?:\s|$)", line, maxsplit=1)
        if not rest or any(words.count(quote) % 2 for quote in "\"'"):  # quoted with what is before it
            return line, None
        text = rest[0].strip()
        while (option := text.rpartition(" ")[2]).startswith("--") and option in self.parser.options:
            words, text = f"{words} {option}", text.removesuffix(option).rstrip()
        return words, text

    def __call__(self, session: Session, line: str, body: str | None) -> Any:
        """Carry out the line, without the command's own name. Raises `UsageError`."""
        line, tail = self._parted(line)
        given = self.parser.read(tokens_of(line))
        if body is not None and body.strip() and not self.of_cells:
            raise UsageError(
                f"%workflow {self.name} takes nothing from the cell: write it with one %, the rest in lines below it."
            )
        given.body, given.tail = body, tail
        return self.act(session, given)


# -- words that several commands take --------------------------------------------------------------------------


def takes_run(parser: Parser) -> None:
    """``[RUN]``: without it, the run used last."""
    text = "a run's id, how it begins, or a variable that holds it; else the run used last"
    parser.add_argument("run", metavar="RUN", nargs="?", type=unquoted, help=text)


def takes_moment(parser: Parser) -> None:
    """``[RUN@K]``: a run, and the event after which it is meant; without, the run used last, as it is now."""
    text = "a run's id; RUN@K is after event K, RUN@STEP before the step began; else the run used last"
    parser.add_argument("run", metavar="RUN@K", nargs="?", type=unquoted, help=text)


def takes_wait(parser: Parser) -> None:
    """``--wait``: stay in the cell until the run rests."""
    parser.add_argument("--wait", action="store_true", help="wait until the run rests: finished, suspended or paused")


def takes_state(parser: Parser, when: str) -> None:
    """``--state VAR``."""
    parser.add_argument("--state", metavar="VAR", type=unquoted, help=f"{when}: the value of this variable, a dict")


def takes_changes(parser: Parser) -> None:
    """``--accept-changes``: go on by another workflow than the one that was."""
    text = "go on although the workflow has changed in what the run has reached"
    parser.add_argument("--accept-changes", action="store_true", help=text)


def takes_payload(parser: Parser, what: str) -> None:
    """``[k=v ...] [--input VAR]``."""
    # A default: argparse would call a list of words required else, when another word is missing.
    parser.add_argument(
        "payload", metavar="KEY=VALUE", nargs="*", default=[], help=f"{what}: key=value pairs, or one value"
    )
    parser.add_argument("--input", metavar="VAR", type=unquoted, help=f"{what}: the value of this variable")


def rest_or(handle: RunHandle, wants_to_wait: bool) -> RunHandle | Rest:
    """The handle, at once or when the run rests."""
    return Rest(handle, lambda _: handle) if wants_to_wait else handle


def presented(session: Session, handle: RunHandle, wants_to_wait: bool = False) -> RunHandle | Rest:
    """Show the run, and `rest_or`. Where it is shown already a line tells how it stands, or how it came to rest.

    A terminal, which cannot show it anew, shows it when it rests.
    """
    if wants_to_wait and (handle.views or not session.in_kernel):
        return Rest(handle, lambda _: presented(session, handle))
    session.present(handle)
    return rest_or(handle, wants_to_wait)


def count(text: str) -> int:
    """A whole number, from 0."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def number(text: str) -> int:
    """A whole number, from 1."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def split_run_and_number(words: list[str]) -> tuple[str | None, int | None]:
    """``[RUN] [N]`` in any combination: a lone number is N. Raises `UsageError` for more, and for no steps at all."""
    names = [word for word in words if not word.isdecimal()]
    numbers = [word for word in words if word.isdecimal()]
    if len(words) == 2 and len(numbers) == 2:  # a run may have a number for its id
        names, numbers = words[:1], words[1:]
    too_much = [*names[1:], *numbers[1:]]
    if too_much:
        raise UsageError(f"Name a run and how many steps, no more: {too_much[0]!r} is too much.")
    if numbers and int(numbers[0]) == 0:
        raise UsageError("Say how many steps, from 1; without a number it is one.")
    return next(iter(names), None), next(map(int, numbers), None)
