"""Stories: what can be told of a run by looking at it, without the order in which things happened.

Two tellings of one program under the same answers are the same story, whoever ran it and however it was
interrupted. The only thing that the order may decide is how far a foreach of several at a time had come when one
of its items ended it: those places are ``unsure``, and left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from tests.properties.descriptions import Path, state_key

Effect = tuple[str, Path]
"""Something that code of the program did: ("body", path), ("branch", (*scope, "entry 2")) ..."""


class Blame(NamedTuple):
    """An error: its class, its text (None where the words are the engine's own) and attribute ``mark``, and the
    place it came from."""

    kind: str
    text: str | None
    mark: Any
    at: Path | None


@dataclass(frozen=True)
class Place:
    """What is told of one place. ``attempts`` is told of steps only."""

    status: str
    input: Any = None
    output: Any = None
    error: Blame | None = None
    attempts: int | None = None
    question: Any = None
    answer: Any = None


@dataclass(frozen=True)
class Story:
    status: str
    output: Any = None
    error: Blame | None = None
    state: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    waiting: list[tuple[Path, Any, tuple[str, ...]]] = field(default_factory=list)
    effects: Counter[Effect] = field(default_factory=Counter)

    def without(self, unsure: frozenset[Path]) -> Story:
        """The story without what happened at or below these places."""
        if not unsure:
            return self
        keys = {state_key(path) for path in unsure}
        return replace(
            self,
            state={key: value for key, value in self.state.items() if not keys & set(_prefixes(key.split("/")))},
            places={path: place for path, place in self.places.items() if not is_below(path, unsure)},
            effects=Counter({effect: n for effect, n in self.effects.items() if not is_below(effect[1], unsure)}),
        )


def _prefixes(parts: list[str]) -> list[str]:
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


def is_below(path: Path, places: frozenset[Path]) -> bool:
    """Whether ``path`` is one of ``places`` or stands in one."""
    return any(path[: length + 1] in places for length in range(len(path)))


def differences(told: Story, expected: Story) -> list[str]:
    """Where two stories differ, one line each."""
    found = []
    for part in fields(Story):
        ours, theirs = getattr(told, part.name), getattr(expected, part.name)
        if ours == theirs:
            continue
        if not isinstance(ours, dict):
            found.append(f"{part.name}: {ours!r} instead of {theirs!r}")
            continue
        for key in [*theirs, *(key for key in ours if key not in theirs)]:
            if ours.get(key) != theirs.get(key):
                found.append(f"{part.name} at {key}: {ours.get(key)!r} instead of {theirs.get(key)!r}")
    return found
