"""Exceptions come back as themselves, without their constructors being called, whatever they are."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import subprocess
import sys
import textwrap
import threading
import urllib.error
from email.message import Message
from types import ModuleType
from typing import Any

import numpy as np
import pydantic
import pydantic_core
import pytest
from pydantic import BaseModel, TypeAdapter, field_validator, model_validator

from playhead import errors
from playhead.codec import registry
from playhead.codec.errors import dump_error, load_error, traceback_text
from playhead.codec.values import dump, load
from playhead.errors import Issue, UnknownError
from playhead.machine.payload import Encoded, Payload, Series
from tests.identity.ours import OUR_ERRORS, example
from tests.unit.codec.same import same


class KeywordOnly(Exception):
    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Forgetful(Exception):
    def __init__(self, a: int, b: int) -> None:
        self.total = a + b


class Fussy(Exception):
    """Everything that a constructor could do wrong when called for no reason."""

    made = 0

    def __new__(cls, *args: object) -> Fussy:
        cls.made += 1
        return super().__new__(cls, *args)

    def __init__(self, *args: object) -> None:
        type(self).made += 1
        super().__init__(*args)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)

    @property
    def args(self) -> Any:
        raise OSError("not these")


class WithSlots(Exception):
    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        super().__init__("somewhere")
        self.place = place


class OwnOSError(OSError):
    def __init__(self, path: str) -> None:
        super().__init__(2, "no such thing", path)
        self.hint = "look elsewhere"


class OwnGroup(ExceptionGroup[Exception]):
    def __new__(cls, exceptions: list[Exception], code: int) -> OwnGroup:
        self = super().__new__(cls, f"code {code}", exceptions)
        self.code = code
        return self

    code: int

    def derive(self, exceptions: Any) -> OwnGroup:
        return OwnGroup(exceptions, self.code)


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError

    __repr__ = __str__


class Outer:
    class Inner(Exception):
        pass


def url_error() -> BaseException:
    return urllib.error.HTTPError("http://a", 404, "gone", Message(), None)


def raised(function: Any, *args: Any) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is, it is what the test wants
        function(*args)
    return caught.value


SIMPLE: list[BaseException] = [
    Exception(),
    ValueError("x", 1, [2], {"a": (3,)}),
    KeyError("k"),
    KeyboardInterrupt(),
    SystemExit(3),
    StopIteration("v"),
    StopAsyncIteration(),
    asyncio.CancelledError("why"),
    TimeoutError(),
    OSError("only text"),
    OSError(2, "no"),
    FileNotFoundError(2, "no", "f.txt"),
    FileExistsError(17, "both", "a", None, "b"),
    BlockingIOError(11, "wait", 5),
    OwnOSError("f.txt"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
    UnicodeEncodeError("ascii", "\udc80", 0, 1, "bad"),
    UnicodeTranslateError("ü", 0, 1, "bad"),
    ImportError("x", name="n", path="p"),
    NameError("x", name="n"),
    AttributeError("x", name="n"),
    SyntaxError("bad", ("f.py", 1, 2, "text", 1, 3)),
    raised(json.loads, "{"),
    subprocess.CalledProcessError(1, ["ls"], b"out", b"err"),
    np.exceptions.AxisError("axis"),
    np.linalg.LinAlgError("singular"),
    DeprecationWarning("old"),
    KeywordOnly(code=7),
    Forgetful(1, 2),
    WithSlots("here"),
    Outer.Inner("nested"),
]

MEMBERS = (
    "filename",
    "filename2",
    "errno",
    "strerror",
    "name",
    "path",
    "value",
    "code",
    "encoding",
    "object",
)
MORE_MEMBERS = (
    "start",
    "end",
    "reason",
    "lineno",
    "offset",
    "text",
    "end_lineno",
    "end_offset",
    "msg",
    "axis",
)


def facts(error: BaseException) -> dict[str, Any]:
    """All that can be seen of an exception, but for its traceback."""
    found = {name: getattr(error, name, None) for name in (*MEMBERS, *MORE_MEMBERS, "characters_written", "place")}
    return {
        **found,
        **vars(error),
        "class": type(error),
        "args": BaseException.args.__get__(error),
        "repr": repr(error),
    }  # type: ignore[attr-defined]  # a descriptor, whatever its type says


@pytest.mark.parametrize("error", SIMPLE, ids=lambda error: type(error).__name__)
def test_an_exception_comes_back_as_itself(error: BaseException) -> None:
    again = load_error(dump_error(error))
    assert facts(again) == facts(error)
    assert str(again) == str(error)


@pytest.mark.parametrize("error", SIMPLE, ids=lambda error: type(error).__name__)
def test_an_exception_in_a_value_comes_back_as_itself(error: BaseException) -> None:
    again = load(dump({"error": [error]}))["error"][0]
    assert facts(again) == facts(error)


def test_no_constructor_and_no_setter_of_a_users_class_is_called() -> None:
    error = Fussy("a", 1)
    vars(error)["extra"] = 5
    payload = dump_error(error)
    before = Fussy.made
    again = load_error(payload)
    assert Fussy.made == before
    assert (type(again), str(again), vars(again)["extra"]) == (Fussy, "('a', 1)", 5)


@pytest.mark.parametrize("cls", OUR_ERRORS, ids=lambda cls: cls.__name__)
def test_every_error_of_ours_comes_back_as_itself(cls: type[BaseException]) -> None:
    error = example(cls)
    again = load_error(dump_error(error))
    assert facts(again) == facts(error)


def test_a_tripwire_keeps_what_it_tells_programs() -> None:
    again = load_error(dump_error(errors.TripWire("stop", retry=True, metadata={"a": (1,)})))
    assert isinstance(again, errors.TripWire)
    assert (again.reason, again.retry, again.metadata) == ("stop", True, {"a": (1,)})


# ------------------------------------------------------------------ chains, notes, groups


def chained(text: str, cause: BaseException | None) -> BaseException:
    try:
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError(text) from cause
    except ValueError as error:
        return error


def test_causes_and_contexts_are_kept() -> None:
    error = chained("second", cause=KeywordOnly(code=1))
    again = load_error(dump_error(error))
    assert isinstance(again.__cause__, KeywordOnly)
    assert isinstance(again.__context__, KeyError)
    assert again.__suppress_context__ is True


def test_a_cause_that_is_the_context_stays_one_exception() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ValueError("second") from first
    except ValueError as error:
        again = load_error(dump_error(error))
    assert again.__cause__ is again.__context__
    assert repr(again.__cause__) == "KeyError('first')"


def test_from_none_stays_from_none() -> None:
    again = load_error(dump_error(chained("second", cause=None)))
    assert (again.__cause__, again.__suppress_context__) == (None, True)
    assert isinstance(again.__context__, KeyError)


def test_notes_are_kept() -> None:
    error = ValueError("x")
    error.add_note("while reading")
    error.add_note("\udc80")
    assert load_error(dump_error(error)).__notes__ == ["while reading", "\udc80"]


def test_groups_are_kept_with_their_members() -> None:
    inner = ExceptionGroup("inner", [KeywordOnly(code=1)])
    again = load_error(dump_error(BaseExceptionGroup("outer", [inner, KeyboardInterrupt(), ValueError("v")])))
    assert isinstance(again, BaseExceptionGroup)
    assert type(again.exceptions[0]) is ExceptionGroup
    assert again.message == "outer"
    assert facts(again.exceptions[0].exceptions[0]) == facts(KeywordOnly(code=1))
    assert [type(each) for each in again.exceptions] == [ExceptionGroup, KeyboardInterrupt, ValueError]


def test_a_group_with_a_constructor_of_its_own_is_kept() -> None:
    error = OwnGroup([ValueError("v")], 5)
    again = load_error(dump_error(error))
    assert isinstance(again, OwnGroup)
    assert (again.message, again.code, repr(again.exceptions[0])) == ("code 5", 5, "ValueError('v')")


def test_circles_among_exceptions_end() -> None:
    first, second = ValueError("first"), KeyError("second")
    first.__context__, second.__context__ = second, first
    first.other, second.other = second, first  # type: ignore[attr-defined]  # any attribute may be set
    first.me = [first]  # type: ignore[attr-defined]  # likewise
    payload = dump_error(first)
    assert len(payload.data) < 2_000
    again = load_error(payload)
    assert repr(again) == "ValueError('first')"
    assert isinstance(again.__context__, KeyError)
    assert isinstance(again.__context__.__context__, UnknownError)


def test_a_long_chain_is_cut_and_says_where() -> None:
    error: BaseException = ValueError(0)
    for number in range(1, 100):
        after = ValueError(number)
        after.__cause__ = error
        error = after
    again: BaseException | None = load_error(dump_error(error))
    length = 0
    while isinstance(again, ValueError):
        length, again = length + 1, again.__cause__
    assert length == 32
    assert isinstance(again, UnknownError)
    assert again.message == "67"


def test_a_wide_group_is_cut() -> None:
    again = load_error(dump_error(ExceptionGroup("many", [ValueError(n) for n in range(1_000)])))
    assert isinstance(again, ExceptionGroup)
    kinds = [type(each) for each in again.exceptions]
    assert kinds == [ValueError] * 255 + [UnknownError] * 745


# ------------------------------------------------------------------ what cannot be stored


def test_what_cannot_be_stored_is_replaced_by_its_repr_and_a_note_says_so() -> None:
    error = ValueError("x", len)
    error.lock = threading.Lock()  # type: ignore[attr-defined]  # any attribute may be set
    error.fine = (1, 2)  # type: ignore[attr-defined]  # likewise
    again = load_error(dump_error(error))
    assert again.args == ("x", "<built-in function len>")
    assert vars(again)["fine"] == (1, 2)
    assert vars(again)["lock"].startswith("<unlocked _thread.lock")
    assert again.__notes__ == [
        "args[1] could not be stored; its repr stands in its place.",
        "lock could not be stored; its repr stands in its place.",
    ]
    assert not hasattr(error, "__notes__")


def test_only_the_part_that_cannot_be_stored_is_replaced() -> None:
    error = errors.InputInvalid([Issue(("a",), "bad", input={"x": 1, "f": len})])
    again = load_error(dump_error(error))
    assert isinstance(again, errors.InputInvalid)
    assert again.issues[0].path == ("a",)
    assert again.issues[0].input == {"x": 1, "f": "<built-in function len>"}


class Hostile:
    def __repr__(self) -> str:
        raise KeyError("no repr")

    def __getattribute__(self, name: str) -> Any:
        raise ValueError("no attribute")


def circle() -> list[Any]:
    made: list[Any] = []
    made += [made, made, (made,)]
    return made


def deep() -> list[Any]:
    made: list[Any] = []
    for _ in range(5_000):
        made = [made]
    return made


PARTS = {
    "hostile": Hostile,
    "circle": circle,
    "deep": deep,
    "long": lambda: "x" * 10**6,
    "big": lambda: 10**5_000,
    "unprintable": Unprintable,
    "function": lambda: len,
}


@pytest.mark.parametrize("name", PARTS)
def test_no_part_can_make_dumping_fail(name: str) -> None:
    part = PARTS[name]()
    error = KeywordOnly(code=1)
    error.part = part  # type: ignore[attr-defined]  # any attribute may be set
    error.__cause__ = ValueError([part], {"a": part})
    again = load_error(dump_error(error))
    assert (type(again), vars(again)["code"]) == (KeywordOnly, 1)
    assert type(again.__cause__) is ValueError


def test_an_exception_that_cannot_be_printed_is_kept() -> None:
    again = load_error(dump_error(Unprintable(1)))
    assert (type(again), again.args) == (Unprintable, (1,))


def test_an_exception_that_cannot_even_be_read_is_kept_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Exception):
        @property
        def __dict__(self) -> Any:  # type: ignore[override]  # a hostile object does what it likes
            raise OSError("nothing to see")

    again = load_error(dump_error(Broken("text")))
    assert isinstance(again, UnknownError)
    assert again.message == "text"
    assert again.type_name.endswith("Broken")


# ------------------------------------------------------------------ pydantic


class Sub(BaseModel):
    n: int

    @field_validator("n")
    @classmethod
    def not_three(cls, n: int) -> int:
        assert n != 3, "three"
        if n == 4:
            raise ValueError("four {n}")
        if n == 5:
            raise pydantic_core.PydanticCustomError("five_is_out", "five: {limit}, {{x}} {y}", {"limit": 5})
        return n

    @model_validator(mode="after")
    def not_six(self) -> Sub:
        if self.n == 6:
            raise pydantic_core.PydanticKnownError("greater_than", {"gt": 6})
        return self


def validation_failure(data: Any, json_text: str | None = None) -> pydantic.ValidationError:
    adapter = TypeAdapter(dict[str, Sub])
    validate = adapter.validate_python if json_text is None else adapter.validate_json
    error = raised(validate, data if json_text is None else json_text)
    assert isinstance(error, pydantic.ValidationError)
    return error


@pytest.mark.parametrize(
    "error",
    [
        validation_failure({"a": {"n": "x"}, "b": {}, "c": 1}),
        validation_failure({"a": {"n": 3}, "b": {"n": 4}, "c": {"n": 5}, "d": {"n": 6}}),
        validation_failure({(1, "a"): {"n": 1}}),
        validation_failure(None, "{"),
        validation_failure(None, '{"a": []}'),
        pydantic_core.ValidationError.from_exception_data("empty", []),
        pydantic_core.ValidationError.from_exception_data(
            "t", [{"type": "missing", "loc": ("a",), "input": 1}], hide_input=True
        ),
    ],
    ids=str,
)
def test_pydantic_errors_come_back_as_themselves(error: pydantic.ValidationError) -> None:
    error.add_note("a note")
    again = load_error(dump_error(error))
    assert isinstance(again, pydantic.ValidationError)
    assert again.__notes__ == ["a note"]
    assert (again.title, again.error_count()) == (error.title, error.error_count())
    for one, other in zip(again.errors(), error.errors(), strict=True):
        assert [one.get(key) for key in ("type", "loc", "msg", "input", "url")] == [
            other.get(key) for key in ("type", "loc", "msg", "input", "url")
        ]
        assert repr(one.get("ctx")) == repr(other.get("ctx"))
    assert str(again) == str(error)


def test_a_pydantic_error_about_something_unstorable_is_kept() -> None:
    again = load_error(dump_error(validation_failure({"a": len})))
    assert isinstance(again, pydantic.ValidationError)
    assert again.errors()[0]["input"] == "<built-in function len>"
    assert again.__notes__ == ["the errors could not be stored; its repr stands in its place."]


def test_other_errors_of_pydantic_are_kept_by_name_and_message() -> None:
    again = load_error(dump_error(pydantic_core.PydanticCustomError("odd", "an odd {x}", {"x": 1})))
    assert isinstance(again, UnknownError)
    assert (again.type_name, again.message) == (
        "pydantic_core._pydantic_core.PydanticCustomError",
        "an odd 1",
    )


# ------------------------------------------------------------------ classes that are not here


def forgotten(cls_text: str, raise_text: str) -> Payload:
    """An exception of a class whose module is gone again, as after a restart."""
    module = ModuleType("gone_module")
    sys.modules["gone_module"] = module
    try:
        exec(textwrap.dedent(cls_text), vars(module))
        error = eval(raise_text, vars(module))
        return dump_error(error)
    finally:
        del sys.modules["gone_module"]


GONE = """
class Gone(Exception):
    def __init__(self, a):
        super().__init__(f"gone {a}")
        self.a = a
        self.type_name = "a trap"
"""


def test_an_exception_whose_class_is_gone_tells_what_it_was() -> None:
    again = load_error(forgotten(GONE, "Gone((1, 2))"))
    assert isinstance(again, UnknownError)
    assert (again.type_name, again.message, again.a) == ("gone_module.Gone", "gone (1, 2)", (1, 2))  # type: ignore[attr-defined]  # an attribute of the original
    assert "run the cell that defines it" in str(again)


def test_an_exception_becomes_one_of_the_class_as_it_is_now() -> None:
    payload = forgotten(GONE, "Gone(1)")
    module = ModuleType("gone_module")
    exec("class Gone(Exception):\n    def __init__(self): raise RuntimeError('never')", vars(module))
    sys.modules["gone_module"] = module
    try:
        again = load_error(payload)
        assert type(again) is vars(module)["Gone"]
        assert vars(again)["a"] == 1
    finally:
        del sys.modules["gone_module"]


def test_a_local_class_is_found_in_its_own_process() -> None:
    class Local(Exception):
        pass

    assert type(load_error(dump_error(Local("x")))) is Local


def test_a_registered_exception_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Local(Exception):
        pass

    payload = dump_error(Local("x"))
    monkeypatch.setattr(registry, "_by_name", {})
    assert type(load_error(payload)) is UnknownError
    registry.register_type(Local)
    assert type(load_error(payload)) is Local


CHILD = """
import sys
from playhead.codec.errors import dump_error

class Mine(Exception):
    def __init__(self, *, code):
        super().__init__(f"code {code}")
        self.code = code

try:
    try:
        {}["k"]
    except KeyError as cause:
        raise Mine(code=7) from cause
except Mine as error:
    sys.stdout.buffer.write(dump_error(error).data)
"""


def test_an_exception_crosses_from_another_process() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, check=True)
    payload = Encoded(done.stdout)
    again = load_error(payload)
    assert isinstance(again, UnknownError)  # this process has no such class in its __main__
    assert (again.type_name, again.message, again.code) == ("__main__.Mine", "code 7", 7)  # type: ignore[attr-defined]  # an attribute of the original
    assert repr(again.__cause__) == "KeyError('k')"
    assert "Mine: code 7" in traceback_text(payload)


SPAWNED = """
import multiprocessing, sys
from playhead.codec.errors import dump_error, load_error

class Mine(Exception):
    def __init__(self, *, code):
        super().__init__(f"code {code}")
        self.code = code

def body(_):
    return dump_error(Mine(code=7)).data

if __name__ == "__main__":
    from playhead.machine.payload import Encoded
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        error = load_error(Encoded(pool.map(body, [0])[0]))
    print(type(error) is Mine, error.code)
"""


def test_a_class_of_the_main_module_crosses_from_a_spawned_process(tmp_path: Any) -> None:
    script = tmp_path / "main.py"
    script.write_text(SPAWNED)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "7"]


# ------------------------------------------------------------------ tracebacks


def failing() -> None:
    raise KeywordOnly(code=3) from ValueError("because")


def test_the_text_of_the_traceback_is_kept() -> None:
    error = raised(failing)
    payload = dump_error(error)
    text = traceback_text(payload)
    assert "in failing" in text
    assert text.endswith("KeywordOnly: code 3\n")
    assert "ValueError: because\n\nThe above exception was the direct cause" in text


class Unhashable(Exception):
    """As an exception class with an `__eq__` of its own is."""

    __hash__ = None  # type: ignore[assignment]  # as Python sets it


@pytest.mark.parametrize("error", [ValueError("builtin"), KeywordOnly(code=3), Unhashable("no hash")])
def test_a_loaded_exception_has_the_attributes_it_had_when_it_was_raised(error: Exception) -> None:
    error.note = "mine"  # type: ignore[attr-defined]  # what users do
    loaded = load_error(dump_error(error))
    assert vars(loaded) == vars(error)
    loaded.note = "changed"  # type: ignore[attr-defined]
    assert vars(loaded) == {**vars(error), "note": "changed"}
    assert copy.deepcopy(vars(loaded)) == vars(loaded)


def test_the_first_traceback_survives_being_stored_again() -> None:
    payload = dump_error(raised(failing))
    assert traceback_text(dump_error(load_error(payload))) == traceback_text(payload)


def test_a_traceback_with_undecodable_text_can_be_shown() -> None:
    assert traceback_text(dump_error(ValueError("\udc80"))).encode() == b"ValueError: \\udc80\n"


def test_a_very_long_traceback_is_cut_in_the_middle() -> None:
    text = traceback_text(dump_error(ValueError("x" * 500_000)))
    assert len(text) < 61_000
    assert "characters left out" in text


@pytest.mark.parametrize("payload", [Encoded(b""), Encoded(b"\xc1"), dump(5), Series((None,))], ids=repr)
def test_what_is_no_exception_gives_one_all_the_same(payload: Payload) -> None:
    assert isinstance(load_error(payload), UnknownError)
    assert traceback_text(payload) == ""


def test_exceptions_are_never_pickled() -> None:
    class Pickled(Exception):
        def __reduce__(self) -> Any:
            raise AssertionError("pickled")

    with pytest.raises(AssertionError):
        pickle.dumps(Pickled())
    assert type(load_error(dump_error(Pickled("x")))) is Pickled


def test_loading_gives_a_new_exception_each_time() -> None:
    payload = dump_error(ValueError([1]))
    one, other = load_error(payload), load_error(payload)
    one.args[0].append(2)
    assert same(other.args, ([1],))
