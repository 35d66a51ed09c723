"""Input and answers that are left out: the defaults of their schema apply, and what has none is named."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Workflow, step
from playhead.errors import InputInvalid

pytestmark = pytest.mark.usefixtures("world")


class Settings(BaseModel):
    share: float = 0.25


class Order(BaseModel):
    customer: str
    total: float


class Consent(BaseModel):
    ok: bool = True


@step
def echo(value: Any) -> Any:
    return value


@step(resume=Consent)
def ask(value: Any, ctx: Context[Any]) -> bool:
    if ctx.resume_data is None:
        ctx.suspend("Shall we?")
    return bool(ctx.resume_data.ok)


async def test_a_run_that_is_given_no_input_takes_the_defaults_of_every_field() -> None:
    assert (await Workflow("defaults", input=Settings).then(echo).commit().run()).input == Settings()


async def test_a_field_without_a_default_is_named() -> None:
    with pytest.raises(InputInvalid) as caught:
        await Workflow("required", input=Order).then(echo).commit().run()
    assert [issue.path for issue in caught.value.issues] == [("customer",), ("total",)]


async def test_none_stays_none_where_the_schema_takes_it() -> None:
    assert (await Workflow("optional", input=Settings | None).then(echo).commit().run()).input is None


async def test_a_missing_number_is_refused_as_a_number() -> None:
    with pytest.raises(InputInvalid, match="number"):
        await Workflow("number", input=float).then(echo).commit().run()


async def test_an_empty_answer_takes_the_defaults() -> None:
    run = Workflow("consent").then(ask).commit().create_run()
    await run.start()
    assert (await run.resume()).output is True
