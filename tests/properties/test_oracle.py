"""The oracle can be trusted: what it says of small programs is what the catalogues and the fine print say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.properties.descriptions import (
    RAISES,
    Branch,
    Choice,
    Deed,
    Flow,
    Foreach,
    Leaf,
    Loop,
    Map,
    Parallel,
    Path,
    Program,
    Sleep,
    Then,
    digest,
)
from tests.properties.oracle import Oracle
from tests.properties.stories import Blame

ALWAYS, NEVER = Choice((True,)), Choice((False,))
LAST = Then(Leaf("last"))


def told(*entries: Any, answers: dict[Path, list[Any]] | None = None, retries: int = 0) -> Oracle:
    return Oracle(Program(Flow("flow", entries, retries=retries), 5), answers)


def statuses(oracle: Oracle) -> dict[str, str]:
    return {"/".join(path): place.status for path, place in oracle.story.places.items()}


def bodies(oracle: Oracle) -> dict[str, int]:
    return {"/".join(path): number for (kind, path), number in oracle.effects.items() if kind == "body"}


def test_entries_run_one_after_the_other_each_with_what_the_one_before_gave() -> None:
    story = told(Map("m", "number"), Then(Leaf("s", (Deed("nothing"),))), Sleep("z", 3.0)).story
    assert story.status == "success"
    assert [(place.input, place.output) for place in story.places.values()] == [
        (5, digest(5)),
        (digest(5), None),
        (None, None),
    ]
    assert story.output is None


def test_arms_give_a_dict_in_their_order_and_a_branch_only_of_those_that_ran() -> None:
    parallel = told(Parallel((Leaf("b"), Leaf("a")))).story
    assert list(parallel.output) == ["b", "a"]
    branch = told(Branch(((NEVER, Leaf("a")), (ALWAYS, Leaf("b")), (ALWAYS, Leaf("c"))))).story
    assert list(branch.output) == ["b", "c"]
    assert told(Branch(((NEVER, Leaf("a")),))).story.output == {}


def test_the_first_failed_arm_in_order_is_the_error_and_beats_bail_and_question() -> None:
    arms = (Leaf("asks", (Deed(asks=1),)), Leaf("bails", (Deed("bails"),)), Leaf("x", (Deed("fails"),)))
    oracle = told(Parallel((*arms, Leaf("y", (Deed("refuses"),)))), LAST)
    assert oracle.story.status == "failed"
    assert oracle.story.error is not None
    assert (oracle.story.error.kind, oracle.story.error.at) == ("Broken", ("x",))
    assert oracle.story.waiting == []
    assert statuses(oracle) == {"asks": "suspended", "bails": "success", "x": "failed", "y": "failed"}


def test_a_bail_ends_the_workflow_it_stands_in_and_no_other() -> None:
    inner = Flow("inner", (Then(Leaf("bails", (Deed("bails"),))), Then(Leaf("never"))))
    oracle = told(Then(inner), LAST)
    assert statuses(oracle) == {"inner/bails": "success", "inner": "success", "last": "success"}
    assert oracle.story.places["inner",].output == oracle.story.places["inner", "bails"].output


def test_a_step_is_tried_so_often_and_its_own_retries_count() -> None:
    stumbling = (Deed(stumbles=2),)
    assert bodies(told(Then(Leaf("s", stumbling)), retries=2)) == {"s": 3}
    assert told(Then(Leaf("s", stumbling)), retries=2).story.places["s",].attempts == 3
    assert bodies(told(Then(Leaf("s", stumbling, retries=1)), retries=5)) == {"s": 2}
    assert bodies(told(Then(Leaf("s", (Deed("refuses"),))), retries=5)) == {"s": 1}
    assert told(Then(Leaf("s", (Deed("trips"),)))).story.status == "tripwire"


def test_a_failed_step_writes_no_state_and_one_that_asks_does() -> None:
    assert told(Then(Leaf("s", (Deed("fails", notes=True),)))).story.state == {}
    assert list(told(Then(Leaf("s", (Deed(asks=1, notes=True),)))).story.state) == ["s"]


def test_a_question_waits_for_its_answer_and_the_step_runs_again_from_its_start() -> None:
    step = Then(Leaf("s", (Deed(asks=2),)))
    assert [path for path, _, _ in told(step).story.waiting] == [("s",)]
    once = told(step, answers={("s",): [None]})
    assert [question["asked"] for _, question, _ in once.story.waiting] == [2]
    twice = told(step, answers={("s",): [None, 7]})
    assert twice.story.status == "success"
    assert twice.story.places["s",].answer == 7
    assert bodies(twice) == {"s": 3}


def test_a_loop_runs_at_least_once_and_its_condition_stands_after_each_turn() -> None:
    body = Leaf("again_1")
    assert list(bodies(told(Loop(body, NEVER, until=False, most=9)))) == ["again_1#1"]
    assert list(bodies(told(Loop(body, NEVER, until=True, most=3)))) == ["again_1#1", "again_1#2", "again_1#3"]
    failing = told(Loop(body, Choice((RAISES,)), until=False, most=9))
    assert failing.story.error == Blame("Mistaken", failing.story.error.text, None, ("again_1#1",))  # type: ignore[union-attr]


def test_items_that_wait_keep_their_slots() -> None:
    items = (Map("m", "list", 3), Foreach(Leaf("each_1", (Deed(asks=1),)), 2))
    first = told(*items)
    assert [path for path, _, _ in first.story.waiting] == [("each_1#0",), ("each_1#1",)]
    second = told(*items, answers={("each_1#1",): [1]})
    assert [path for path, _, _ in second.story.waiting] == [("each_1#0",), ("each_1#2",)]


def test_after_an_item_that_failed_only_others_of_its_time_are_unsure() -> None:
    one = told(Map("m", "list", 4), Foreach(Leaf("each_1", (Deed("fails"),)), 1))
    assert bodies(one) == {"each_1#0": 1}
    assert one.unsure == frozenset()
    two = told(Map("m", "list", 4), Foreach(Leaf("each_1", (Deed("fails"),)), 2))
    assert two.unsure == {("each_1#1",), ("each_1#2",), ("each_1#3",)}
    assert two.story.effects == Counter({("map", ("m",)): 1, ("body", ("each_1#0",)): 1})


def test_what_is_no_list_or_no_whole_number_fails_without_running() -> None:
    foreach = told(Foreach(Leaf("each_1"), 1))
    assert foreach.story.error == Blame("InputInvalid", None, None, ("each_1",))
    strict = told(Map("m", "list", 1), Then(Leaf("s", strict=True)))
    assert strict.story.error == Blame("InputInvalid", None, None, ("s",))
    assert bodies(foreach) == bodies(strict) == {}
