"""What cannot be stored exactly is refused, naming the place and what to do instead."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import io
import logging
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import ormsgpack
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretBytes, SecretStr

from playhead.codec.registry import register_type
from playhead.codec.values import dump
from playhead.errors import NotStorable
from tests.unit.codec.kinds import Box, Color, Pair


class Number(int):
    pass


class Name(str):
    pass


class Settings(dict[str, int]):
    pass


class Plain:
    pass


class Login(BaseModel):
    user: str
    token: SecretStr


class Handle(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    name: str
    _lock: Any = PrivateAttr(default_factory=threading.Lock)


class Odd:
    """Looks like a dataclass, and raises when it is read."""

    __dataclass_fields__ = Box.__dataclass_fields__

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # a hostile object does what it likes
        raise OSError("not today")


async def coroutine() -> None: ...


def generator() -> Iterator[int]:
    yield 1


REFUSED: dict[str, tuple[Any, str]] = {
    "object": (object(), "register_type(object, encode"),
    "plain instance": (Plain(), "register_type(Plain, encode"),
    "int subclass": (Number(4), "register_type(Number)"),
    "str subclass": (Name("x"), "store str(value)"),
    "dict subclass": (Settings(a=1), "store dict(value)"),
    "lambda": (lambda: 1, "a function is code"),
    "builtin function": (len, "a function is code"),
    "method": ("x".upper, "a function is code"),
    "class": (Box, "a class is code"),
    "module": (re, "a module is code"),
    "generator": (generator(), "store list(it)"),
    "iterator": (iter([1]), "cannot be"),
    "dict view": ({1: 2}.keys(), "cannot be"),
    "lock": (threading.Lock(), "belongs to this process"),
    "reentrant lock": (threading.RLock(), "belongs to this process"),
    "event": (threading.Event(), "cannot be"),
    "open file": (io.StringIO(), "open file"),
    "memoryview": (memoryview(b"x"), "store bytes(it)"),
    "logger": (logging.getLogger(), "cannot be"),
    "secret": (Login(user="a", token=SecretStr("hunter2")).token, "it is a secret"),
    "secret bytes": (SecretBytes(b"hunter2"), "it is a secret"),
    "object array": (np.array([None]), ".tolist()"),
    "masked array": (np.ma.array([1]), "MaskedArray"),
    "array with metadata": (np.zeros(1, np.dtype("f8", metadata={"a": 1})), "metadata"),
    "sparse series": (pd.Series(pd.arrays.SparseArray([0, 1])), "Arrow cannot hold it"),
    "index on holidays": (
        pd.date_range("2020", periods=2, freq=pd.offsets.CustomBusinessDay(holidays=["2020-01-02"])),
        "frequency",
    ),
    "default factory": (collections.defaultdict(lambda: 1), "default factory"),
    "instance that raises": (Odd(), "reading it raised OSError: not today"),
    "packed bytes": (ormsgpack.Fragment(b"\x01"), "piece of another encoding"),
    "extension type": (ormsgpack.Ext(57, b""), "piece of another encoding"),
    "zone from a file": (None, "use ZoneInfo(name)"),
}


@pytest.fixture(params=REFUSED)
def refused(request: pytest.FixtureRequest) -> tuple[Any, str]:
    value, reason = REFUSED[request.param]
    return (nameless_zone() if value is None else value), reason


def nameless_zone() -> Any:
    from importlib.resources import files
    from zoneinfo import TZPATH, ZoneInfo

    paths = [Path(root, "UTC") for root in TZPATH] + [Path(str(files("tzdata") / "zoneinfo" / "UTC"))]
    with next(path for path in paths if path.exists()).open("rb") as file:
        return ZoneInfo.from_file(file)


def test_what_cannot_be_stored_is_refused_with_a_reason(refused: tuple[Any, str]) -> None:
    value, reason = refused
    with pytest.raises(NotStorable) as caught:
        dump(value, "output")
    assert caught.value.path == "output"
    assert reason in caught.value.reason
    assert "hunter2" not in str(caught.value)


def test_the_path_leads_to_the_innermost_part(refused: tuple[Any, str]) -> None:
    value, reason = refused
    with pytest.raises(NotStorable) as caught:
        dump({"a": 1, "rows": [0, (1, {"part": value})]}, "output")
    assert caught.value.path == "output.rows[1][1].part"
    assert reason in caught.value.reason


LOCK = threading.Lock()


@dataclasses.dataclass(slots=True)
class Slots:
    lock: Any


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"rows": [1, 2, 3, {"lock": LOCK}]}, "output.rows[3].lock"),
        ({"not a name": LOCK}, "output['not a name']"),
        ({1: LOCK}, "output[1]"),
        ({(1, len): 1}, "output[(1, <built-in function len>)] (the key)[1]"),
        ({"a" * 100: LOCK}, f"output.{'a' * 100}"),
        (Box(1, [LOCK]), "output.things[0]"),
        (Slots(LOCK), "output.lock"),
        (Pair(1, LOCK), "output.second"),  # type: ignore[arg-type]  # a wrong type is what is stored wrongly
        (Handle(name="x"), "output._lock"),
        ([Login(user="a", token=SecretStr("hunter2"))], "output[0].token"),
        ({"x": collections.deque([1, LOCK])}, "output.x[1]"),
        ({"x": collections.OrderedDict(a=LOCK)}, "output.x.a"),
        ([ValueError("x", LOCK)], "output[0].args[1]"),
        ({Color.RED: {1: [LOCK]}}, "output[<Color.RED: 1>][1][0]"),
        ({"frame": pd.DataFrame({"a": [LOCK]})}, "output.frame"),
    ],
)
def test_paths_read_like_python(value: Any, path: str) -> None:
    with pytest.raises(NotStorable) as caught:
        dump(value, "output")
    assert caught.value.path == path


def test_an_element_of_a_set_is_named_by_its_repr() -> None:
    with pytest.raises(NotStorable) as caught:
        dump({1, len}, "output")
    assert caught.value.path == "output[<built-in function len>]"


class Wrapper:
    def __init__(self, inner: object) -> None:
        self.inner = inner


register_type(Wrapper, encode=lambda wrapper: {"inner": wrapper.inner}, decode=lambda data: Wrapper(**data))


def test_the_path_goes_through_an_encode_of_the_users() -> None:
    with pytest.raises(NotStorable) as caught:
        dump([Wrapper([LOCK])], "output")
    assert caught.value.path == "output[0].encode().inner[0]"


def test_circles_are_refused_at_the_place_where_they_close() -> None:
    circle: list[Any] = [1]
    circle.append({"again": circle})
    with pytest.raises(NotStorable) as caught:
        dump({"circle": circle}, "output")
    assert (caught.value.path, caught.value.reason) == ("output.circle[1].again", "it contains itself")


def test_circles_with_many_ways_round_are_refused_at_once() -> None:
    box = Box(1)
    box.things = [box, [box, box], {"a": box}]
    both: list[Any] = []
    both += [both, (both,), both]
    for value in (box, both):
        with pytest.raises(NotStorable):
            dump(value)


def test_a_refusal_deep_among_many_objects_is_found_in_time() -> None:
    value: Any = LOCK
    for _ in range(60):
        value = [Box(1, [value]), "\ud800", (1,)]
    with pytest.raises(NotStorable, match="belongs to this process"):
        dump(value)


def test_an_interrupt_while_a_value_is_read_is_not_swallowed() -> None:
    def interrupted(value: object) -> object:
        raise KeyboardInterrupt  # as a signal does at a bad moment

    class Slow:
        pass

    register_type(Slow, encode=interrupted, decode=interrupted)
    with pytest.raises(KeyboardInterrupt):
        dump([(Slow(),)])


def test_a_coroutine_is_refused() -> None:
    waiting = coroutine()
    with pytest.raises(NotStorable, match="await it"):
        dump(waiting)
    waiting.close()


async def test_a_task_and_a_socket_are_refused() -> None:
    task = asyncio.current_task()
    with socket.socket() as connection:
        for value in (task, connection):
            with pytest.raises(NotStorable):
                dump([value])
