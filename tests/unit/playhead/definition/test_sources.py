"""A source's hash changes with what a function does, and with nothing else."""

from __future__ import annotations

import functools
import gc
import inspect
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from playhead import Step, step
from playhead.definition import sources
from playhead.definition.sources import written


def hashed(text: str, name: str = "f") -> str:
    return written(made(text, name)).hash


def made(text: str, name: str = "f") -> Callable[..., Any]:
    """The function that ``text`` defines, its source known as that of a notebook's cell is."""
    import linecache

    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    found: dict[str, Any] = {"functools": functools}
    exec(compile(text, file, "exec"), found)
    function: Callable[..., Any] = found[name]
    return function


PLAIN = "def f(n):\n    return n + 1\n"


@pytest.mark.parametrize(
    "same",
    [
        "def f(n):\n    # one more\n    return n + 1\n",
        "def f(n):\n\n    return (n+1)\n",
        'def f(n):\n    """One more."""\n    return n + 1\n',
        "@functools.lru_cache\ndef f(n):\n    return n + 1\n",
        "if True:\n    def f(n):\n        return n + 1\n",
    ],
)
def test_what_does_the_same_has_the_same_hash(same: str) -> None:
    assert hashed(same) == hashed(PLAIN)


@pytest.mark.parametrize(
    "other", ["def f(n):\n    return n + 2\n", "def f(m):\n    return m + 1\n", "def f(n=0):\n    return n + 1\n"]
)
def test_what_does_something_else_has_another_hash(other: str) -> None:
    assert hashed(other) != hashed(PLAIN)


def test_a_string_that_is_no_docstring_counts() -> None:
    assert hashed("def f(n):\n    return 'a'\n") != hashed("def f(n):\n    return 'b'\n")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "def f(n): return n\n",
        "def f(\n    n,\n):\n    return n\n",
        "@functools.cache\n@functools.lru_cache(\n    1,\n)\nasync def f(n):\n    return n\n",
        "if True:\n\n    def f(n):\n\n        return n\n\n    # of what comes next\n    f = f\n",
        "def f(n):\n    return n\n    # the end of it\n# of what comes next\n",
        "def f(n):\n# set out\n    return [\n        n\n]\n",
        'def f(n):\n    return """\n\ndef g(n):\n    return 1\n"""\n',
        "def f(n):\n    return n + \\\n1\n",
        "def f(n):\n\treturn n\n",
    ],
)
def test_the_text_of_a_def_is_all_of_it_and_nothing_else(text: str) -> None:
    function = made(f"def before():\n    pass\n\n\n{text}\n\ndef after():\n    pass\n")
    unwrapped = inspect.unwrap(function)
    assert written(unwrapped).text == textwrap.dedent(inspect.getsource(unwrapped))


def test_a_lambda_is_its_expression_wherever_it_stands() -> None:
    first = hashed("f = lambda n: n > 1\n")
    assert hashed("x = 1\nf = (lambda n:\n     n  >  1)  # enough\n") == first
    assert hashed("f = lambda n: n > 2\n") != first
    assert written(made("f = lambda n: n > 1\n")).text == "n > 1"


def test_lambdas_that_share_a_line_are_told_apart() -> None:
    text = "f, g = lambda n: n > 1, lambda n: n > 2\n"
    assert hashed(text, "f") != hashed(text, "g")


def test_a_partial_counts_what_it_was_given() -> None:
    def add(m: int, n: int) -> int:
        return m + n

    hashes = {written(functools.partial(add, m)).hash for m in (1, 2)} | {written(add).hash}
    assert len(hashes) == 3
    assert written(functools.partial(add, 1)).hash in hashes


def test_where_there_is_no_source_the_code_counts() -> None:
    def typed(text: str) -> Callable[..., Any]:
        found: dict[str, Any] = {}
        exec(text, found)
        function: Callable[..., Any] = found["f"]
        return function

    assert written(typed(PLAIN)).text is None
    assert written(typed(PLAIN)).hash == written(typed(PLAIN)).hash
    inner = "def f():\n    return [(lambda: {})() for _ in '']\n"
    assert written(typed(inner.format(1))).hash != written(typed(inner.format(2))).hash
    assert written(typed(inner.format(1))).hash == written(typed(inner.format(1))).hash
    assert written(len).hash != written(max).hash


def test_what_one_def_makes_again_and_again_is_read_once_and_forgotten_with_it() -> None:
    def adding(m: int) -> Callable[[int], int]:
        return lambda n: m + n

    assert written(adding(1)) is written(adding(2))
    gc.collect()  # what other tests have left must not be forgotten meanwhile
    known = len(sources._KNOWN)
    made("def f(n):\n    return n\n")
    written(made("def f(n):\n    return -n\n"))
    gc.collect()
    assert len(sources._KNOWN) == known


def test_a_callable_object_is_its_call() -> None:
    class Adds:
        def __init__(self, m: int) -> None:
            self.m = m

        def __call__(self, n: int) -> int:
            return self.m + n

    assert "self.m + n" in (written(Adds(1)).text or "")


def test_a_version_marks_a_step_as_changed() -> None:
    def work(n: int) -> int:
        return n

    assert Step(work, version="1").source_hash != Step(work, version="2").source_hash
    assert Step(work).source_hash == step(work).source_hash


@pytest.mark.parametrize("seed", ["0", "1"])
def test_a_hash_is_the_same_in_every_process(seed: str) -> None:
    code = (
        "import linecache\n"
        f"text = {PLAIN!r}\n"
        "linecache.cache['<c>'] = (len(text), None, text.splitlines(keepends=True), '<c>')\n"
        "exec(compile(text, '<c>', 'exec'))\n"
        "from playhead.definition.sources import written\n"
        "print(written(f).hash)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
    )
    assert done.stdout.strip() == "574645056ce8c8f1"  # pinned: it stands in stored logs, whatever Python wrote them
