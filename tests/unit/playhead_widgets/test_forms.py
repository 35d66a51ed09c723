"""Forms: every type a person may be asked for, and what they fill in as data that fits it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from pydantic import BaseModel, Field

from playhead.definition.schema import Schema
from playhead_widgets.views.forms import AnswerInvalid, answer, form_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Line(BaseModel):
    sku: str
    count: int = Field(1, ge=1, le=99, description="How many")


class Order(BaseModel):
    """An order."""

    name: str
    lines: list[Line] = []
    note: str | None = None
    due: date


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


def form(annotation: Any) -> dict[str, Any]:
    return form_of(Schema(annotation).json_schema())


def answered(annotation: Any, raw: Any) -> Any:
    """What the step gets when a person fills in ``raw``."""
    return Schema(annotation).validate(answer(form(annotation), raw))


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (str, "text"),
        (int, "integer"),
        (float, "number"),
        (bool, "bool"),
        (date, "date"),
        (datetime, "datetime"),
        (time, "time"),
        (Colour, "enum"),
        (Level, "enum"),
        (Literal["a", "b"], "enum"),
        (Literal["a"], "enum"),
        (list[int], "list"),
        (set[str], "list"),
        (Order, "object"),
        (dict[str, int], "json"),
        (tuple[int, str], "json"),
        (int | str, "json"),
        (Any, "json"),
    ],
)
def test_every_type_has_its_kind_of_field(annotation: Any, kind: str) -> None:
    assert form(annotation)["kind"] == kind


def test_without_a_schema_anything_may_be_typed() -> None:
    field = form_of(None)
    assert field["kind"] == "any"
    assert answer(field, "plain words") == "plain words"
    assert answer(field, '{"a": [1]}') == {"a": [1]}
    assert answer(field, "") is None


@pytest.mark.parametrize("annotation", [int | None, Optional[int]])  # noqa: UP045 - both spellings are in use
def test_what_may_be_none_may_be_left_empty(annotation: Any) -> None:
    field = form(annotation)
    assert (field["kind"], field["nullable"]) == ("integer", True)
    assert answered(annotation, "") is None
    assert answered(annotation, "7") == 7


@pytest.mark.parametrize(
    ("annotation", "raw", "value"),
    [
        (str, "hello", "hello"),
        (str, "", ""),
        (int, " 12 ", 12),
        (int, "-3", -3),
        (float, "2.5e3", 2500.0),
        (bool, True, True),
        (bool, False, False),
        (date, "2030-02-01", date(2030, 2, 1)),
        (time, "12:30:00", time(12, 30)),
        (datetime, "2030-02-01T12:30:00+00:00", datetime(2030, 2, 1, 12, 30, tzinfo=UTC)),
        (Colour, "blue", Colour.BLUE),
        (Level, 2, Level.HIGH),
        (Literal["a", "b"], "b", "b"),
        (list[int], ["1", "2"], [1, 2]),
        (list[int], [], []),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (tuple[int, str], '[1, "x"]', (1, "x")),
    ],
)
def test_what_is_filled_in_becomes_a_value_of_the_type(annotation: Any, raw: Any, value: Any) -> None:
    assert answered(annotation, raw) == value


def test_a_model_is_filled_in_field_by_field_with_models_in_it() -> None:
    raw = {
        "name": "ACME",
        "lines": [{"sku": "A", "count": "3"}, {"sku": "B", "count": ""}],
        "note": "",
        "due": "2030-01-01",
    }
    order = answered(Order, raw)
    assert order == Order(name="ACME", lines=[Line(sku="A", count=3), Line(sku="B")], due=date(2030, 1, 1))


def test_an_empty_field_with_a_default_is_left_to_the_default() -> None:
    assert answer(form(Line), {"sku": "A", "count": ""}) == {"sku": "A"}


def test_a_field_says_what_it_is_called_what_it_means_and_what_it_may_be() -> None:
    count = form(Line)["fields"][1]
    assert {key: count[key] for key in ("label", "help", "minimum", "maximum", "default", "required")} == {
        "label": "Count",
        "help": "How many",
        "minimum": 1,
        "maximum": 99,
        "default": 1,
        "required": False,
    }


def test_a_text_that_may_be_long_gets_room_for_it() -> None:
    assert form(Annotated[str, Field(max_length=2_000)])["long"]
    assert "long" not in form(Annotated[str, Field(max_length=20)])


def test_a_union_of_one_type_and_none_is_that_type() -> None:
    assert form(Union[Colour, None])["options"] == ["red", "blue"]  # noqa: UP007 - the older spelling is in use


@pytest.mark.parametrize(
    ("annotation", "raw", "path"),
    [
        (int, "seven", ()),
        (int, "2.5", ()),
        (int, "", ()),
        (float, "x", ()),
        (bool, "yes", ()),
        (bool, None, ()),
        (Colour, "green", ()),
        (dict[str, int], "{not json", ()),
        (Order, {"name": "A", "due": ""}, ("due",)),
        (Order, {"name": "A", "due": "2030-01-01", "lines": [{"sku": "A", "count": "x"}]}, ("lines", 0, "count")),
        (Order, "not an object", ()),
        (list[int], "not a list", ()),
    ],
)
def test_what_cannot_be_an_answer_is_refused_at_its_field(annotation: Any, raw: Any, path: tuple[Any, ...]) -> None:
    with pytest.raises(AnswerInvalid) as refused:
        answer(form(annotation), raw)
    [(where, why)] = refused.value.issues
    assert where == path
    assert why


def test_a_type_that_holds_itself_is_asked_for_as_json_from_some_depth_on() -> None:
    field, depth = form(Tree), 0
    while field["kind"] in ("object", "list"):
        field = field["item"] if field["kind"] == "list" else field["fields"][1]
        depth += 1
    assert field["kind"] == "json"
    assert depth < 12


def test_a_schema_that_refers_to_itself_alone_ends() -> None:
    assert form_of({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}})["kind"] == "json"


def test_labels_and_help_are_cleaned() -> None:
    field = form_of({"type": "string", "title": "a\u202eb", "description": "c\x00d"})
    assert (field["label"], field["help"]) == (r"a\u202eb", r"c\u0000d")
