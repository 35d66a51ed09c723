"""Inputs: what flows into a place, loaded, validated, and recorded only where it differs from what is known."""

from __future__ import annotations

from typing import Any

from playhead.codec.values import dump, load
from playhead.definition.schema import Schema
from playhead.errors import InputInvalid
from playhead.machine.events import Source
from playhead.machine.payload import Element, Encoded, Payload
from playhead.machine.snapshot import Snapshot


class Lists:
    """Items of foreach inputs, each handed out once, so that a long list is decoded once and not per item."""

    __slots__ = ("_split",)

    def __init__(self) -> None:
        self._split: dict[int, tuple[Payload, dict[int, Any]]] = {}

    def load(self, payload: Payload | None) -> Any:
        """The value of ``payload``, which nobody else holds."""
        if payload is None:
            return None
        if not isinstance(payload, Element):
            return load(payload)
        _, items = self._split.get(id(payload.whole), (None, {}))
        return items.pop(payload.index) if payload.index in items else load(payload)

    def load_from(self, snapshot: Snapshot, source: Source) -> Any:
        """The value that ``source`` points to, which nobody else holds."""
        if source.kind == "item":
            _, items = self._split.get(id(snapshot.records[source.path].input), (None, {}))
            if source.count in items:
                return items.pop(source.count)
        return self.load(snapshot.resolve(source))

    def split(self, whole: Payload) -> int:
        """Get ready to hand out the items of a list; how many there are. Raises `InputInvalid` for anything else."""
        values = load(whole)
        if not isinstance(values, list | tuple):
            raise InputInvalid(
                (),
                subject=f"input of a foreach: it needs a list, and got {type(values).__name__} {values!r:.80}",
            )
        # Keyed by identity and kept beside its payload, so that the identity cannot be used again meanwhile.
        self._split[id(whole)] = (whole, dict(enumerate(values)))
        return len(values)

    def drop(self, whole: Payload) -> None:
        """The foreach is over."""
        self._split.pop(id(whole), None)


def validated(snapshot: Snapshot, source: Source, raw: Any, schema: Schema | None) -> tuple[Any, Payload | Source]:
    """The value a place works on, and what to record of it: its source, or the value itself if it changed.

    Raises `Invalid`.
    """
    if schema is None:
        return raw, source
    value = schema.validate(raw)
    if value is raw:
        return value, source
    changed = dump(value, "input")
    known = snapshot.resolve(source)
    before = known if isinstance(known, Encoded) else dump(raw, "input")
    return value, source if changed == before else changed
