"""The repertoire: programs that are all concurrency, each of one kind, to be played in every order there is."""

from __future__ import annotations

from tests.properties.descriptions import (
    Branch,
    Choice,
    Deed,
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

NOTES = Deed(notes=True)
ASKS = Deed(asks=1, notes=True)
ALWAYS = Choice((True,))


def leaf(id: str, *deeds: Deed, **options: object) -> Leaf:
    return Leaf(id, deeds or (NOTES,), **options)  # type: ignore[arg-type]  # the options of a Leaf


def flow(id: str, *entries: object, **options: object) -> Flow:
    return Flow(id, entries, **options)  # type: ignore[arg-type]  # entries, and the options of a Flow


def program(*entries: object) -> Program:
    return Program(flow("flow", *entries, leaf_last()), 3)


def leaf_last() -> Then:
    return Then(leaf("last"))


REPERTOIRE = {
    "arms that note and pause": program(
        Parallel((leaf("a"), leaf("b", plain=True), flow("c", Then(leaf("d")), Then(leaf("e", before="d"))))),
    ),
    "arms that ask": program(Parallel((leaf("a", ASKS), leaf("b", Deed(asks=2)), leaf("c")))),
    "an arm that fails beside one that asks and one that goes on": program(
        Parallel((leaf("a", ASKS), flow("b", Then(leaf("c")), Then(leaf("d", Deed("fails")))), flow("e", leaf_last()))),
    ),
    "an arm that bails beside one that goes on": program(
        Branch(((ALWAYS, leaf("a", Deed("bails"))), (ALWAYS, flow("b", Then(leaf("c")), Then(leaf("d")))))),
    ),
    "a window over workflows": program(
        Map("list", "list", 5),
        Foreach(flow("each_1", Then(leaf("a")), Then(leaf("b", before="a"))), 2),
    ),
    "a window over items that ask": program(
        Map("list", "list", 5), Foreach(leaf("each_1", ASKS, NOTES, Deed("nothing", asks=1)), 2)
    ),
    "a window over items of which some fail": program(
        Map("list", "list", 6), Foreach(leaf("each_1", NOTES, NOTES, Deed("fails")), 3)
    ),
    "loops side by side": program(
        Parallel(
            (
                flow("a", Loop(leaf("again_1", before=None), Choice((True, False)), until=False, most=4)),
                flow("b", Loop(flow("again_2", Then(leaf("c", plain=True))), Choice((False,)), until=True, most=3)),
            )
        ),
    ),
    "tries, timeouts and sleeps side by side": program(
        Parallel(
            (
                leaf("a", Deed(stumbles=2, notes=True), retries=2),
                flow("b", Sleep("sleep", 1.5), Then(leaf("c"))),
                leaf("d", Deed("hangs"), NOTES, retries=1),
            )
        ),
    ),
    "windows in windows": program(
        Map("list", "list", 3),
        Foreach(flow("each_1", Map("inner", "list", 3), Foreach(leaf("each_2", NOTES, ASKS), 2)), 2),
    ),
}
