"""Kill campaigns: a process that forks processes and kills them in the middle of a run.

``python -m tests.faults.runs.killing appends ROUNDS SEED SHAPE ...`` kills at every append of the shapes (F1), ``...
kill KILLS SEED SHAPE ...`` at random moments (F2), ``... interrupt KILLS SEED SHAPE ...`` as Ctrl-C does (F20). It
prints one JSON line: what it did, and which invariants broke.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.faults.runs.campaigns import Answer, answer_with
from tests.faults.runs.children import INTERRUPTED, KILLED, ended, fork
from tests.faults.runs.deadly_store import WHERE, Place
from tests.faults.runs.invariants import Broken, broken_in_run, told
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import life
from tests.faults.runs.shapes import SHAPES, Shape

LIVES = 5  # processes that a run may need; the last one is not killed
AGAIN = 0.4  # how likely a recovering process is to be killed too
DEEPEST = 80  # steps of SQLite's machine in one append, about
RUNS_PER_STORE = 50  # then a new one, so that a campaign does not measure the growth of its store


class Campaign:
    """Runs of one shape, each killed at least once, in stores that go on being used."""

    def __init__(self, shape: Shape, home: Path, dice: random.Random, killer: signal.Signals) -> None:
        self.shape = shape
        self.killer = killer
        self.home = home
        home.mkdir()
        self.dice = dice
        self.figures: Counter[str] = Counter()
        self.broken: Broken = []

    def undisturbed(self) -> tuple[int, float]:
        """How many appends a run takes, and how many seconds at best."""
        taken = []
        for number in range(2):
            began = time.monotonic()
            ledger = self._live_out(f"undisturbed-{number}", iter(()))
            taken.append(time.monotonic() - began)
        (appends,) = [int(line[2]) for line in ledger.lines() if line[1] == "appends"]
        self.figures.clear()
        return appends, min(taken)

    def kill_at(self, place: Place) -> None:
        """A run whose first process dies at ``place``; those after it perhaps at another."""
        others = (self._any_place(place.append) for _ in self._again())
        self._live_out(f"{place.where}-{place.append}-{place.depth}-{self.figures['runs']}", chain([place], others))

    def kill_in(self, seconds: float) -> None:
        """A run whose first process is killed from outside within so many seconds, and then perhaps others."""
        delays = (self.dice.uniform(0, seconds) for _ in chain([None], self._again()))
        self._live_out(f"time-{self.figures['runs']}", delays)

    def _any_place(self, last: int) -> Place:
        return Place(self.dice.randint(1, max(2, last)), self.dice.choice(WHERE), self.dice.randint(1, DEEPEST))

    def _again(self) -> Iterator[None]:
        while self.dice.random() < AGAIN:
            yield

    def _live_out(self, run_id: str, deaths: Iterator[Place | float]) -> Ledger:
        """One process after the other until the run has ended; each dies by the next of ``deaths``. Then judge."""
        folder = self.home / f"store-{self.figures['runs'] // RUNS_PER_STORE}"
        ledger = Ledger(self.home / f"{run_id}.ledger")
        kills, code = 0, KILLED
        while code in (KILLED, INTERRUPTED):
            death = next(deaths, None) if kills < LIVES - 1 else None
            code = self._live_and_die(folder, run_id, ledger, death)
            kills += code in (KILLED, INTERRUPTED)
        self._judge(folder, run_id, ledger, kills, code)
        return ledger

    def _live_and_die(self, folder: Path, run_id: str, ledger: Ledger, death: Place | float | None) -> int | None:
        place = death if isinstance(death, Place) else None
        child = fork(lambda: self._live(folder, run_id, ledger, place))
        if isinstance(death, float):
            time.sleep(death)
            os.kill(child, self.killer)  # not waited for yet, so that the number is still its own
        return ended(child)

    def _live(self, folder: Path, run_id: str, ledger: Ledger, place: Place | None) -> None:
        if self.killer is signal.SIGINT:
            # asyncio and its coroutines complain when they are interrupted before they are complete.
            sys.unraisablehook = lambda _: None
        life(folder, self.shape, run_id, ledger, place)

    def _judge(self, folder: Path, run_id: str, ledger: Ledger, kills: int, code: int | None) -> None:
        broken = asyncio.run(broken_in_run(folder, self.shape, run_id, ledger, kills=kills))
        if code != 0:
            broken.append("I7: a process hung" if code is None else f"I7: a process ended with {code}, see its output")
        self.broken += told(broken, shape=self.shape.name, run=run_id, kills=kills)
        self.figures["runs"] += 1
        self.figures["kills"] += kills
        self.figures["runs killed"] += kills > 0
        self.figures["effects"] += sum(ledger.effects().values())
        self.figures["effects again"] += sum(ledger.effects().values()) - len(self.shape.effects)


def places(appends: int, rounds: int, dice: random.Random) -> Iterator[Place]:
    """Before, inside and after every append, so many times; with no rounds, one of the three at every append."""
    every = [(number, where) for number in range(1, appends + 1) for where in WHERE]
    brief = [(number, dice.choice(WHERE)) for number in range(1, appends + 1)]
    for number, where in every * rounds or brief:
        yield Place(number, where, dice.randint(1, DEEPEST))


def campaign_of(kind: str, shape: Shape, size: int, seed: str, home: Path) -> Campaign:
    """The campaign of one shape."""
    dice = random.Random(f"{shape.name} {seed}")
    killer = signal.SIGINT if kind == "interrupt" else signal.SIGKILL
    campaign = Campaign(shape, home / shape.name, dice, killer)
    appends, seconds = campaign.undisturbed()
    if kind == "appends":
        for place in places(appends, size, dice):
            campaign.kill_at(place)
    else:
        while campaign.figures["kills"] < size:
            campaign.kill_in(seconds)
    campaign.figures["appends"] = appends
    return campaign


def run(home: Path, kind: str, size: str, seed: str, *names: str) -> Answer:
    """The campaigns of some shapes."""
    campaigns = [campaign_of(kind, SHAPES[name], int(size), seed, home) for name in names]
    figures = sum((campaign.figures for campaign in campaigns), Counter[str]())
    return {"figures": figures, "broken": [line for campaign in campaigns for line in campaign.broken]}


if __name__ == "__main__":
    answer_with(run)
