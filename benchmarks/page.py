"""``python -m benchmarks.page REPORT.json``: write docs/performance.md and its plots from the JSON of a full run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks.plots import Line, log_plot

ROOT = Path(__file__).parents[1]
TEXT = Path(__file__).with_name("performance.md")
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"

Standing = dict[str, Any]


def main() -> None:
    report = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    standings: list[Standing] = report["peers"]
    if not standings:
        sys.exit("The report has no peers: run `python -m benchmarks --peers PYTHON --json FILE`.")
    for name, plot in plots_of(standings).items():
        (IMAGES / f"{name}.svg").write_text(plot, "utf-8")
    PAGE.write_text(page_of(report), "utf-8")


def page_of(report: dict[str, Any]) -> str:
    machine, standings = report["machine"], report["peers"]
    return Template(TEXT.read_text("utf-8")).substitute(
        date=machine["date"],
        machine=f"{machine['cores']} cores, {machine['filesystem']}, Python {machine['python']}, "
        f"SQLite {machine['sqlite']}",
        versions=", ".join(f"{name} {version}" for name, version in report["versions"].items()),
        noise=f"{report['noise']:.0%}",
        rows=_rows(report["rows"]),
        missed=_missed(report["rows"]),
        works=_works(standings),
        growth=_growth(standings, "microseconds", lambda value: f"{value:,.0f}"),
        disk=_growth(standings, "bytes", lambda value: f"{value / 1000:,.0f}"),
        memory=_growth(standings, "peak", lambda value: f"{value / 1e6:,.0f}"),
    )


def plots_of(standings: Sequence[Standing]) -> dict[str, str]:
    return {
        "performance-growth": log_plot(
            "Time per step, by the length of the run", "steps", "µs per step", _lines(standings, "microseconds", 1)
        ),
        "performance-disk": log_plot(
            "Bytes on disk, by the length of the run", "steps", "kB", _lines(standings, "bytes", 1000)
        ),
    }


def _lines(standings: Iterable[Standing], key: str, unit: float) -> dict[str, Line]:
    lines: dict[str, list[tuple[float, float]]] = {}
    for each in standings:
        if each["work"] == "chain":
            lines.setdefault(each["contestant"], []).append((each["size"], each[key] / unit))
    return dict(lines)


def _rows(rows: Sequence[dict[str, Any]]) -> str:
    return _table(
        ["figure", "median", "floor", "ratio", "target", "reached"],
        [
            [
                row["name"],
                f"{row['value']:,.1f} {row['unit']}",
                f"{row['floor']:,.1f}",
                f"{row['ratio']:.2f}",
                row["target"].replace("<=", "≤"),
                "yes" if row["ok"] else "**no**",
            ]
            for row in rows
        ],
    )


def _missed(rows: Sequence[dict[str, Any]]) -> str:
    missed = [f"`{row['name']}`" for row in rows if not row["ok"]]
    if not missed:
        return "Every target is reached."
    return f"Not reached in this run: {', '.join(missed)}."


def _works(standings: Sequence[Standing]) -> str:
    """A line for each work but the chains that only show growth; a column for each contestant."""
    works = [(each["work"], each["size"], each["part"]) for each in standings if each["contestant"] == "floor"]
    shown = [work for work in works if work[0] != "chain" or work[1] == 100]
    lines = [[f"{name}: µs per {part} of {size:,}"] for name, size, part in shown]
    return _columns(
        standings, lines, [(name, size) for name, size, _ in shown], "microseconds", lambda value: f"{value:,.0f}"
    )


def _growth(standings: Sequence[Standing], key: str, told: Callable[[float], str]) -> str:
    sizes = [each["size"] for each in standings if each["work"] == "chain" and each["contestant"] == "floor"]
    return _columns(standings, [[f"{size:,} steps"] for size in sizes], [("chain", size) for size in sizes], key, told)


def _columns(
    standings: Sequence[Standing],
    lines: Sequence[list[str]],
    works: Sequence[tuple[str, int]],
    key: str,
    told: Callable[[float], str],
) -> str:
    contestants = list(dict.fromkeys(each["contestant"] for each in standings))
    found = {(each["contestant"], each["work"], each["size"]): each[key] for each in standings}
    return _table(
        ["", *contestants],
        [
            [*line, *(told(found[contestant, *work]) for contestant in contestants)]
            for line, work in zip(lines, works, strict=True)
        ],
    )


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = [":---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))


if __name__ == "__main__":
    main()
