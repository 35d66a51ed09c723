"""The names people type for places of a workflow."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from playhead import Step, Workflow
from playhead_kernel.naming import address, is_meant, joined, parts, path_in, place_in, places


def made(id: str) -> Step[Any, Any]:
    return Step(lambda value: value, id=id)


@pytest.fixture
def flow() -> Workflow[Any, Any]:
    left = Workflow("left").then(made("fetch")).foreach(made("ship")).commit()
    right = Workflow("right").then(made("fetch")).sleep(0, id="rest").commit()
    return Workflow("flow").then(made("price")).parallel(left, right).map(lambda value: 1, id="pick").commit()


def test_every_place_is_listed_each_before_what_is_inside_it(flow: Workflow[Any, Any]) -> None:
    assert list(map(joined, places(flow))) == [
        "price",
        "left",
        "left/fetch",
        "left/ship",
        "right",
        "right/fetch",
        "right/rest",
        "pick",
    ]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("price", ("price",)),
        ("left", ("left",)),
        ("left/fetch", ("left", "fetch")),
        ("ship", ("left", "ship")),
        ("ship#3", ("left", "ship")),
        ("rest", ("right", "rest")),
        ("/left/fetch/", ("left", "fetch")),
    ],
)
def test_a_place_is_named_in_full_or_by_its_last_id(
    flow: Workflow[Any, Any], name: str, place: tuple[str, ...]
) -> None:
    assert place_in(flow, name) == place


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fetch", "Several steps are called 'fetch': left/fetch, right/fetch."),
        ("prise", "There is no step 'prise': did you mean 'price'?"),
        ("left/rest", "There is no step 'left/rest'"),
        ("", "There is no step ''"),
    ],
)
def test_a_name_that_means_none_or_several_is_refused(flow: Workflow[Any, Any], name: str, message: str) -> None:
    with pytest.raises(UsageError, match="^" + message.replace("?", r"\?").replace(".", r"\.")):
        place_in(flow, name)


def test_items_that_are_named_stay_named(flow: Workflow[Any, Any]) -> None:
    assert path_in(flow, "ship#3") == ("left", "ship#3")
    assert path_in(flow, "left/ship#0") == ("left", "ship#0")
    assert parts("left/ship#3") == ("left", "ship#3")
    assert address("left/ship#3") == ("left", "ship")


def test_the_end_of_a_path_means_it() -> None:
    assert is_meant(("a", "b", "c"), ("b", "c"))
    assert not is_meant(("a", "b", "c"), ("a", "b"))
    assert not is_meant(("b",), ("a", "b"))
