"""An exception is the same after storage, in a spawned process, and to an interpreter that reads the store."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from playhead.codec.errors import dump_error, load_error
from playhead.machine.payload import Encoded
from tests.identity.conftest import read_anew, run_id
from tests.identity.corpus import CORPUS
from tests.identity.elsewhere import raise_and_send_back
from tests.identity.telling import told

#: No function that others wait for can raise it: Python gives a RuntimeError in its place.
STOPS = {"stop"}


@pytest.mark.parametrize("name", CORPUS)
def test_an_exception_is_the_same_after_the_codec(name: str) -> None:
    error = CORPUS[name]()
    assert told(load_error(dump_error(error))) == told(error)


@pytest.mark.parametrize("name", CORPUS)
def test_an_exception_is_the_same_in_a_spawned_process_and_on_its_return(
    name: str, spawned: ProcessPoolExecutor
) -> None:
    error = CORPUS[name]()
    there, back = spawned.submit(raise_and_send_back, dump_error(error).data).result()
    assert there == told(error)
    assert told(load_error(Encoded(back))) == told(error)


@pytest.mark.parametrize("name", [name for name in CORPUS if name not in STOPS])
def test_a_failed_step_has_the_same_exception_in_a_new_interpreter(name: str, found: dict[str, str]) -> None:
    assert found[run_id(name)] == told(CORPUS[name]())


def test_a_body_cannot_raise_stop_iteration_and_so_it_is_the_cause(found: dict[str, str]) -> None:
    lines = found["stop"].splitlines()
    assert lines[0] == "class builtins.RuntimeError"
    assert "  " + told(StopIteration("v")).splitlines()[0] in lines


# ------------------------------------------------------------------ classes that are gone

GONE = {
    "keyword-only": ("tests.identity.corpus.KeywordOnly", "code 7", "attribute code = 7"),
    "own-os": ("tests.identity.corpus.Path", "[Errno 2] no such thing: 'f.txt'", "attribute hint = 'look elsewhere'"),
    "inner": ("tests.identity.corpus.Outer.Inner", "nested", "suppress False"),
    "notes": (
        "tests.identity.corpus.AsDataclass",
        "Place(line=3)",
        "attribute __notes__ = ['first note', 'second \\udc80 note']",
    ),
    "chain": ("tests.identity.corpus.KeywordOnly", "code 2", "context (the cause)"),
}


@pytest.fixture(scope="session")
def read_without_classes(store: str) -> Any:
    """What a new interpreter finds that has none of the classes, and which modules it has loaded."""
    return read_anew(store)


@pytest.mark.parametrize("name", GONE)
def test_a_class_that_is_gone_is_told_of_by_a_stand_in(name: str, read_without_classes: Any) -> None:
    type_name, message, other = GONE[name]
    lines = read_without_classes["found"][name].splitlines()
    assert lines[0] == "class playhead.errors.UnknownError"
    assert f"attribute type_name = {type_name!r}" in lines
    assert f"attribute message = {message!r}" in lines
    assert any("the class is not loaded here: run the cell that defines it" in line for line in lines)
    assert other in lines


def test_standard_exceptions_need_no_stand_in(read_without_classes: Any) -> None:
    for name in ("key", "os", "decode", "interrupt", "trip-wire", "NotStorable"):
        assert read_without_classes["found"][name] == told(CORPUS[name.replace("-", " ")]())


def test_reading_errors_imports_nothing_they_name(read_without_classes: Any) -> None:
    assert set(read_without_classes["loaded"]).isdisjoint({"tests.identity.corpus", "urllib.error"})
