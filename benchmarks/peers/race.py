"""The race: every contestant does every work, one process at a time, in an order that changes from round to round."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.contest import PREPARATION, WORKS, Work

ROUNDS = 3
#: Parts from which on a work is done once only: its own length evens out what else the machine does.
LONG = 5_000
#: Seconds for one work of one contestant; the slowest takes about one and a half minutes on a busy disk.
PATIENCE = 600

#: Distributions whose versions are told.
OURS, THEIRS = ("playhead", "diskcache"), ("langgraph", "langgraph-checkpoint-sqlite", "apache-burr", "dbos")


@dataclass(frozen=True)
class Contestant:
    """Who takes part: a module of this package, whether the peers' interpreter runs it, and with which environment."""

    name: str
    module: str
    is_peer: bool = False
    environment: tuple[tuple[str, str], ...] = ()


CONTESTANTS = (
    Contestant("floor", "on_diskcache"),
    Contestant("Playhead", "on_playhead"),
    Contestant("Playhead, power", "on_playhead", environment=(("PLAYHEAD_DURABILITY", "power"),)),
    Contestant("LangGraph", "on_langgraph", is_peer=True),
    Contestant("Burr", "on_burr", is_peer=True),
    Contestant("DBOS", "on_dbos", is_peer=True),
)


@dataclass(frozen=True)
class Standing:
    """How a contestant did: medians of its rounds. ``microseconds`` are for one part, ``bytes`` and ``peak`` for all.

    ``peak`` is the most memory its process ever held, in bytes.
    """

    contestant: str
    work: str
    size: int
    part: str
    microseconds: float
    bytes: float
    peak: float
    rounds: int


Told = dict[str, float]


def rounds_of(work: Work, quick: bool) -> int:
    return 1 if quick or work.size >= LONG else ROUNDS


def count_of_turns(quick: bool) -> int:
    """How many processes `race` runs, so that somebody can say how far it is."""
    return len(CONTESTANTS) * sum(rounds_of(work, quick) for work in WORKS)


def race(peers: str, quick: bool, tick: Callable[[str], None]) -> Iterator[Standing]:
    """Let all do everything; ``peers`` is the interpreter that has the peers, and ``tick`` is told of each turn."""
    for work in WORKS:
        told: dict[str, list[Told]] = {contestant.name: [] for contestant in CONTESTANTS}
        for turn in range(rounds_of(work, quick)):
            first = turn % len(CONTESTANTS)
            for contestant in (*CONTESTANTS[first:], *CONTESTANTS[:first]):
                tick(f"{contestant.name}: {work.name}")
                told[contestant.name].append(_turn(contestant, work, peers))
        for name, each in told.items():
            yield _standing(name, work, each)


def _turn(contestant: Contestant, work: Work, peers: str) -> Told:
    with tempfile.TemporaryDirectory(prefix="playhead-race-") as place:
        folder = Path(place) / "data"
        if work.name == "cold-resume":
            _run(contestant, PREPARATION, work.size, folder, peers)
        return _run(contestant, work.name, work.size, folder, peers)


def _run(contestant: Contestant, name: str, size: int, folder: Path, peers: str) -> Told:
    interpreter = peers if contestant.is_peer else sys.executable
    command = [interpreter, "-m", f"benchmarks.peers.{contestant.module}", name, str(size), str(folder)]
    environment = {**os.environ, **dict(contestant.environment)}
    finished = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    told: Told = json.loads(finished.stdout.splitlines()[-1])
    return told


def _standing(contestant: str, work: Work, told: list[Told]) -> Standing:
    def median(key: str) -> float:
        return statistics.median(each[key] for each in told)

    parts = 1 if work.part == "resume" else work.size
    per_part = median("seconds") * 1e6 / parts
    return Standing(contestant, work.name, work.size, work.part, per_part, median("bytes"), median("peak"), len(told))


def as_json(standings: list[Standing]) -> list[dict[str, Any]]:
    return [asdict(standing) for standing in standings]


def versions(peers: str | None) -> dict[str, str]:
    """What took part, in which version."""
    found = _versions(sys.executable, OURS)
    return found if peers is None else {**found, **_versions(peers, THEIRS)}


def _versions(interpreter: str, distributions: tuple[str, ...]) -> dict[str, str]:
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    asked = subprocess.run([interpreter, "-c", code, *distributions], check=True, capture_output=True, text=True)
    return dict(zip(distributions, asked.stdout.split(), strict=True))
