"""What people did wrong, in one line."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from playhead.errors import DefinitionFault
from playhead_kernel.refusals import in_one_line, one_line, unknown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one line", "one line"),
        ("Invalid input:\n- n: a number\n- m: missing", "Invalid input: n: a number; m: missing"),
        ("First.\n\n  Second.  \n", "First.; Second."),
        ("", ""),
    ],
)
def test_the_lines_of_a_message_become_one(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("name", "known", "message"),
    [
        ("pirce", ["price", "ship"], "There is no step 'pirce': did you mean 'price'?"),
        ("zzz", ["price", "ship"], "There is no step 'zzz'; there is price, ship."),
        ("zzz", [], "There is no step 'zzz'."),
        ("zzz", map(str, range(20)), "There is no step 'zzz'; there is 0, 1, 2, 3, 4, 5, 6, 7, …."),
    ],
)
def test_the_nearest_right_name_is_said_or_all_if_they_are_few(name: str, known: list[str], message: str) -> None:
    assert str(unknown("step", name, known)) == message


def test_a_hint_stands_at_the_end() -> None:
    assert str(unknown("run", "x", ["y"], "%workflow ls lists all.")).endswith("there is y. %workflow ls lists all.")


def test_what_the_runtime_refuses_becomes_one_red_line_and_keeps_its_cause() -> None:
    fault = DefinitionFault("Two faults:", ["a", "b"])
    with pytest.raises(UsageError) as refused, in_one_line():
        raise fault
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is fault


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), in_one_line():
        raise KeyError("x")
