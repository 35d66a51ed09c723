"""Exceptions of every sort, by name: each process makes its own, and they are to be the same everywhere."""

from __future__ import annotations

import asyncio
import json
import subprocess
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pydantic

from playhead import Context, NonRetryableError, TripWire, register_type, step
from tests.identity.ours import OUR_ERRORS, example


class KeywordOnly(Exception):
    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Forgetful(Exception):
    """Calls no constructor of a base class."""

    def __init__(self, a: int, b: int) -> None:
        self.total = a + b


class Fussy(Exception):
    """May be made once only, and lets nobody set anything."""

    made = False

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        if type(self).made:
            raise RuntimeError("made twice")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


class WithSlots(Exception):
    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        super().__init__("somewhere")
        self.place = place


class Path(OSError):
    """An OSError with a constructor of its own."""

    def __init__(self, path: str) -> None:
        super().__init__(2, "no such thing", path)
        self.hint = "look elsewhere"


class Group(ExceptionGroup[Exception]):
    code: int

    def __new__(cls, exceptions: list[Exception], code: int) -> Group:
        self = super().__new__(cls, f"code {code}", exceptions)
        self.code = code
        return self

    def derive(self, exceptions: Any) -> Group:
        return Group(exceptions, self.code)


@register_type
@dataclass
class Place:
    line: int


@dataclass
class AsDataclass(Exception):
    place: Place
    text: str = "here"

    __hash__ = Exception.__hash__


class Reduced(Exception):
    """Would be pickled as another thing."""

    def __reduce__(self) -> Any:
        return str, ("pickled",)


class Outer:
    class Inner(Exception):
        pass


class FinalOfMine(NonRetryableError):
    def __init__(self, *, why: str) -> None:
        super().__init__(why)
        self.why = why


class Model(pydantic.BaseModel):
    n: int


def raised(function: Callable[..., Any], *arguments: Any) -> BaseException:
    try:
        function(*arguments)
    except BaseException as error:
        return error.with_traceback(None)
    raise AssertionError("it did not fail")


def fussy() -> BaseException:
    Fussy.made = False
    try:
        return Fussy("a", 1)
    finally:
        Fussy.made = True


def chained() -> BaseException:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise KeywordOnly(code=2) from first
    except KeywordOnly as error:
        error.add_note("while chaining")
        return error


def in_context() -> BaseException:
    try:
        try:
            int("x")
        except ValueError:
            raise Forgetful(1, 2)  # noqa: B904  # the context is wanted
    except Forgetful as error:
        return error


def from_none() -> BaseException:
    try:
        try:
            int("x")
        except ValueError:
            raise WithSlots("here") from None
    except WithSlots as error:
        return error


def noted() -> BaseException:
    error = AsDataclass(Place(3))
    error.add_note("first note")
    error.add_note("second \udc80 note")
    return error


def grouped() -> BaseException:
    inner = Group([KeywordOnly(code=1), chained()], 5)  # type: ignore[list-item]  # it is one
    return BaseExceptionGroup("outer", [inner, KeyboardInterrupt(), ExceptionGroup("empty", [ValueError(1)])])


def group_of_tuple() -> BaseException:
    return ExceptionGroup("several", (ValueError(1), KeyError(2)))


def invalid() -> BaseException:
    error = raised(Model.model_validate, {"n": "x"})
    error.hint = "mine"  # type: ignore[attr-defined]  # any attribute may be set
    return error


def with_attributes() -> BaseException:
    error = ValueError("x", 1, [2], {"a": (3,)})
    error.place = Place(4)  # type: ignore[attr-defined]  # any attribute may be set
    error.other = KeywordOnly(code=3)  # type: ignore[attr-defined]  # likewise
    return error


CORPUS: dict[str, Callable[[], BaseException]] = {
    "bare": Exception,
    "value": with_attributes,
    "key": lambda: KeyError("k"),
    "index": lambda: IndexError("list index out of range"),
    "zero": lambda: raised(lambda: 1 // 0),
    "interrupt": lambda: KeyboardInterrupt("now"),
    "exit": lambda: SystemExit(3),
    "generator exit": GeneratorExit,
    "stop": lambda: StopIteration("v"),
    "cancelled": lambda: asyncio.CancelledError("why"),
    "timeout": TimeoutError,
    "os": lambda: OSError(2, "no"),
    "file": lambda: raised(open, "/no/such/file"),
    "two files": lambda: FileExistsError(17, "both", "a", None, "b"),
    "blocking": lambda: BlockingIOError(11, "wait", 5),
    "own os": lambda: Path("f.txt"),
    "decode": lambda: raised(b"\xff".decode),
    "encode": lambda: raised("\udc80".encode),
    "import": lambda: ImportError("x", name="n", path="p"),
    "name": lambda: NameError("x", name="n"),
    "syntax": lambda: SyntaxError("bad", ("f.py", 1, 2, "text", 1, 3)),
    "json": lambda: raised(json.loads, "{"),
    "process": lambda: subprocess.CalledProcessError(1, ["ls"], b"out", b"err"),
    "http": lambda: urllib.error.URLError("gone", "f"),
    "warning": lambda: DeprecationWarning("old"),
    "pydantic": invalid,
    "keyword only": lambda: KeywordOnly(code=7),
    "forgetful": lambda: Forgetful(1, 2),
    "fussy": fussy,
    "slots": lambda: WithSlots("here"),
    "dataclass": lambda: AsDataclass(Place(1), "there"),
    "reduced": lambda: Reduced("x"),
    "inner": lambda: Outer.Inner("nested"),
    "chain": chained,
    "context": in_context,
    "from none": from_none,
    "notes": noted,
    "group": grouped,
    "group of a tuple": group_of_tuple,
    "trip wire": lambda: TripWire("stop", retry=True, metadata={"a": (1,)}),
    "final": lambda: FinalOfMine(why="no use"),
    **{cls.__name__: lambda cls=cls: example(cls) for cls in OUR_ERRORS},
}


@step
def fail(name: str, ctx: Context[Any]) -> None:
    raise CORPUS[name]()
