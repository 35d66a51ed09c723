"""Questions: what waits for a person, and the form to answer it."""

from __future__ import annotations

from typing import Any

import pytest

from playhead import Context, Workflow, step
from playhead_widgets.source import Recording
from playhead_widgets.views.questions import SHOWN, questions_of
from tests.unit.playhead_widgets.recordings import Verdict, recorded, recording


def asked(run: Recording, at: int | None = None) -> dict[str, Any]:
    return questions_of(run.workflow, run.snapshot(at))


def asking(payload: Any) -> Any:
    @step(id="ask", description="Somebody must decide")
    async def ask(n: int, ctx: Context[Any]) -> int:
        ctx.suspend(payload)

    return Workflow("w").then(ask).commit()


def test_a_question_is_its_words_its_rest_and_its_form() -> None:
    [question] = asked(recording("asking"))["items"]
    assert question["path"] == "approve"
    assert question["headline"] == "Is 4 enough?"
    assert question["payload"]["items"] == [["limit", {"t": "int", "v": "10"}]]
    assert question["label"] == "boss"
    assert question["schema"] == Verdict.model_json_schema()
    assert [field["name"] for field in question["form"]["fields"]] == ["ok", "note"]


def test_items_that_wait_are_told_one_by_one() -> None:
    found = asked(recording("asking often"))
    assert [(q["path"], q["index"]) for q in found["items"]] == [("approve#0", 0), ("approve#2", 2)]
    assert found["total"] == 2


@pytest.mark.parametrize("name", ["chain", "answered", "canceled", "failing"])
def test_a_run_that_does_not_wait_asks_nothing(name: str) -> None:
    assert asked(recording(name)) == {"items": [], "total": 0}


@pytest.mark.parametrize(
    ("payload", "headline", "rest"),
    [
        ("Go on?", "Go on?", False),
        ({"message": "Go on?"}, "Go on?", False),
        ({"prompt": "Go on?", "sum": 3}, "Go on?", True),
        ({"sum": 3}, "", True),
        (None, "", False),
        ([1, 2], "", True),
    ],
)
async def test_the_words_are_taken_from_where_people_write_them(payload: Any, headline: str, rest: bool) -> None:
    [question] = asked(await recorded(asking(payload), 1))["items"]
    assert question["headline"] == headline
    assert (question["payload"] is not None) is rest
    assert question["description"] == "Somebody must decide"


async def test_of_very_many_questions_only_the_first_are_told() -> None:
    many = Workflow("w").map(lambda n: list(range(n)), id="all").foreach(ask_each, concurrency=50).commit()
    found = asked(await recorded(many, SHOWN + 5))
    assert len(found["items"]) == SHOWN
    assert found["total"] == SHOWN + 5


@step
async def ask_each(n: int, ctx: Context[Any]) -> int:
    ctx.suspend(f"And {n}?")
