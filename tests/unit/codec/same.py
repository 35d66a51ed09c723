"""When two values are the same to the last bit that Python lets us see."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel


def same(a: Any, b: Any) -> bool:
    """Same type, same content, same order of keys; NaN is NaN, and -0.0 is not 0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    if isinstance(a, pd.DataFrame | pd.Series | pd.Index):
        return same_pandas(a, b)
    if a is pd.NaT or a is pd.NA:
        return a is b
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, BaseException):
        return same(a.args, b.args) and str(a) == str(b)
    if isinstance(a, Mapping):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    if isinstance(a, deque):
        return a.maxlen == b.maxlen and same(list(a), list(b))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Enum):
        return a is b
    if isinstance(a, int | set | frozenset):
        return a == b
    if type(a).__module__.startswith("tests."):
        return same(attributes(a), attributes(b)) and (not isinstance(a, str | float) or a == b)
    return bool(a == b) and repr(a) == repr(b)


def attributes(value: Any) -> dict[str, Any]:
    """All that is known of an instance of a class of these tests."""
    slots = [name for name in getattr(type(value), "__slots__", ()) if not name.startswith("__")]
    found = {**getattr(value, "__dict__", {}), **{name: getattr(value, name) for name in slots}}
    if isinstance(value, BaseModel):
        own = (value.model_fields_set, value.__pydantic_private__, value.model_extra)
        found.update(zip(("(set)", "(private)", "(extra)"), own, strict=True))
    return found


def same_pandas(a: Any, b: Any) -> bool:
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
        return bool(a.attrs == b.attrs) and same_pandas(a.columns, b.columns)
    if isinstance(a, pd.Series):
        pd.testing.assert_series_equal(a, b, check_exact=True, check_freq=True, check_flags=True)
        return same(a.attrs, b.attrs) and same(a.name, b.name)
    pd.testing.assert_index_equal(a, b, exact=True)
    return bool(getattr(a, "freq", None) == getattr(b, "freq", None)) and same(list(a), list(b))
