"""The way back: bytes to values. Nothing here imports by name, calls by name, or trusts the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import ormsgpack

from playhead.codec import codes
from playhead.codec.kinds import Misfit
from playhead.codec.opaque import Opaque

if TYPE_CHECKING:
    from playhead.codec.kinds import Body, Decoder

LARGE_EXTENSION: Final = b"\xc9"  # MessagePack's `ext 32`: this mark, length u32, code i8, body
LARGE_HEAD: Final = 6

PAIR: Final = b"\x92"  # MessagePack's head of a list of two
END_MARK: Final = "end"
END: Final = ormsgpack.packb(END_MARK)


@cache
def often_met() -> Mapping[int, Decoder]:
    """The decoders of Python's own values and of a user's classes: loaded with the first value that is no atom."""
    from playhead.codec import containers, exceptions, instances, models, scalars

    return {
        **scalars.DECODERS,
        **containers.DECODERS,
        **instances.DECODERS,
        **models.DECODERS,
        **exceptions.DECODERS,
    }


@cache
def seldom_met() -> Mapping[int, Decoder]:
    """The decoders of what few programs store; with the first of it they are loaded, and the libraries they need."""
    from playhead.codec import arrays, frames, standard

    return {**standard.DECODERS, **arrays.DECODERS, **frames.DECODERS}


class Unreadable(Exception):
    """What was wrong with the bytes. Never leaves the codec: `load` raises `StoreCorrupt` instead."""


class Unpacker:
    """Reads one payload. Keeps the first fault, because ormsgpack hides what its hook raises."""

    __slots__ = ("_decoders", "_fault")

    def __init__(self) -> None:
        self._decoders = often_met()
        self._fault: BaseException | None = None

    def unpack_whole(self, data: bytes) -> Any:
        """Like `unpack`, and nothing may follow the value: ormsgpack would ignore it."""
        value, end = self.unpack(PAIR + data + END)
        if type(end) is not str or end != END_MARK:
            raise Unreadable("other bytes follow it")
        return value

    def unpack(self, data: bytes) -> Any:
        """The value; raises `Unreadable` if the bytes are damaged."""
        try:
            return ormsgpack.unpackb(data, ext_hook=self._hook, option=ormsgpack.OPT_NON_STR_KEYS)
        except ValueError as problem:
            fault = self._fault or problem
            if not isinstance(fault, Exception):
                raise fault from None
            raise Unreadable(f"{type(fault).__name__}: {fault}") from fault

    def unpack_large(self, data: bytes) -> Any:
        """Like `unpack_whole`, but an array that stands alone becomes a view of ``data``."""
        body = memoryview(data)[LARGE_HEAD:]
        alone = int.from_bytes(data[1:5], "big") == len(body)
        if not alone or data[5:LARGE_HEAD] != bytes([codes.ARRAY]):
            return self.unpack_whole(data)
        try:
            return self.decode(codes.ARRAY, body)
        except Exception as fault:  # damaged bytes make libraries raise anything
            raise Unreadable(f"{type(fault).__name__}: {fault}") from fault

    def _hook(self, code: int, body: bytes) -> object:
        try:
            return self.decode(code, body)
        except BaseException as fault:
            self._fault = self._fault or fault
            raise

    def decode(self, code: int, body: Body) -> object:
        """The value behind an extension code, or an `Opaque` if none can be made here."""
        decoder = self._decoders.get(code) or seldom_met().get(code)
        if decoder is None:
            return Opaque(code, bytes(body), f"kind-{code}", {}, "a newer Playhead wrote it: update this one")
        try:
            return decoder(body, self.unpack)
        except Misfit as misfit:
            return self._opaque(code, bytes(body), str(misfit))

    def _opaque(self, code: int, body: bytes, fault: str) -> Opaque:
        if code not in codes.NAMED:
            return Opaque(code, body, codes.NAMES[code], {}, fault)
        name, *parts = self.unpack(body)
        fields: Mapping[str, Any] = next((part for part in parts if isinstance(part, dict)), {"value": parts[-1]})
        return Opaque(code, body, str(name).replace(":", "."), fields, fault)
