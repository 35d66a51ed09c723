"""What each kind of value brings: an encoder, and a decoder for the extension code it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from ormsgpack import Ext


class Packs(Protocol):
    """What encoders need of the packer."""

    lossy: bool
    """Whether a repr may stand in for what cannot be stored."""

    replaced: bool
    """Whether one does, since this was last set to False."""

    inside: set[int]
    """The ids of the exceptions that are being taken apart."""

    def pack(self, value: object) -> bytes:
        """The bytes of a part of the value."""
        ...


Body: TypeAlias = bytes | memoryview
"""What stands behind an extension code. A memoryview only for an array that keeps a view of it."""

Encoder: TypeAlias = Callable[[Any, Packs], Ext]
Unpack: TypeAlias = Callable[[bytes], Any]
Decoder: TypeAlias = Callable[[Any, Unpack], object]


class Misfit(Exception):
    """The bytes are sound, yet no value can be made of them here; the text says why.

    Never leaves the codec: it becomes an `Opaque` with this fault.
    """


class Packed:
    """A part that is packed already, on its way into what it is a part of."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data
