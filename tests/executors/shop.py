"""A module that the steps use: it is loaded in another process only if something there imports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playhead import Context, register_type


@dataclass
class Receipt:
    total: int


class Money:
    """Neither a dataclass nor a model: only its own encode can take it apart."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and other.cents == self.cents

    __hash__ = None  # type: ignore[assignment]  # equal by value


register_type(Money, name="money", encode=lambda money: money.cents, decode=Money)


def look_back(ctx: Context[Any], name: str) -> Any:
    return ctx.result_of(name)


def look_at_input(ctx: Context[Any]) -> Any:
    return ctx.input_data
