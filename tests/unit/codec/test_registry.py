"""What may be registered, which registration wins, and which classes a schema brings along."""

from __future__ import annotations

import collections
import dataclasses
import enum
import gc
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union

import pytest
from pydantic import BaseModel, ByteSize, HttpUrl, PrivateAttr, create_model

from playhead.codec import registry
from playhead.codec.registry import find, register_schema, register_type
from playhead.codec.schemas import classes_in
from playhead.codec.values import dump, load
from playhead.errors import DefinitionFault

HERE = "tests.unit.codec.test_registry"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registry, "_by_name", dict(registry._by_name))


@dataclasses.dataclass
class Leaf:
    x: int


class Shade(enum.Enum):
    DARK = 1


class Pair(NamedTuple):
    leaf: Leaf


class Base(BaseModel):
    kind: str


class Derived(Base):
    shade: Shade = Shade.DARK


class Row(TypedDict):
    leaf: Leaf


class Hidden(BaseModel):
    pass


class Node(BaseModel):
    children: list[Node] = []
    payload: Base | None = None
    _hidden: Hidden = PrivateAttr(default_factory=Hidden)


@dataclasses.dataclass
class Holder(Generic[T]):
    value: T
    other: Sequence[Pair]


class Failure(Exception):
    pass


@dataclasses.dataclass
class Unresolvable:
    a: Missing  # type: ignore[name-defined]  # noqa: F821 - a name that does not exist


Alias = NewType("Alias", Leaf)
Bound = TypeVar("Bound", bound=Leaf)


# ------------------------------------------------------------------ register_type


def test_a_class_is_found_by_module_and_name_or_by_the_name_it_is_given() -> None:
    assert register_type(Leaf) is Leaf
    assert find(f"{HERE}:Leaf") is Leaf
    register_type(Leaf, name="leaf")
    assert find("leaf") is Leaf
    assert find("twig") is None


def test_it_is_a_decorator_with_and_without_arguments() -> None:
    @register_type
    @dataclasses.dataclass
    class One:
        x: int

    @register_type(name="other")
    class Other(int):
        pass

    assert isinstance(load(dump(One(1))), One)
    assert find("other") is Other
    assert type(load(dump(Other(3)))) is Other


def test_the_latest_registration_of_a_name_wins() -> None:
    first, second = (dataclasses.make_dataclass("Leaf", [("x", int)]) for _ in range(2))
    first.__module__ = second.__module__ = HERE
    register_type(first)
    stored = dump(first(1))
    register_type(second)
    assert type(load(stored)) is second
    assert type(load(dump(first(1)))) is second
    register_type(first)
    assert type(load(stored)) is first


def test_an_instance_of_an_outdated_class_does_not_bring_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    old = dataclasses.make_dataclass("Cell", [("x", int)])
    new = dataclasses.make_dataclass("Cell", [("x", int)])
    old.__module__ = new.__module__ = HERE
    monkeypatch.setitem(globals(), "Cell", new)  # as after a cell was run again
    assert type(load(dump(new(1)))) is new
    assert type(load(dump(old(1)))) is new


def test_a_class_run_again_takes_over_with_its_first_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        cls = dataclasses.make_dataclass("Cell", [("x", int)])
        cls.__module__ = HERE
        monkeypatch.setitem(globals(), "Cell", cls)
        assert type(load(dump(cls(1)))) is cls


@pytest.mark.parametrize("cls", [object, list, type("Plain", (), {})])
def test_a_class_that_cannot_be_taken_apart_needs_a_codec(cls: type) -> None:
    with pytest.raises(DefinitionFault, match="Give encode="):
        register_type(cls)


def test_an_encode_without_a_decode_is_a_fault() -> None:
    with pytest.raises(DefinitionFault, match="together"):
        register_type(Leaf, encode=vars)


def test_classes_that_are_gone_are_not_kept_alive() -> None:
    def names() -> list[weakref.ref[type]]:
        made = []
        for _ in range(3):
            cls = dataclasses.make_dataclass("Passing", [("x", int)])
            load(dump([cls(1)]))
            made.append(weakref.ref(cls))
        return made

    passing = names()
    gc.collect()
    assert [ref() is None for ref in passing] == [True, True, False]  # the last one holds the name


# ------------------------------------------------------------------ schemas


@pytest.mark.parametrize(
    ("annotation", "classes"),
    [
        (None, set()),
        (Any, set()),
        (int, set()),
        ("Leaf", set()),
        (Leaf, {Leaf}),
        (list[Leaf], {Leaf}),
        (dict[str, Leaf | None], {Leaf}),
        (Union[int, "Leaf", Pair], {Pair, Leaf}),  # the old spelling must work too
        (Optional[Shade], {Shade}),  # noqa: UP045 - likewise
        (Annotated[Leaf, "note", Shade.DARK], {Leaf}),
        (Literal[Shade.DARK, "x"], {Shade}),
        (Callable[[Leaf], Shade], {Leaf, Shade}),
        (tuple[Leaf, ...], {Leaf}),
        (Mapping[Shade, set[Pair]], {Shade, Pair, Leaf}),
        (Alias, {Leaf}),
        (Bound, {Leaf}),
        (Row, {Leaf}),
        (Base, {Base, Derived, Shade}),
        (Node, {Node, Base, Derived, Shade, Hidden}),
        (Holder[Shade], {Holder, Shade, Pair, Leaf}),
        (collections.Counter[Shade], {Shade}),
        (Failure, {Failure}),
        (ByteSize, {ByteSize}),
        (HttpUrl, {HttpUrl}),
        (Unresolvable, {Unresolvable}),
        (BaseModel, {BaseModel}),
    ],
    ids=str,
)
def test_a_schema_brings_every_class_it_speaks_of(annotation: Any, classes: set[type]) -> None:
    found = {cls for cls in classes_in(annotation) if cls is not collections.Counter}
    assert found == classes


def test_after_a_restart_the_schemas_make_values_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    value = [Node(children=[Node()], payload=Derived(kind="d")), Pair(Leaf(1)), Shade.DARK, ByteSize(5)]
    register_type(ByteSize)
    stored = dump(value)
    monkeypatch.setattr(registry, "_by_name", {})
    for annotation in (Node, Pair, ByteSize):
        register_schema(annotation)
    assert load(stored) == value
    assert [type(part) for part in load(stored)] == [Node, Pair, Shade, ByteSize]
    assert type(load(stored)[0].payload) is Derived


def test_a_schema_leaves_a_codec_of_the_users_alone() -> None:
    register_type(Leaf, name="leaf", encode=lambda leaf: leaf.x, decode=Leaf)
    register_schema(list[Leaf])
    assert load(dump(Leaf(1))) == Leaf(1)
    assert b"leaf" in dump(Leaf(1)).data


def test_a_schema_of_a_newer_class_takes_the_name() -> None:
    first, second = (dataclasses.make_dataclass("Cell", [("x", int)]) for _ in range(2))
    first.__module__ = second.__module__ = HERE
    register_schema(first)
    register_schema(second)
    assert find(f"{HERE}:Cell") is second


def test_a_schema_of_an_older_model_leaves_the_name_to_the_one_that_its_module_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older, newer = (create_model("Cell", __module__=HERE, x=(int, ...)) for _ in range(2))
    monkeypatch.setattr(sys.modules[HERE], "Cell", newer, raising=False)
    register_schema(older)
    register_schema(newer)
    register_schema(older)
    assert find(f"{HERE}:Cell") is newer
    assert type(load(dump(older(x=1)))) is newer
