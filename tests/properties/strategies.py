"""Strategies: random programs. All ids are unique; what the order of events would decide is not made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.properties.descriptions import (
    RAISES,
    Body,
    Branch,
    Choice,
    Deed,
    Entry,
    Flow,
    Foreach,
    Leaf,
    Loop,
    Map,
    Parallel,
    Program,
    Sleep,
    Then,
)

# Hypothesis likes the first and the last of several choices best: what is to be rare stands in the middle.

DEPTH = 2
"""Workflows in workflows, at most."""

ARMS = (1, 2, 3)
MOST_ARMS = max(ARMS)

PLAIN = (Deed(), Deed(notes=True), Deed(notes=True), Deed("nothing", notes=True))
ASKING = (Deed(asks=1), Deed(asks=1, notes=True), Deed("nothing", asks=2))
STUMBLING = (Deed(stumbles=1, notes=True), Deed(stumbles=2), Deed(asks=1, stumbles=1))
FAILING = (Deed("fails", notes=True), Deed("fails", asks=1), Deed("refuses"), Deed("trips"), Deed("hangs"))
BAILING = (Deed("bails", notes=True), Deed("bails", asks=1, notes=True))

CALM = 2 * PLAIN + ASKING + STUMBLING
DEEDS = 4 * PLAIN + 4 * ASKING + STUMBLING + FAILING + BAILING + 4 * ASKING + 4 * PLAIN

FAIR = (Choice((True,)), Choice((True, False)), Choice((0, "yes", True)))
CONDITIONS = (*FAIR, *FAIR, Choice((True, True, False, True, RAISES)), *FAIR)
GOOD_WIDTHS = (1, 2, 3, Choice((1, 2, 3)))
WIDTHS = (*GOOD_WIDTHS, Choice((2, 2, 0, RAISES)), *GOOD_WIDTHS)
GOOD_DURATIONS = (0, 1.5, Choice((0, 0.5, 2)))
DURATIONS = (*GOOD_DURATIONS, Choice((1, 1, 1, -1, RAISES)), *GOOD_DURATIONS)
GOOD_MAPS = ("number", "sources", "template")
MAPS = (*3 * GOOD_MAPS, "mistake", *2 * GOOD_MAPS)
RARELY = (*(False,) * 12, True, *(False,) * 7)


@st.composite
def programs(draw: st.DrawFn, *, calm: bool = False, without: Sequence[str] = ()) -> Program:
    """Any program ``without`` some ends of steps. ``calm``: nothing in it fails or bails."""
    maker = _Maker(draw, calm, without)
    return Program(maker.flow("flow", DEPTH), draw(st.integers(0, 9)))


class _Maker:
    """Makes one program."""

    def __init__(self, draw: st.DrawFn, calm: bool, without: Sequence[str]) -> None:
        self.draw = draw
        self.calm = calm
        self.deeds = tuple(deed for deed in (CALM if calm else DEEDS) if deed.end not in without)
        self._numbers = count(1)

    def one_of(self, choices: Sequence[Any]) -> Any:
        return self.draw(_among(tuple(choices)))

    def id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    # -- workflows ---------------------------------------------------------------------------------------------

    def flow(self, id: str, depth: int) -> Flow:
        entries: list[Entry] = []
        before: list[str] = []
        for _ in range(self.one_of((1, 2, 2, 3) if depth < DEPTH else (2, 3, 4, 3))):
            for entry in self.entries(depth, (None, *before)):
                entries.append(entry)
                before += _own_ids(entry)
        retries = 3 if self.calm else self.one_of((1, 0, 1, 2))  # as many as a calm step stumbles, and more
        return Flow(id, tuple(entries), retries, self.one_of((0.0, 0.5)))

    def entries(self, depth: int, before: Sequence[str | None]) -> list[Entry]:
        """One entry, or a foreach with the list that it needs."""
        kind = self.one_of(("step", "step", "step", "parallel", "branch", "loop", "foreach", "foreach", "map", "sleep"))
        match kind:
            case "step":
                return [Then(self.body("step", depth, before))]
            case "parallel":
                return [Parallel(tuple(self.body("arm", depth, before) for _ in range(self.one_of(ARMS))))]
            case "branch":
                return [Branch(tuple(self.arm(depth, before) for _ in range(self.one_of(ARMS))))]
            case "loop":
                return [self.loop(depth, before)]
            case "foreach":
                return self.foreach(depth, before)
            case "map":
                kind = self.one_of(GOOD_MAPS if self.calm else MAPS)
                looks = kind in ("sources", "template") and not self.calm  # what gave nothing cannot be looked at
                return [Map(self.id("map"), kind, 5, self.one_of(before) if looks else None)]
            case _:
                durations = GOOD_DURATIONS if self.calm else DURATIONS
                return [Sleep(self.id("sleep"), self.one_of(durations), self.draw(st.booleans()))]

    def body(self, prefix: str, depth: int, before: Sequence[str | None]) -> Body:
        if depth > 0 and self.one_of((True, False, False)):
            return self.flow(self.id(prefix), depth - 1)
        return self.leaf(prefix, before, self.deeds)

    def leaf(self, prefix: str, before: Sequence[str | None], deeds: Sequence[Deed], strict: bool = True) -> Leaf:
        chosen = tuple(self.one_of(deeds) for _ in range(self.one_of((1, 1, 2, 3))))
        return Leaf(
            self.id(prefix),
            chosen,
            retries=None if self.calm else self.one_of((None, None, 0, 2, None)),
            strict=strict and not self.calm and self.one_of(RARELY),
            plain=all(deed.end != "hangs" for deed in chosen) and self.one_of((True, False, False)),
            before=self.one_of(before),
        )

    # -- blocks ------------------------------------------------------------------------------------------------

    def arm(self, depth: int, before: Sequence[str | None]) -> tuple[Choice, Body]:
        return self.one_of(FAIR if self.calm else CONDITIONS), self.body("arm", depth, before)

    def loop(self, depth: int, before: Sequence[str | None]) -> Loop:
        body = self.body("again", depth, before)
        return Loop(
            body, self.one_of(FAIR if self.calm else CONDITIONS), self.draw(st.booleans()), self.one_of((1, 2, 2))
        )

    def foreach(self, depth: int, before: Sequence[str | None]) -> list[Entry]:
        width = self.one_of(GOOD_WIDTHS if self.calm else WIDTHS)
        body = self.body("each", depth, before)
        if width != 1 and isinstance(body, Leaf) and any(deed.end == "bails" for deed in body.deeds):
            # Whether an item fails before or after another has bailed would be for the order to decide.
            body = self.leaf("each", before, PLAIN + BAILING, strict=False)
        unfit = not self.calm and self.one_of(RARELY)
        kind = "number" if unfit else "list"
        return [Map(self.id("map"), kind, self.one_of((0, 2, 3, 2))), Foreach(body, width)]


_among = cache(st.sampled_from)  # making a strategy takes longer than drawing from it


def _own_ids(entry: Entry) -> list[str]:
    """The ids whose results are known when the entry has ended: those of blocks with arms may not be."""
    match entry:
        case Then(body) | Loop(body) | Foreach(body):
            return [body.id]
        case Map(id) | Sleep(id):
            return [id]
        case _:
            return []
