"""What cannot be a step is told where it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from playhead import Context, step
from playhead.errors import DefinitionFault


def test_an_id_that_is_given_bare_is_told_how_it_is_given() -> None:
    with pytest.raises(DefinitionFault, match=r"not str: for an id of its own write @step\(id='load'\)\."):
        step("load")  # type: ignore[call-overload]  # the mistake


def test_a_class_is_no_step() -> None:
    class Loader:
        def __init__(self, path: str) -> None:
            self.path = path

    no_step: Any = Loader
    with pytest.raises(DefinitionFault, match="'Loader' is a class: make a step of a function"):
        step(no_step)


def test_a_function_that_yields_is_no_step() -> None:
    def pages(n: int) -> Iterator[int]:
        yield n

    async def chunks(n: int) -> AsyncIterator[int]:
        yield n

    for yielding in (pages, chunks):
        with pytest.raises(
            DefinitionFault, match=rf"Step '{yielding.__name__}' yields, .* return a list, or send .*write"
        ):
            step(yielding)


def test_the_input_stands_before_the_context() -> None:
    def late(ctx: Context[Any], n: int) -> int:
        return n

    with pytest.raises(DefinitionFault, match=r"write the input first, as in def late\(n, ctx\)\."):
        step(late)

    @step
    def alone(ctx: Context[Any], *, unused: int = 1) -> str:
        return ctx.run_id

    assert not alone.takes_input
