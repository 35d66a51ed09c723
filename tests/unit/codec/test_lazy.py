"""The codec loads a heavy library only when a value of its kind is met."""

from __future__ import annotations

import subprocess
import sys

import pytest

from playhead.codec.values import dump
from playhead.machine.payload import Encoded
from tests.unit.codec.kinds import EXACT, Item

HEAVY = ("pydantic", "pydantic_core", "numpy", "pandas", "pyarrow", "decimal", "fractions", "ipaddress", "zoneinfo")

READING = """
import sys
from playhead.codec import blobs, errors, events, registry, values
from playhead.machine.payload import Encoded
registry.register_schema(dict[str, int])
values.load(values.dump({"a": [1, (2,)]}))
errors.load_error(errors.dump_error(ValueError("x")))
print(*(name for name in HEAVY if name in sys.modules))
value = values.load(Encoded(bytes.fromhex(DATA)))
print(*(name for name in HEAVY if name in sys.modules))
print(type(value).__name__)
"""


def lines_of(payload: Encoded) -> list[str]:
    code = f"HEAVY = {HEAVY!r}\nDATA = {payload.data.hex()!r}\n{READING}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("kind", "loads", "type_name"),
    [
        ("none", "", "NoneType"),
        ("fraction", "fractions", "Fraction"),
        ("array", "numpy", "ndarray"),
        ("range index", "numpy pandas", "RangeIndex"),
        ("frame", "numpy pandas pyarrow", "DataFrame"),
    ],
)
def test_a_library_is_loaded_when_its_kind_is_met(kind: str, loads: str, type_name: str) -> None:
    before, after, name = lines_of(dump(EXACT[kind]))
    assert before == ""
    assert set(loads.split()) <= set(after.split())
    assert loads or not after
    assert name == type_name


def test_a_model_of_an_unknown_class_does_not_even_load_pydantic() -> None:
    before, after, name = lines_of(dump(Item(sku="a")))
    assert before == ""
    assert "pydantic" not in after
    assert name == "Opaque"
