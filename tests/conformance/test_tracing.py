"""Catalogue A, section 19: every body has a span."""

from __future__ import annotations

from typing import get_type_hints

import pytest
from opentelemetry import trace

from playhead import Context, Step, Workflow

from .cases import case

pytestmark = pytest.mark.usefixtures("world")


def tracing(seen: list[tuple[str, object]], *names: str) -> Workflow:
    async def note(ctx: Context) -> None:
        seen.append((ctx.step_id, ctx.span))

    flow = Workflow("tracing")
    for name in names:
        flow = flow.then(Step(note, id=name))
    return flow.commit()


@case("TRACE-01")
async def test_a_body_has_a_span() -> None:
    seen: list[tuple[str, object]] = []

    result = await tracing(seen, "step1").run({})

    assert result.status == "success"
    assert len(seen) == 1
    assert seen[0][1] is not None


@case("TRACE-02")
async def test_the_span_is_what_type_checkers_are_told() -> None:
    seen: list[tuple[str, object]] = []
    told = get_type_hints(Context.span.fget, vars(trace))["return"]

    await tracing(seen, "step1").run({})

    assert told is trace.Span
    assert isinstance(seen[0][1], told)


@case("TRACE-03")
async def test_every_step_has_a_span() -> None:
    seen: list[tuple[str, object]] = []

    result = await tracing(seen, "step1", "step2").run({})

    assert result.status == "success"
    assert [name for name, _ in seen] == ["step1", "step2"]
    assert all(span is not None for _, span in seen)
