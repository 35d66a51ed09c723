"""A module that no step's module imports: it is loaded in a worker only if the worker is told to."""

from __future__ import annotations

from dataclasses import dataclass

from playhead import register_type


@dataclass
class Crate:
    weight: int


class Rotten(Exception):
    """Of a class that is only met in a value."""

    def __init__(self, *, crate: Crate) -> None:
        super().__init__("rotten")
        self.crate = crate


class Money:
    """Neither a dataclass nor a model: only its own encode can take it apart."""

    def __init__(self, cents: int) -> None:
        self.cents = cents


register_type(Money, name="money", encode=lambda money: money.cents, decode=Money)
