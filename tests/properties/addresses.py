"""Addresses: every way to say which question an answer is for, and which ones it then answers."""

from __future__ import annotations

from typing import Any

from tests.properties.descriptions import Path
from tests.properties.oracle import Oracle

Way = tuple[list[Path], dict[str, Any]]


def bare(path: Path) -> Path:
    return tuple(part.partition("#")[0] for part in path)


def addresses(path: Path, oracle: Oracle) -> list[Way]:
    """Each way to address the question at ``path``: what it answers, and the options of `resume`."""
    waiting = [place for place, _, _ in oracle.story.waiting]
    ways: list[Way] = [([path], {"label": "/".join(path)})]
    for length in range(len(path) + 1):
        ways += _by_step(path, bare(path)[:length], waiting, oracle)
    return ways


def _by_step(path: Path, step: Path, waiting: list[Path], oracle: Oracle) -> list[Way]:
    """By an outer part of its ids, or none of them, if all that waits below it is one and the same step."""
    below = [place for place in waiting if bare(place)[: len(step)] == step]
    if len({bare(place) for place in below}) > 1:
        return []
    options: dict[str, Any] = {"step": step} if step else {}
    items = [depth for depth, part in enumerate(path) if part.startswith("each_")]
    if not items:
        return [(below, options)]
    if len(items) > 1:  # which of the foreach an index would be of is not for a test to say
        return [(below, options)] if len(below) == 1 else []
    foreach, _, index = path[items[0]].partition("#")
    width = oracle.widths[(*path[: items[0]], foreach)]
    return [(below[:width], options), ([path], {**options, "index": int(index)})]
