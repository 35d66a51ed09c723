"""One value of every kind that is stored exactly, by name; and one of every kind that is refused."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import math
import pathlib
import re
import types
import uuid
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pydantic import AnyUrl, BaseModel, ConfigDict, HttpUrl, PostgresDsn, PrivateAttr, RootModel
from pydantic.dataclasses import dataclass as pydantic_dataclass

from playhead.codec.registry import register_type

ItemT = TypeVar("ItemT")


class Color(enum.Enum):
    RED = 1
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Bit(enum.IntFlag):
    ONE = 1
    TWO = 2


@dataclasses.dataclass
class Box:
    width: int
    things: list[Any] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Frozen:
    width: int


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    width: int
    name: str = "x"


@dataclasses.dataclass
class Derived(Box):
    area: int = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.area = self.width**2
        self.remark = "not a field"  # kept all the same


@pydantic_dataclass
class Checked:
    width: int


class Pair(NamedTuple):
    first: int
    second: str = "b"


OldPair = collections.namedtuple("OldPair", "first second")  # the old way is a kind too


class Item(BaseModel):
    sku: str
    price: decimal.Decimal = decimal.Decimal("1.10")


class Order(BaseModel):
    items: list[Item]
    at: dt.datetime | None = None
    notes: dict[str, Any] = {}
    _cache: dict[str, int] = PrivateAttr(default_factory=dict)


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Still(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str


class Names(RootModel[list[str]]):
    pass


class Page(BaseModel, Generic[ItemT]):
    rows: list[ItemT]


@register_type
class Meters(float):
    pass


@register_type
class Tag(str):
    color: str


@register_type
class Bag(dict[str, int]):
    pass


@register_type
class Stack(list[int]):
    pass


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

    __hash__ = None  # type: ignore[assignment]  # a mutable class, as Python would have it

    def __str__(self) -> str:
        return f"{self.x}, {self.y}"


register_type(Point, encode=lambda point: (point.x, point.y), decode=lambda data: Point(*data))


def order() -> Order:
    made = Order(items=[Item(sku="a"), Item(sku="b", price=decimal.Decimal(2))], at=dt.datetime(2024, 1, 1))  # noqa: DTZ001 - naive is a kind
    made._cache["hits"] = 3
    return made


def tag() -> Tag:
    made = Tag("urgent")
    made.color = "red"
    return made


PARIS = ZoneInfo("Europe/Paris")

PLAIN: dict[str, Any] = {
    "none": None,
    "bool": [True, False],
    "int": [0, -1, 2**63 - 1, -(2**63)],
    "int of 64 bits": [2**63, 2**64 - 1],
    "big int": [2**64, 2**70, -(2**63) - 1, -(2**70), 10**5000],
    "float": [1.5, math.inf, -math.inf, 5e-324],
    "nan": math.nan,
    "minus zero": -0.0,
    "str": ["", "a", "ü", "\U0001f600", "a\0b"],
    "lone surrogate": ["a\ud800b", {"\udfff": "\ud800"}],
    "bytes": [b"", b"\xff\x00"],
    "bytearray": [bytearray(b"x"), {"deep": [bytearray()]}],
    "list": [1, [2, [3]], []],
    "dict": {"a": {"b": 1}, "": None},
    "dict keeps its order": {"b": 1, "a": 2},
    "int keys": {1: "a", -5: "b", 2**64 - 1: "c"},
    "big int key": {2**70: 1},
    "tuple key": {(1, "a"): 1},
    "other keys": {None: 1, 1.5: 2, b"x": 3, frozenset([1]): 4, True: 5, dt.date(2024, 1, 1): 6},
    "enum keys": {Color.RED: 1, Word.YES: 2, Level.LOW: 3},
    "nan key": {math.nan: 1},
    "tuple": [(), (1, (2, [3]))],
    "set": [set(), {1, "a", (2, 3)}],
    "frozenset": frozenset({1, 2}),
    "deque": [collections.deque([1, 2], maxlen=3), collections.deque()],
    "ordered dict": collections.OrderedDict([("b", 1), ((1,), 2)]),
    "default dict": [collections.defaultdict(list, {"a": [1]}), collections.defaultdict(None, {1: 2})],
    "counter": collections.Counter({"a": 2, "b": 0, "c": -1}),
    "range": [range(3), range(0, -9, -3)],
    "slice": slice(1, None, 2),
    "namespace": types.SimpleNamespace(a=1, b=[2]),
    "same list twice": (lambda part: [part, part])([1]),
}

SCALARS: dict[str, Any] = {
    "naive datetime": dt.datetime(2024, 1, 1, 12, 30, 15, 999_999),  # noqa: DTZ001 - naive is a kind
    "utc datetime": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    "offset datetime": dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-3, microseconds=7))),
    "named offset": dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1), "HOME")),
    "zoned datetime": dt.datetime(2024, 7, 1, tzinfo=PARIS),
    "the hour that comes twice": [dt.datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=fold) for fold in (0, 1)],
    "first and last datetime": [dt.datetime.min, dt.datetime.max],  # noqa: DTZ901 - naive is a kind
    "date": [dt.date(2024, 2, 29), dt.date.min, dt.date.max],
    "time": [dt.time(1, 2, 3, 4), dt.time(1, tzinfo=dt.UTC), dt.time(1, fold=1)],
    "timedelta": [dt.timedelta(days=-1, microseconds=1), dt.timedelta.max, dt.timedelta.min],
    "timezone": [dt.UTC, PARIS],
    "decimal": [decimal.Decimal(text) for text in ("1.10", "-0", "NaN", "sNaN12", "-Infinity", "1E+999999")][:2],
    "decimal nan": str(decimal.Decimal("sNaN12")),
    "fraction": fractions.Fraction(-1, 2**70),
    "complex": [1 + 2j, complex(math.nan, -0.0)],
    "uuid": uuid.UUID(int=5),
    "path": [
        pathlib.PurePosixPath("/a"),
        pathlib.PureWindowsPath("C:/a"),
        pathlib.Path("b/ü"),
        pathlib.Path(),
    ],
    "undecodable path": pathlib.Path("a\udcff"),
    "pattern": [re.compile("a+", re.IGNORECASE | re.DOTALL), re.compile(b"a")],
    "address": [
        ipaddress.ip_address("::1"),
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_interface("10.1.1.1/8"),
    ],
}

CLASSES: dict[str, Any] = {
    "enum": [Color.RED, Color.GREEN],
    "int enum": Level.LOW,
    "str enum": Word.YES,
    "flag": [Right.READ, Right.READ | Right.WRITE, Right(0)],
    "int flag": Bit.ONE | Bit.TWO,
    "dataclass": Box(1, [Box(2)]),
    "frozen dataclass": Frozen(1),
    "slotted dataclass": Slotted(1),
    "derived dataclass": Derived(3),
    "pydantic dataclass": Checked(4),
    "named tuple": [Pair(1), OldPair(1, [2])],
    "model": order(),
    "model with extra": Open(name="a", other=[1]),  # type: ignore[call-arg]  # that is what extra means
    "frozen model": Still(name="a"),
    "root model": Names(["a", "b"]),
    "generic model": Page[int](rows=[1]),
    "unvalidated model": Item.model_construct(sku=7),
    "url": [AnyUrl("https://a.example/b?c"), HttpUrl("http://a.example"), PostgresDsn("postgres://a@b:1/c")],
    "float subclass": Meters(1.5),
    "str subclass": tag(),
    "dict subclass": Bag(a=1),
    "list subclass": Stack([1, 2]),
    "custom": Point(1, 2),
    "exception": [ValueError("x", 1), KeyError("k"), OSError(2, "no", "file")],
}

ARRAYS: dict[str, Any] = {
    "scalars": [np.float64(1.5), np.int32(7), np.bool_(True), np.complex64(1j), np.float16(2)],
    "nan scalar": np.float32("nan"),
    "text scalars": [np.str_("ab"), np.str_(""), np.bytes_(b"x")],
    "time scalars": [np.datetime64("2020-01-01"), np.datetime64("NaT", "ns"), np.timedelta64(3, "s")],
    "record scalar": np.zeros(1, [("a", "i4"), ("b", "U3")])[0],
    "array": np.arange(3),
    "large array": np.arange(100_000.0),
    "empty array": np.zeros((0, 3)),
    "array of nothing": np.array(5),
    "array of objects' sizes": np.zeros(2, "V3"),
    "strings": np.array(["a", "bcd"]),
    "empty strings": np.zeros(3, "U0"),
    "datetimes": np.array(["2020-01-01", "NaT"], "M8[ms]"),
    "big-endian": np.arange(3, dtype=">i4"),
    "records": np.zeros(2, [("a", "i4"), ("b", "f8", (2,)), ("c", [("d", "M8[s]")])]),
    "padded records": np.zeros(2, np.dtype([("a", "i1"), ("b", "i8")], align=True)),
    "fortran order": np.asfortranarray(np.arange(12).reshape(3, 4)),
    "not contiguous": np.arange(20).reshape(4, 5)[::2, ::-1],
    "half floats and complex": [np.arange(3, dtype="f2"), np.arange(3) * 1j],
}

FRAME = pd.DataFrame(
    {
        "int": [1, 2, 3],
        "text": ["x", "y", None],
        "category": pd.Categorical(["u", "v", None], categories=["v", "u", "w"], ordered=True),
        "zoned": pd.date_range("2020", periods=3, tz="Europe/Paris"),
        "float": [1.5, math.nan, -0.0],
        "objects": [None, 1, {"x": (1,)}],
        "maybe int": pd.array([1, None, 3], dtype="Int64"),
        "maybe bool": pd.array([True, None, False], dtype="boolean"),
        "period": pd.period_range("2020", periods=3, freq="M"),
        "interval": pd.interval_range(0, 3),
        "date": [dt.date(2020, 1, 1)] * 3,
        "delta": pd.to_timedelta([1, 2, 3], unit="s"),
        "seconds": np.array([1, 2, 3], "M8[s]"),
    }
)

FRAMES: dict[str, Any] = {
    "frame": FRAME,
    "frame with a multi-index": FRAME.set_index(["int", "category"]),
    "frame on its side": FRAME[["int", "float"]].T,
    "no rows": FRAME.iloc[:0],
    "no columns": pd.DataFrame(index=["a", "b"]),
    "nothing": pd.DataFrame(),
    "same column twice": pd.DataFrame([[1, "a"]], columns=["a", "a"]),
    "labels of all kinds": pd.DataFrame([[1, 2, 3]], columns=["a", 1, (2, 3)]),
    "multi-index columns": pd.DataFrame(
        [[1, 2]], columns=pd.MultiIndex.from_product([["a"], [1, 2]], names=["p", None])
    ),
    "series": [pd.Series([1, 2], name="n"), pd.Series(["a", None]), pd.Series([], dtype="f8")],
    "series by time": pd.Series([1.0, 2.0], index=pd.date_range("2020", periods=2, freq="h")),
    "range index": pd.RangeIndex(2, 10, 3, name="r"),
    "indexes": [
        pd.Index([1, 2]),
        pd.Index(["a"], name="n"),
        pd.Index([1, "a"]),
        pd.Index([1.5]),
        pd.Index([True]),
    ],
    "time indexes": [
        pd.date_range("2020", periods=3, freq="B", tz="UTC"),
        pd.timedelta_range("1s", periods=3),
    ],
    "other indexes": [
        pd.CategoricalIndex(["a"]),
        pd.interval_range(0, 2),
        pd.period_range("2020", periods=2, freq="M"),
    ],
    "timestamp": [pd.Timestamp("2024-01-01 12:00:00.123456789"), pd.Timestamp(1, unit="s")],
    "zoned timestamp": pd.Timestamp(2024, 10, 27, 2, 30, tz="Europe/Paris", fold=1),
    "timedelta of pandas": pd.Timedelta("1D 2ns"),
    "missing": [pd.NaT, pd.NA],
    "period": pd.Period("2020-03", "M"),
    "interval": pd.Interval(0, 1, "both"),
}

EXACT = {**PLAIN, **SCALARS, **CLASSES, **ARRAYS, **FRAMES}
