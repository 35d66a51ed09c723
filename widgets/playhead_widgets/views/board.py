"""The board: what every node of the picture shows, kept up to date mark by mark.

A node of the picture is a place in the definition; a run may reach it many times, by turns, items, and the
workflows around it. The board counts the states of all of them. `static/board.js` does the same in the
browser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from playhead.machine.places import number_of
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.graph import Block, children
from playhead_widgets.views.states import PENDING, SKIPPED, state_of, together


def node_of(path: str) -> str:
    """The place in the definition that a path of a run stands for: ``ship#3/pack`` is ``ship/pack``."""
    if "#" not in path:
        return path
    return "/".join(part.partition("#")[0] for part in path.split("/"))


class Board:
    """States by path, and what they amount to by node. The path ``""`` is the run itself.

    A foreach may stand in a loop: its items are those of the *container* that was reached last, ``crawl#3/page``.
    """

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self._whole: dict[str, Counter[str]] = {}
        self._parts: dict[str, Counter[str]] = {}
        self._items: dict[str, Counter[str]] = {}
        self._containers: dict[str, str] = {}
        self._turns: dict[str, int] = {}
        self._totals: dict[str, int] = {}

    def mark(self, path: str, state: str, total: int | None = None) -> None:
        """The path is in ``state`` now.

        ``pending`` takes it back. ``total`` is how many items a foreach has.
        """
        node, number = node_of(path), number_of(path)
        known = self.states.pop(path, None)
        if state != PENDING:
            self.states[path] = state
        _count(self._whole if number is None else self._parts, node, known, state)
        if number is not None:
            _count(self._items, path.rpartition("#")[0], known, state)
            self._turns[node] = number if state != PENDING else self._last_turn(node)
        if total is not None:
            self._totals[path] = total
            self._containers[node] = path

    @property
    def told(self) -> list[dict[str, Any]]:
        """Plain data, the same for boards that show the same."""
        return [self.states, self._containers, self._turns, self._totals]

    def _last_turn(self, node: str) -> int:
        """Looks at everything: only time travel takes turns back."""
        return max((number_of(path) or 0 for path in self.states if node_of(path) == node), default=0)

    def state(self, node: str) -> str:
        """What all records of the node amount to."""
        counts: Mapping[str, int] = self._whole.get(node) or self._parts.get(node) or {}
        return together(state for state, count in counts.items() if count > 0)

    def container(self, node: str) -> str:
        """The foreach of that node that was reached last, as a path."""
        return self._containers.get(node, node)

    def items(self, node: str) -> Mapping[str, int]:
        """How many of its items are in each state."""
        counts: Mapping[str, int] = self._items.get(self.container(node), {})
        return {state: count for state, count in counts.items() if count > 0}

    def total(self, node: str) -> int:
        """How many items it has; 0 before that is known."""
        return self._totals.get(self.container(node), 0)

    def turn(self, node: str) -> int:
        """The turn the loop is in; 0 before it began."""
        return self._turns.get(node, 0)

    def begun(self, nodes: Iterable[str]) -> bool:
        """Whether a run got to any of the nodes."""
        return any(self.state(node) not in (PENDING, SKIPPED) for node in nodes)


def _count(table: dict[str, Counter[str]], key: str, before: str | None, after: str) -> None:
    counts = table.setdefault(key, Counter())
    if before is not None:
        counts[before] -= 1
    if after != PENDING:
        counts[after] += 1


def board_of(graph: Block, snapshot: Snapshot) -> Board:
    """The board of a run as it stands in the snapshot."""
    board = Board()
    for record in snapshot.ordered():  # of many turns, the last is shown
        board.mark("/".join(record.path), state_of(record), record.total if record.kind == "foreach" else None)
    for path in skipped(graph, snapshot):
        board.mark(path, SKIPPED)
    board.mark("", snapshot.shown_status.value)
    return board


def skipped(graph: Block, snapshot: Snapshot) -> list[str]:
    """Paths of the branches' arms that were not taken."""
    branches = dict(branches_of(graph))
    found: list[str] = []
    for scope, frame in snapshot.frames.items():
        for position, arms in branches.get(node_of("/".join(scope)), ()):
            passed = position < frame.position or (position == frame.position and frame.arms is not None)
            for arm in arms if passed else ():
                if (*scope, arm) not in snapshot.records and arm not in (frame.arms or ()):
                    found.append("/".join((*scope, arm)))
    return found


def branches_of(graph: Block) -> Iterable[tuple[str, list[tuple[int, list[str]]]]]:
    """Each workflow's path with its branches: their positions and the ids of their arms."""
    if graph["kind"] == "workflow":
        blocks: list[Any] = graph["blocks"]
        found = [(at, [arm["id"] for arm in b["arms"]]) for at, b in enumerate(blocks) if b["kind"] == "branch"]
        yield graph["path"], found
    for child in children(graph):
        yield from branches_of(child)
