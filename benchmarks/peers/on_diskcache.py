"""The floor: commits of a tuned diskcache, as many as Playhead makes, of about as many bytes; nothing is run.

For ``cold-resume`` it is plain SQLite that reads every row and adds one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.floors import add_each, tuned_cache
from benchmarks.peers.contest import PREPARATION, STEPS_OF_MANY, Doing, Stopwatch, compete

#: Bytes of a commit; a step of Playhead takes about as many.
SIZE = 180


def adding(per_part: int) -> Doing:
    """So many commits for each part of the work."""

    async def add(size: int, folder: Path, watch: Stopwatch) -> None:
        with tuned_cache(folder) as cache, watch.running():
            add_each(cache, [f"{number:012d}" for number in range(size * per_part)], SIZE)

    return add


async def read(size: int, folder: Path, watch: Stopwatch) -> None:
    with watch.running():
        con = sqlite3.connect(folder / "cache.db")
        rows = con.execute("SELECT key, value FROM Cache ORDER BY key").fetchall()
        with con:
            con.execute("INSERT INTO Cache (key, raw, value) VALUES ('answer', 1, ?)", (bytes(SIZE),))
        con.close()
    assert len(rows) == size + 1  # and the one that warmed the cache


if __name__ == "__main__":
    compete(
        {
            "chain": adding(1),
            "fan-out": adding(1),
            "foreach": adding(1),
            "suspend-resume": adding(2),
            "many-runs": adding(STEPS_OF_MANY + 1),
            PREPARATION: adding(1),
            "cold-resume": read,
        }
    )
