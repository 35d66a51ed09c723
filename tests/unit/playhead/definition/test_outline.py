"""An outline tells what stands where; its digest tells outlines apart, however long they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playhead import Step, Workflow
from playhead.definition.outline import Place, definition_of, digest_of

Build = Callable[[], Workflow[Any, Any]]


def one_more(number: int) -> int:
    return number + 1


def one_less(number: int) -> int:
    return number - 1


def is_large(number: int) -> bool:
    return number > 9


def step(id: str, fn: Callable[[int], int] = one_more, **options: Any) -> Step[Any, Any]:
    return Step(fn, id=id, **options)


def clones(*ids: str) -> list[Step[Any, Any]]:
    """One step under several ids, as `Step.as_` makes them."""
    first = step("first")
    return [first.as_(id) for id in ids]


def row(*steps: Any, input: Any = int) -> Workflow[Any, Any]:
    flow: Workflow[Any, Any] = Workflow("row", input=input)
    for each in steps:
        flow = flow.then(each)
    return flow.commit()


def inner(*ids: str) -> Workflow[Any, Any]:
    return row(*clones(*ids)).as_("inner")


DIFFERENT: dict[str, Build] = {
    "three clones": lambda: row(*clones("a", "b", "c")),
    "one less": lambda: row(*clones("a", "b")),
    "in another order": lambda: row(*clones("b", "a", "c")),
    "another id": lambda: row(*clones("a", "b", "d")),
    "another source in the middle": lambda: row(step("a"), step("b", one_less), step("c")),
    "another source at the end": lambda: row(step("a"), step("b"), step("c", one_less)),
    "another version": lambda: row(step("a"), step("b", version="2"), step("c")),
    "another schema of a step": lambda: row(step("a"), step("b", input=float), step("c")),
    "another schema of the whole": lambda: row(*clones("a", "b", "c"), input=float),
    "nested": lambda: row(step("a"), inner("b", "c")),
    "nested otherwise": lambda: row(inner("a", "b"), step("c")),
    "a parallel block": lambda: Workflow("row", input=int).parallel(*clones("a", "b", "c")).commit(),
    "two blocks": lambda: Workflow("row", input=int).parallel(*clones("a", "b")).then(step("c", input=None)).commit(),
    "a branch": lambda: Workflow("row", input=int).branch((is_large, step("a"))).commit(),
    "another condition": lambda: Workflow("row", input=int).branch((bool, step("a"))).commit(),
    "a loop": lambda: Workflow("row", input=int).dountil(step("a"), is_large).commit(),
    "a sleep": lambda: Workflow("row", input=int).then(step("a")).sleep(1).commit(),
    "a longer sleep": lambda: Workflow("row", input=int).then(step("a")).sleep(2).commit(),
}


@pytest.mark.parametrize("build", DIFFERENT.values(), ids=DIFFERENT)
def test_the_digest_is_the_same_for_what_is_built_again(build: Build) -> None:
    assert digest_of(build()) == digest_of(build())
    assert definition_of(build()).outline.rows() == definition_of(build()).outline.rows()


def test_the_digest_differs_where_the_outline_does() -> None:
    digests = {digest_of(build()) for build in DIFFERENT.values()}
    rows = {repr(definition_of(build()).outline.rows()) for build in DIFFERENT.values()}
    assert len(digests) == len(rows) == len(DIFFERENT)


def test_steps_written_apart_have_the_outline_of_clones() -> None:
    apart, together = row(step("a"), step("b")), row(*clones("a", "b"))
    assert definition_of(apart).outline.rows() == definition_of(together).outline.rows()


def test_every_place_stands_in_the_outline_by_itself_with_what_was_written_there() -> None:
    definition = definition_of(row(*clones("a", "b"), inner("c", "d"), step("e", one_less)))
    found = [(place.path, place.block, place.position) for place in definition.outline.places.values()]
    assert found == [
        (("a",), "then", 0),
        (("b",), "then", 1),
        (("inner",), "then", 2),
        (("inner", "c"), "then", 0),
        (("inner", "d"), "then", 1),
        (("e",), "then", 3),
    ]
    a, b, _, c, _, e = definition.outline.places.values()
    assert [place._replace(path=a.path, position=0) for place in (b, c)] == [a, a]
    assert isinstance(e, Place)
    assert e.source != a.source
    assert list(definition.sources) == ["a", "b", "inner/c", "inner/d", "e"]
    assert "return number + 1" in definition.sources["inner/d"]
    assert "return number - 1" in definition.sources["e"]
