"""The ledger: a file outside every store, in which the world notes what really happened to a run.

Steps note their side effects, the store notes what it has promised. A line is one write, so that a process that
dies in the middle of something leaves whole lines, and the order of lines is the order of things, whoever wrote.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from playhead import Context


def mark_of(frame: bytes) -> str:
    """What a frame is recognised by in a ledger."""
    return blake2b(frame, digest_size=8).hexdigest()


@dataclass(frozen=True)
class Effect:
    """A side effect: of which try of which place, in which process, and whether the step knew it was run again."""

    what: str
    process: int
    restarted: bool


@dataclass(frozen=True)
class Promise:
    """An append that returned: which event, its mark, and to which process."""

    seq: int
    mark: str
    process: int


class Ledger:
    """What happened to one run, in order."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def note(self, *words: object) -> None:
        """Write one line, at once."""
        self._write([words])

    def _write(self, lines: Iterable[tuple[object, ...]]) -> None:
        text = "".join(" ".join(map(str, (os.getpid(), *words))) + "\n" for words in lines)
        file = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)

    def effect(self, ctx: Context[Any]) -> None:
        """Note that the body of a step did something to the world."""
        what = effect_of("/".join(ctx.path), ctx.attempt, ctx.resumed)
        self.note("effect", what, *(["again"] if ctx.restarted else []))

    def promise(self, after: int, frames: Sequence[bytes]) -> None:
        """Note that a store has promised to keep the events after ``after``."""
        self._write(("promise", seq, mark_of(frame)) for seq, frame in enumerate(frames, after + 1))

    def entries(self) -> list[Effect | Promise]:
        """Every line, in order."""
        return [entry for entry in map(_entry, self.lines()) if entry is not None]

    def lines(self) -> list[list[str]]:
        """The words of every line, in order; the first is the process."""
        return [line.split() for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def effects(self) -> Counter[str]:
        """How often each side effect happened."""
        return Counter(entry.what for entry in self.entries() if isinstance(entry, Effect))

    def promises(self) -> list[Promise]:
        """What was promised, in order."""
        return [entry for entry in self.entries() if isinstance(entry, Promise)]

    def says(self, word: str) -> bool:
        """Whether any line has this word."""
        return any(word in line for line in self.lines())


def effect_of(path: str, attempt: int = 0, resumed: bool = False) -> str:
    """The name of a side effect: retries and the answer to a question are effects of their own."""
    return path + (f"@{attempt}" if attempt else "") + ("!" if resumed else "")


def place_of(effect: str) -> str:
    """The place that a side effect belongs to."""
    return effect.rstrip("!").partition("@")[0]


def _entry(line: list[str]) -> Effect | Promise | None:
    match line:
        case [process, "effect", what, *again]:
            return Effect(what, int(process), bool(again))
        case [process, "promise", seq, mark]:
            return Promise(int(seq), mark, int(process))
    return None
