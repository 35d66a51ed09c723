"""The extension codes of stored values: one number per kind.

This table is append-only. A code means the same for ever, because logs outlive versions: never change the
meaning of a number, never give a number away again, never change how the body behind a number is laid out.
A new layout is a new code.
"""

from __future__ import annotations

from typing import Final

# Plain values that MessagePack cannot spell
SURROGATES: Final = 1  # a str with lone surrogates
BIG_INT: Final = 2  # an int outside 64 bits
BYTEARRAY: Final = 3
COMPLEX: Final = 4
DEEP: Final = 5  # a list or dict nested deeper than the packer goes in one breath
PAIRS: Final = 6  # a dict with keys other than str and int

# Containers
TUPLE: Final = 10
SET: Final = 11
FROZENSET: Final = 12
DEQUE: Final = 13
ORDERED_DICT: Final = 14
DEFAULT_DICT: Final = 15
COUNTER: Final = 16
RANGE: Final = 17
SLICE: Final = 18
NAMESPACE: Final = 19

# Scalars of the standard library
DATETIME: Final = 30
DATE: Final = 31
TIME: Final = 32
TIMEDELTA: Final = 33
TIMEZONE: Final = 34
ZONE_INFO: Final = 35
DECIMAL: Final = 36
FRACTION: Final = 37
UUID: Final = 38
PATH: Final = 39
PATTERN: Final = 40
IP_ADDRESS: Final = 41

# Instances of classes: the body is a list that begins with the class's registered name
ENUM: Final = 50
DATACLASS: Final = 51
NAMED_TUPLE: Final = 52
MODEL: Final = 53
SUBCLASS: Final = 54  # of str, int, float, bytes, list, dict … registered by name
CUSTOM: Final = 55  # registered with an encode and a decode of its own
URL: Final = 56  # pydantic's URLs
EXCEPTION: Final = 57

# NumPy, pandas
ARRAY: Final = 70
ARRAY_SCALAR: Final = 71
FRAME: Final = 72
COLUMN: Final = 73  # a pandas Series; `Series` is another thing here
INDEX: Final = 74
TIMESTAMP: Final = 75
PANDAS_TIMEDELTA: Final = 76
PANDAS_MISSING: Final = 77  # NaT and NA
PERIOD: Final = 78
INTERVAL: Final = 79

# Inside events only
ENCODED: Final = 100
EXTERNAL: Final = 101
TABLE: Final = 102
SERIES: Final = 103
SOURCE: Final = 104
ELEMENT: Final = 105

NAMES: Final = {
    code: name.lower().replace("_", "-") for name, code in sorted(globals().items()) if isinstance(code, int)
}
"""What people call each kind."""

NAMED: Final = frozenset({ENUM, DATACLASS, NAMED_TUPLE, MODEL, SUBCLASS, CUSTOM, URL})
"""Kinds whose body begins with the name of a class."""
