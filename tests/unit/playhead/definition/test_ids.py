"""An id that cannot be one is refused by the name of what it was to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playhead import Step, Workflow
from playhead.errors import InvalidId


def double(n: int) -> int:
    return 2 * n


REFUSED: dict[str, Callable[[], object]] = {
    "workflow": lambda: Workflow("my own"),
    "step": lambda: Step(double, id="my own"),
    "mapping": lambda: Workflow("w").map(double, id="my own"),
    "sleep": lambda: Workflow("w").sleep(1, id="my own"),
}


@pytest.mark.parametrize("noun", REFUSED)
def test_the_refusal_names_what_the_id_was_for(noun: str) -> None:
    with pytest.raises(InvalidId, match=f"'my own' cannot be the id of a {noun}: "):
        REFUSED[noun]()


@pytest.mark.parametrize("rename", [Step(double).as_, Workflow("w").as_])
def test_so_does_the_refusal_of_another_id(rename: Callable[[str], object]) -> None:
    with pytest.raises(InvalidId, match=r"'my own' cannot be the id of a (step|workflow): "):
        rename("my own")
