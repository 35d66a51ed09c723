"""Stored instances are read against the classes as they are now; what does not fit is kept and explained."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any, NamedTuple

import pydantic
import pytest
from pydantic import AliasChoices, BaseModel, Field, PrivateAttr, field_validator

from playhead.codec import registry
from playhead.codec.opaque import Opaque
from playhead.codec.registry import find, register_schema, register_type
from playhead.codec.values import dump, load
from playhead.machine.payload import Encoded
from tests.unit.codec.same import same


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registry, "_by_name", dict(registry._by_name))


def next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget every class, as a new process has."""
    monkeypatch.setattr(registry, "_by_name", {})


def renamed(cls: Any, name: str = "tests.unit.codec.test_instances:Thing") -> Any:
    """The class under a name of our choice, as two runs of one cell give it."""
    return register_type(cls, name=name)


# ------------------------------------------------------------------ unknown classes


@dataclasses.dataclass
class Thing:
    x: int
    y: Any = None


class Model(BaseModel):
    x: int
    inner: dict[str, Thing] = {}


class Shade(enum.Enum):
    DARK = 1


class Both(NamedTuple):
    a: int


UNKNOWN = [
    Thing(1),
    Model(x=1, inner={"a": Thing(2)}),
    Shade.DARK,
    Both(1),
    [Thing(1, Shade.DARK)],
    {Shade.DARK: 1},
]


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: type(value).__name__)
def test_an_instance_of_an_unknown_class_goes_through_unchanged(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = dump(value)
    next_process(monkeypatch)
    opaque = load(stored)
    assert dump(opaque) == stored
    register_schema(type(value) if not isinstance(value, list | dict) else Thing | Shade)
    register_schema(Thing)
    assert same(load(dump(opaque)), value)


def test_an_opaque_value_shows_what_it_holds_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = dump(Thing(1, "z"))
    next_process(monkeypatch)
    opaque = load(stored)
    assert isinstance(opaque, Opaque)
    assert opaque.type_name == "tests.unit.codec.test_instances.Thing"
    assert opaque.fields == {"x": 1, "y": "z"}
    assert repr(opaque) == (
        "<Opaque tests.unit.codec.test_instances.Thing(x=1, y='z'): "
        "its class is not known here: run the cell that defines it, or register_type() it>"
    )


def test_an_opaque_enum_member_shows_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = dump(Shade.DARK)
    next_process(monkeypatch)
    assert load(stored).fields == {"value": "DARK"}


def test_opaque_values_are_equal_when_their_bytes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = dump(Thing(1)), dump(Thing(2))
    next_process(monkeypatch)
    assert load(one) == load(one) != load(other)
    assert len({load(one), load(one), load(other)}) == 2


def test_decoding_in_the_same_process_needs_no_registration() -> None:
    @dataclasses.dataclass
    class Local:
        x: int

    assert same(vars(load(dump(Local(1)))), {"x": 1})
    assert isinstance(load(dump(Local(1))), Local)


# ------------------------------------------------------------------ a class defined again


def versions(first: Any, second: Any, value: Callable[[Any], Any]) -> Any:
    """An instance of the first version, loaded when only the second is known."""
    stored = dump(value(renamed(first)))
    renamed(second)
    return load(stored)


def test_an_old_dataclass_instance_becomes_one_of_the_new_class() -> None:
    @dataclasses.dataclass
    class Old:
        x: int

    @dataclasses.dataclass(slots=True)
    class New:
        y: list[int] = dataclasses.field(default_factory=list)
        x: int = 0

    loaded = versions(Old, New, lambda cls: cls(5))
    assert loaded == New(x=5, y=[])


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({"y": int}, "no field 'x' any more"), ({"x": int, "z": int}, "new field 'z' without a default")],
)
def test_a_dataclass_that_does_not_fit_any_more_is_opaque(fields: dict[str, Any], fault: str) -> None:
    old, new = (
        dataclasses.make_dataclass("Old", [("x", int)]),
        dataclasses.make_dataclass("New", [*fields.items()]),
    )
    loaded = versions(old, new, lambda cls: cls(5))
    assert isinstance(loaded, Opaque)
    assert fault in loaded.fault
    assert loaded.fields == {"x": 5}


def test_an_attribute_without_a_place_in_the_new_class_is_a_fault() -> None:
    @dataclasses.dataclass
    class Old:
        x: int

    def marked(cls: Any) -> Any:
        made = cls(1)
        made.mark = "m"
        return made

    new = dataclasses.make_dataclass("New", [("x", int)], slots=True)
    loaded = versions(Old, new, marked)
    assert isinstance(loaded, Opaque)
    assert "no place for 'mark'" in loaded.fault


def test_named_tuples_follow_their_class_too() -> None:
    class Old(NamedTuple):
        a: int

    class New(NamedTuple):
        b: str = "b"
        a: int = 0

    class Gone(NamedTuple):
        b: str = "b"

    assert versions(Old, New, lambda cls: cls(5)) == New("b", 5)
    assert "no field 'a'" in versions(Old, Gone, lambda cls: cls(5)).fault


def test_an_enum_member_is_found_by_name_and_missed_by_name() -> None:
    old = enum.Enum("Old", {"A": 1, "B": 2})
    new = enum.Enum("New", {"A": "a"})
    assert versions(old, new, lambda cls: cls.A) is new["A"]
    assert "no member B any more" in versions(old, new, lambda cls: cls.B).fault


def test_a_class_of_another_kind_is_a_fault() -> None:
    old = dataclasses.make_dataclass("Old", [("x", int)])
    new = pydantic.create_model("New", x=(int, ...))
    assert "was a dataclass when this was stored" in versions(old, new, lambda cls: cls(1)).fault


# ------------------------------------------------------------------ models


def test_a_model_is_rebuilt_without_being_validated_again() -> None:
    calls: list[int] = []

    class Watched(BaseModel):
        x: int

        @field_validator("x")
        @classmethod
        def seen(cls, x: int) -> int:
            calls.append(x)
            return x + 1

    stored = dump(Watched(x=1))
    assert calls == [1]
    assert load(stored).x == 2
    assert calls == [1]


def test_a_model_whose_fields_changed_is_validated_by_the_new_class() -> None:
    class Old(BaseModel):
        x: int
        _mark: str = PrivateAttr("old")

    class New(BaseModel):
        x: float
        y: int = 7
        _mark: str = PrivateAttr("new")
        _more: int = PrivateAttr(1)

    def marked(cls: Any) -> Any:
        made = cls(x=1)
        made._mark = "set"
        return made

    loaded = versions(Old, New, marked)
    assert isinstance(loaded, New)
    assert (type(loaded.x), loaded.y, loaded._mark, loaded._more) == (float, 7, "set", 1)
    assert loaded.model_fields_set == {"x"}


def test_fields_with_aliases_are_validated_by_their_names() -> None:
    class Old(BaseModel):
        a: int
        b: int
        c: int

    class New(BaseModel):
        a: float = Field(alias="A")
        b: float = Field(validation_alias=AliasChoices("B", "b2"))
        c: float = Field(serialization_alias="C")

    loaded = versions(Old, New, lambda cls: cls(a=1, b=2, c=3))
    assert (loaded.a, loaded.b, loaded.c) == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"x": (int, Field(gt=100))}, "x: Input should be greater than 100"),
        ({"y": (int, 0)}, "no field 'x' any more"),
        ({"x": (int, ...), "z": (int, ...)}, "z: Field required"),
    ],
)
def test_a_model_that_does_not_fit_any_more_is_opaque(fields: dict[str, Any], fault: str) -> None:
    old, new = pydantic.create_model("Old", x=(int, ...)), pydantic.create_model("New", **fields)
    loaded = versions(old, new, lambda cls: cls(x=1))
    assert isinstance(loaded, Opaque)
    assert fault in loaded.fault
    assert loaded.fields == {"x": 1}


def test_a_validator_that_raises_does_not_make_a_log_unreadable() -> None:
    class Old(BaseModel):
        x: int

    class New(BaseModel):
        x: float

        @field_validator("x")
        @classmethod
        def fails(cls, x: float) -> float:
            raise ZeroDivisionError("never mind")

    assert "ZeroDivisionError: never mind" in versions(Old, New, lambda cls: cls(x=1)).fault


def test_extra_fields_stay_with_models_that_allow_them() -> None:
    class Old(BaseModel, extra="allow"):
        x: int

    class New(BaseModel, extra="allow"):
        x: float

    loaded = versions(Old, New, lambda cls: cls(x=1, other=[2]))
    assert loaded.model_extra == {"other": [2]}


def test_the_order_of_set_fields_is_kept_as_a_set() -> None:
    class Half(BaseModel):
        a: int = 1
        b: int = 2

    assert load(dump(Half(b=3))).model_fields_set == {"b"}
    assert load(dump(Half(a=1, b=3))).model_fields_set == {"a", "b"}
    assert load(dump(Half())).model_fields_set == set()


# ------------------------------------------------------------------ custom


class Secretive:
    def __init__(self, hidden: int) -> None:
        self.hidden = hidden


def test_an_encode_and_a_decode_of_the_users_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    register_type(Secretive, name="secretive", encode=lambda it: it.hidden, decode=Secretive)
    stored = dump({"it": Secretive(5)})
    assert load(stored)["it"].hidden == 5
    assert find("secretive") is Secretive
    next_process(monkeypatch)
    opaque = load(stored)["it"]
    assert opaque.fields == {"value": 5}
    assert dump({"it": opaque}) == stored


def test_a_decode_that_raises_leaves_the_value_opaque() -> None:
    def fails(data: int) -> Secretive:
        raise OSError("no disk")

    register_type(Secretive, encode=lambda it: it.hidden, decode=fails)
    loaded = load(dump(Secretive(5)))
    assert "its decode raised OSError: no disk" in loaded.fault


def test_a_custom_encode_takes_precedence_over_the_kind() -> None:
    @dataclasses.dataclass
    class Point:
        x: int

    assert load(dump(Point(1))) == Point(1)
    register_type(Point, encode=lambda point: point.x + 100, decode=lambda x: Point(x))
    assert load(dump(Point(1))) == Point(101)


def test_a_subclass_of_another_base_is_a_fault() -> None:
    assert (
        "was a subclass of int" in versions(type("Old", (int,), {}), type("New", (str,), {}), lambda cls: cls(1)).fault
    )


def test_an_opaque_time_of_an_unknown_zone_keeps_its_bytes() -> None:
    import datetime as dt
    from zoneinfo import ZoneInfo

    stored = dump(dt.datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Paris")))
    strange = Encoded(stored.data.replace(b"Europe/Paris", b"Europe/Hairs"))
    loaded = load(strange)
    assert isinstance(loaded, Opaque)
    assert loaded.type_name == "datetime"
    assert "Europe/Hairs is not known here" in loaded.fault
    assert dump(loaded) == strange


def test_a_kind_of_a_later_version_is_opaque() -> None:
    later = Encoded(b"\xd4\x7e\x01")
    loaded = load(later)
    assert (loaded.type_name, "newer Playhead" in loaded.fault) == ("kind-126", True)
    assert dump(loaded) == later
