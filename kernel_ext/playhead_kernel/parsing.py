"""Parsing: the words after a command. It is argparse, but it never ends the process and names the nearest option."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

from IPython.core.error import UsageError

from playhead_kernel.refusals import nearest, unknown

#: Characters in a line of help: a notebook breaks longer ones in the middle of a word, as terminals do.
_WIDTH: Final = 80
_OPTION: Final = re.compile(r"--|-[^\W\d]")  # a number may be negative
_LISTS: Final = ("KEY=VALUE", "ANSWER")  # what is given word by word, as long as there are words


def filled(text: str, indent: str = "") -> str:
    """Paragraphs in lines that fit everywhere; all lines but the first begin with ``indent``."""
    paragraphs = (textwrap.fill(paragraph, _WIDTH, subsequent_indent=indent) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraphs)


class HelpWanted(Exception):
    """Raised for ``-h``; carries the text to show."""


class Parser(argparse.ArgumentParser):
    """The words one command takes, and what each of them names: by its ``metavar``, for completion.

    ``positions`` has for each word without a dash what it may name; the last is for all that follow if ``repeats``.
    """

    def __init__(self, name: str, describe: Callable[[], str], sign: str = "%") -> None:
        """``name`` is what stands behind the ``sign`` of the magic, which argparse must not format."""
        super().__init__(
            prog=name,
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=_WIDTH - len(sign)),
        )
        self.color = False  # from Python 3.14 on argparse colours; a notebook would show the codes
        self.positions: list[tuple[str, ...]] = []
        self.repeats = False
        self.options: dict[str, str | None] = {}
        self._usage: dict[str, str] = {}
        self._describe = describe
        self._sign = sign
        self.add_argument("-h", "--help", action=_Help, nargs=0, help="show this text")

    def add_argument(self, *flags: Any, then: Sequence[str] = (), **settings: Any) -> argparse.Action:
        """As argparse does. ``then`` is what the words of a list name after its first, which may be left out."""
        action = super().add_argument(*flags, **settings)
        takes = str(action.metavar or "") if action.nargs != 0 else None
        if action.option_strings:
            self.options |= dict.fromkeys(action.option_strings, takes)
        else:
            names = [takes or "", *then]
            self.positions += [tuple(names[at : at + 2]) for at in range(len(names))]
            self.repeats = action.nargs in ("*", "+") and (not then or then[-1] in _LISTS)
            if then:
                self._usage[f"[{action.metavar} ...]"] = _usage(names)
        return action

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments. Raises `UsageError`, and `HelpWanted` for ``-h``."""
        for word in words:
            flag = word.partition("=")[0]
            if _OPTION.match(flag) and flag not in self.options and flag[:2] not in self.options:
                raise self._unknown(flag)
        return self.parse_intermixed_args(list(words))

    def _unknown(self, flag: str) -> UsageError:
        """There is no such option; where data can be given, that may have been meant."""
        known = [name for name in self.options if name.startswith("--")]
        takes_data = any(name in _LISTS for names in self.positions for name in names)
        is_data = takes_data and nearest(flag, known) is None
        return unknown("option", flag, known, f"Data is given as {flag.lstrip('-')}=…" if is_data else "")

    def format_help(self) -> str:
        """Usage, what the command does, its words, and how to say it in Python."""
        self.description = self._describe()
        usage, *rest = super().format_help().split("\n\n")
        for usual, ours in self._usage.items():
            usage = usage.replace(usual, ours)
        signed = usage.replace("usage: ", f"usage: {self._sign}", 1).replace("\n", "\n" + " " * len(self._sign))
        return "\n\n".join([signed, *rest])

    def error(self, message: str) -> NoReturn:
        """What argparse calls at a mistake."""
        name = f"{self._sign}{self.prog}"
        raise UsageError(f"{name}: {message} (see {name} -h)")


def _usage(names: Sequence[str]) -> str:
    """``[RUN] [STEP]``, where argparse would say ``[RUN ...]``; a file is needed."""
    shown = {"FILE": "FILE"} | {name: f"[{name} ...]" for name in _LISTS}
    return " ".join(shown.get(name, f"[{name}]") for name in names)


class _Help(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        raise HelpWanted(parser.format_help())
