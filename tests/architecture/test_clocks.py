"""Time, randomness and ids are arguments: one module looks at a clock; any other is named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import PACKAGES, modules, named

CLOCKS = frozenset(
    {
        *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
        *(f"time.{name}" for name in ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")),
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        "datetime.date.today",
        *(f"uuid.{name}" for name in ("uuid1", "uuid4", "uuid6", "uuid7")),
        "os.urandom",
    }
)
DICE = ("random", "secrets")

# What each module may look at. Name one here only if what it sees can never change what a run means.
MAY_LOOK = {
    "engines/effects.py": {*CLOCKS, *DICE},  # the one place where time, randomness and ids enter a run
    "stores/database.py": {"time.monotonic"},  # how soon it is noticed that the store's file was deleted
}


def looks(text: str) -> Iterator[tuple[int, str]]:
    """Each clock or die that the module's text reads: its line and its dotted name."""
    tree = ast.parse(text)
    names = dict(imported_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            dotted = dotted_name(node, names)
            if dotted in CLOCKS or dotted.partition(".")[0] in DICE:
                yield node.lineno, dotted


def imported_names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What each imported name stands for: `import datetime as dt` gives `("dt", "datetime")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def dotted_name(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted_name(node.value, names)}.{node.attr}"
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def roots(dotted: str) -> set[str]:
    """The name itself and the module it comes from, for `random.random` is allowed with `random`."""
    return {dotted, dotted.partition(".")[0]}


def test_only_the_named_modules_look_at_a_clock_or_roll_dice() -> None:
    found = [
        f"{named(path)}:{line}: {dotted}"
        for path in modules("playhead")
        for line, dotted in looks(path.read_text("utf-8"))
        if not MAY_LOOK.get(path.relative_to(PACKAGES["playhead"]).as_posix(), set()) & roots(dotted)
    ]
    assert found == [], "take the time, the id or the random number as an argument"


def test_every_named_module_does_look() -> None:
    for name in MAY_LOOK:
        assert list(looks((PACKAGES["playhead"] / name).read_text("utf-8"))), f"{name} need not be named"


def test_a_look_is_noticed_however_it_is_imported() -> None:
    text = """
import datetime as dt, random, time, uuid
from time import monotonic as tick
from datetime import datetime
dt.datetime.now(dt.UTC)
random.random()
later(time.time)
uuid.uuid4()
tick()
datetime.now()
datetime.fromisoformat(text); time.sleep(1); self.time.time()
"""
    assert sorted(dotted for _, dotted in looks(text)) == [
        "datetime.datetime.now",
        "datetime.datetime.now",
        "random",
        "random.random",
        "time.monotonic",
        "time.time",
        "uuid.uuid4",
    ]
