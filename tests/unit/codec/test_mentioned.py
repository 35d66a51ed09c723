"""The names of the classes in a value's bytes, whatever they are inside of."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from pydantic import AnyUrl, BaseModel

from playhead.codec import codes
from playhead.codec.mentioned import HOLDERS, class_names
from playhead.codec.registry import register_type
from playhead.codec.unpacking import often_met, seldom_met
from playhead.codec.values import dump


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Point:
    x: Any = 1


class Model(BaseModel):
    part: Any = None


class Pair(NamedTuple):
    left: Any


class Text(str):
    pass


class Mine(Exception):
    pass


class Special:
    pass


register_type(Text)
register_type(Special, name="special", encode=lambda _: [Point()], decode=lambda _: Special())

HERE = __name__ + ":"


def names(value: object) -> set[str]:
    return {name.removeprefix(HERE) for name in class_names(dump(value).data)}


def test_every_kind_of_class_is_named() -> None:
    found = names([Colour.RED, Point(), Model(), Pair(1), Text("x"), Mine(), Special()])
    assert found == {"Colour", "Point", "Model", "Pair", "Text", "Mine", "special"}
    assert names(AnyUrl("http://a")) == {"pydantic.networks:AnyUrl"}


WRAPPINGS: dict[str, Callable[[Any], Any]] = {
    "list": lambda part: [part],
    "dict": lambda part: {"a": part},
    "key": lambda part: {part: 1},
    "tuple": lambda part: (part,),
    "set": lambda part: {part},
    "frozenset": lambda part: frozenset({part}),
    "deque": lambda part: deque([part]),
    "ordered dict": lambda part: OrderedDict(a=part),
    "default dict": lambda part: defaultdict(list, a=part),
    "counter": lambda part: Counter({part: 1}),
    "namespace": lambda part: SimpleNamespace(a=part),
    "deep list": lambda part: _nested(part, 300),
    "frame": lambda part: pd.DataFrame({"a": [part]}),
    "column": lambda part: pd.Series([part]),
    "index": lambda part: pd.Index([part]),
    "dataclass": Point,
    "model": lambda part: Model(part=part),
    "named tuple": Pair,
    "exception": lambda part: ValueError(part),
}


def _nested(part: Any, depth: int) -> Any:
    for _ in range(depth):
        part = [part]
    return part


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_class_is_found_inside_of(wrapping: str) -> None:
    assert "Colour" in names(WRAPPINGS[wrapping](Colour.RED))


def test_a_class_is_found_among_causes_contexts_and_members() -> None:
    error = ExceptionGroup("g", [ValueError(Point())])
    error.__cause__ = KeyError(Colour.RED)
    error.__context__ = Mine()
    assert names(error) == {
        "builtins:ExceptionGroup",
        "builtins:ValueError",
        "builtins:KeyError",
        "Point",
        "Colour",
        "Mine",
    }


@pytest.mark.parametrize("value", [1, "text", b"\xff", None, 2**80, np.arange(3), {1.5: 2}, "\udc80", b"x" * 100_000])
def test_plain_values_name_no_class(value: Any) -> None:
    assert names(value) == set()


def test_every_kind_that_may_hold_others_is_looked_into() -> None:
    plain = {*range(codes.RANGE, codes.NAMESPACE), *range(codes.DATETIME, codes.ENUM)}
    plain |= {codes.SURROGATES, codes.BIG_INT, codes.BYTEARRAY, codes.COMPLEX, codes.ARRAY, codes.ARRAY_SCALAR}
    plain |= set(range(codes.TIMESTAMP, codes.INTERVAL + 1))
    assert (often_met().keys() | seldom_met().keys()) - plain == HOLDERS
