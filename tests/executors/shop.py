"""A module that the steps use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playhead import Context


@dataclass
class Receipt:
    total: int


@dataclass
class Voucher:
    """Is never stored by the process of the tests, which therefore learns of it from a worker."""

    total: int


def look_back(ctx: Context[Any], name: str) -> Any:
    return ctx.result_of(name)


def look_at_input(ctx: Context[Any]) -> Any:
    return ctx.input_data
