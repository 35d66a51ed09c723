"""``python -m benchmarks [--json FILE] [--only NAME] [--quick] [--peers PYTHON]``: measure, show a table, say how
noisy it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

# The modules register their figures when they are imported.
from benchmarks import blocks, chains, imports, many, memory, moments, rests, view  # noqa: F401
from benchmarks.figures import FIGURES, Figure
from benchmarks.machine import machine
from benchmarks.measuring import Row, measure
from benchmarks.peers.race import Standing, as_json, count_of_turns, race, versions

#: Rounds of a figure with ``--quick``: enough to see an order of magnitude.
QUICK = 5
#: Above this spread of the floors, figures near their target may fall on either side of it.
NOISY = 0.10


def main() -> int:
    options = _options()
    console = Console(stderr=True)
    rows = asyncio.run(_measure_all([FIGURES[name] for name in options.only or FIGURES], options.quick, console))
    console.print(_table(rows))
    console.print(_noise(rows))
    standings = [] if options.peers is None else _race(options.peers, options.quick, console)
    if options.json is not None:
        report = {**_report(rows), "versions": versions(options.peers), "peers": as_json(standings)}
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument("--only", action="append", choices=list(FIGURES), metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds at most: an order of magnitude")
    parser.add_argument("--peers", metavar="PYTHON", help="then race the peers that this interpreter has installed")
    return parser.parse_args()


async def _measure_all(figures: list[Figure], quick: bool, console: Console) -> list[Row]:
    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    rounds = {figure.name: min(figure.rounds, QUICK) if quick else figure.rounds for figure in figures}
    rows = []
    # Drawn between two rounds only: a thread that draws by the clock would take its time from what is measured.
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        # Of each figure one more round than counts: the first only warms up.
        task = progress.add_task("", total=sum(rounds.values()) + len(figures))
        for figure in figures:
            progress.update(task, description=figure.name, refresh=True)
            rows.append(await measure(figure, rounds[figure.name], lambda: _advance(progress, task)))
            progress.print(f"{figure.name}: {rows[-1].value:,.2f} {figure.unit}, {rows[-1].ratio:.2f} times its floor")
    return rows


def _advance(progress: Progress, task: TaskID) -> None:
    progress.advance(task)
    progress.refresh()


def _race(peers: str, quick: bool, console: Console) -> list[Standing]:
    """The same work by Playhead, its peers and the floor."""
    columns = (TextColumn("{task.description:>32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=count_of_turns(quick))
        standings = []
        for each in race(peers, quick, lambda what: progress.update(task, description=what, advance=1)):
            standings.append(each)
            progress.print(f"{each.work} {each.size:,}, {each.contestant}: {each.microseconds:,.0f} µs per {each.part}")
    return standings


def _table(rows: list[Row]) -> Table:
    table = Table("figure", "unit")
    for heading in ("median", "floor", "ratio", "target", "", "noise"):
        table.add_column(heading, justify="right")
    for row in rows:
        verdict = "[green]ok[/]" if row.ok else "[red]missed[/]"
        value, floor = f"{row.value:,.2f}", f"{row.floor:,.2f}"
        table.add_row(row.name, row.unit, value, floor, f"{row.ratio:.2f}", row.target, verdict, f"±{row.noise:.0%}")
    return table


def _noise(rows: list[Row]) -> str:
    """How much the floors, which always do the same, varied from round to round."""
    typical = statistics.median(row.noise for row in rows)
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    advice = "" if typical <= NOISY else " That is much: let nothing else run, and measure again."
    return f"The floors varied by ±{typical:.0%} (load {load} on {os.cpu_count()} cores).{advice}"


def _report(rows: list[Row]) -> dict[str, Any]:
    return {
        "rows": [row.as_json() for row in rows],
        "noise": statistics.median(row.noise for row in rows),
        "load": os.getloadavg(),
        "machine": machine(),
    }


if __name__ == "__main__":
    sys.exit(main())
