"""Races: processes that start, answer or take up the same run at the same moment (F12).

``python -m tests.faults.runs.racing RACES SEED`` makes so many of each kind, with 2 to 8 racers in turn, and prints one
JSON line: what it did, and what broke. The racers live as long as the campaign; each opens the store once.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from playhead import Run, Runtime
from playhead.errors import NotAllowedNow
from playhead.machine import events as E
from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import KILLED, ended, fork
from tests.faults.runs.deadly_store import Place, WitnessedStore
from tests.faults.runs.invariants import Broken, broken_in_run, log_of, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import FINAL, life
from tests.faults.runs.shapes import SHAPES, Shape

MOST = 8  # racers
LEAVE = "leave"  # the last word to a racer
LONGEST = 100  # bytes of an answer
AHEAD = 0.004  # seconds between the word and the start, so that all have heard it

#: What the losers of each kind of race may be told: that it is done, or, if they come late, what became of the run.
REFUSALS = {
    "start": {"start-already-claimed"},
    "answer": {"resume-already-claimed", "nothing-suspended"},
    "take up": {"still-running", "not-active"},
}
CLAIMS = {"start": E.RUN_STARTED, "answer": E.RUN_RESUMED, "take up": E.RUN_CLAIMED}
#: Of the four appends of a run of three steps: the first is its start, the last its end.
IN_THE_MIDDLE = [*(Place(number, "after") for number in (1, 2, 3)), *(Place(number, "before") for number in (2, 3, 4))]
SHAPE_OF = {"start": SHAPES["parallel"], "answer": SHAPES["suspend"], "take up": SHAPES["linear"]}


class Racer:
    """A process that waits for the word; what is said to it and what it answers are lines of JSON."""

    def __init__(self, folder: Path, home: Path) -> None:
        word, self._word = os.pipe()
        self._answers, answer = os.pipe()
        self.process = fork(lambda: _run_racer(folder, home, word, answer))
        os.close(word)
        os.close(answer)

    def say(self, kind: str, run_id: str = "", at: float = 0.0) -> None:
        os.write(self._word, f"{json.dumps([kind, run_id, at])}\n".encode())

    def answer(self) -> str:
        """What it came to: "won", or the code of the error."""
        return os.read(self._answers, LONGEST).decode()

    def leave(self) -> int | None:
        """How the process ended."""
        self.say(LEAVE)
        code = ended(self.process)
        os.close(self._word)
        os.close(self._answers)
        return code


def _run_racer(folder: Path, home: Path, word: int, answer: int) -> None:
    with open(word) as words:
        asyncio.run(race_on(folder, home, words, answer))


async def race_on(folder: Path, home: Path, words: TextIO, answer: int) -> None:
    """The life of a racer: one race for each line."""
    store = WitnessedStore(folder, Ledger(home / "nobody.ledger"))
    async with Runtime(store) as runtime:
        for line in words:
            kind, run_id, at = json.loads(line)
            if kind == LEAVE:
                break
            store.ledger = Ledger(home / f"{run_id}.ledger")
            run = SHAPE_OF[kind].build(store.ledger).create_run(run_id=run_id, runtime=runtime)
            while time.monotonic() < at:
                pass  # not asleep: the races are for microseconds
            os.write(answer, (await attempt(kind, run)).encode())


async def attempt(kind: str, run: Run) -> str:
    """Do it, and go on until the run rests."""
    shape = SHAPE_OF[kind]
    try:
        match kind:
            case "start":
                await run.start(shape.input)
            case "answer":
                await run.resume(shape.answers["manager"], label="manager")
            case _:
                await run.restart()
    except NotAllowedNow as error:
        return error.code
    return "won" if run.status in FINAL else f"left {run.status}"


class Races:
    """All races of a campaign, for runs in one store."""

    def __init__(self, home: Path, dice: random.Random) -> None:
        self.home, self.folder, self.dice = home, home / "store", dice
        self.figures: Counter[str] = Counter()
        self.broken: Broken = []

    def prepare(self, kind: str, run_id: str) -> None:
        """Bring a run to where the race for it begins."""
        shape, ledger = SHAPE_OF[kind], Ledger(self.home / f"{run_id}.ledger")
        if kind == "answer":
            ended(fork(lambda: asyncio.run(self._until_suspended(shape, run_id, ledger))))
        elif kind == "take up":
            place = self.dice.choice(IN_THE_MIDDLE)
            assert ended(fork(lambda: life(self.folder, shape, run_id, ledger, place))) == KILLED

    async def _until_suspended(self, shape: Shape, run_id: str, ledger: Ledger) -> None:
        async with Runtime(WitnessedStore(self.folder, ledger)) as runtime:
            await shape.build(ledger).create_run(run_id=run_id, runtime=runtime).start(shape.input)

    def race(self, kind: str, run_id: str, racers: list[Racer]) -> None:
        """Let the racers go; exactly one may win."""
        at = time.monotonic() + AHEAD
        for racer in racers:
            racer.say(kind, run_id, at)
        answers = [racer.answer() for racer in racers]
        winners = answers.count("won")
        strange = sorted(set(answers) - REFUSALS[kind] - {"won"})
        if winners != 1 or strange:
            self.broken += told([f"{winners} winners; {strange}"], kind=kind, run=run_id, racers=len(racers))
        self.figures.update({"races": 1, "racers": len(racers), "winners": winners})
        self.figures.update(answer for answer in answers if answer != "won")

    async def judge(self, kind: str, run_id: str) -> None:
        shape, ledger = SHAPE_OF[kind], Ledger(self.home / f"{run_id}.ledger")
        broken = await broken_in_run(self.folder, shape, run_id, ledger, kills=int(kind == "take up"))
        store = WitnessedStore(self.folder, ledger)
        await store.open()
        claims = len((await log_of(store, run_id)).places(CLAIMS[kind]))
        await store.close()
        if claims != 1:
            broken.append(f"I2: the log has {claims} events {CLAIMS[kind]}")
        self.broken += told(broken, kind=kind, run=run_id)


def run(home: Path, races: str, seed: str) -> Answer:
    """So many races of each kind."""
    all_races = Races(home, random.Random(seed))
    plan = [
        (kind, f"{kind.replace(' ', '-')}-{number}", 2 + number % (MOST - 1))
        for kind in CLAIMS
        for number in range(int(races))
    ]
    for kind, run_id, _ in plan:
        all_races.prepare(kind, run_id)
    racers = [Racer(all_races.folder, home) for _ in range(MOST)]
    for kind, run_id, count in plan:
        all_races.race(kind, run_id, racers[:count])
    codes = [racer.leave() for racer in racers]
    if any(codes):
        all_races.broken.append(f"the racers ended with {codes}")
    for kind, run_id, _ in plan:
        asyncio.run(all_races.judge(kind, run_id))
    return {"figures": all_races.figures, "broken": all_races.broken}


if __name__ == "__main__":
    answer_with(run)
