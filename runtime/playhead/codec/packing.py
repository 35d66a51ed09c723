"""The packer: gives the bytes of a value, or refuses it whole.

MessagePack changes a few things silently: a bytearray becomes bytes, an enum used as a key becomes its value.
So every pack is followed by a look for such things; what is found is spelled out in extension types.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import ormsgpack

from playhead.codec import codes
from playhead.codec.texts import safe_repr, safe_text
from playhead.errors import NotStorable

if TYPE_CHECKING:
    from playhead.codec.kinds import Encoder

MAX_DEPTH: Final = 512
"""How deep lists and dicts may be nested."""

MAX_NESTING: Final = 150
"""How deep objects (tuples, models …) may be nested: reading takes three Python frames for each."""

BREATH: Final = 128
"""Lists nested deeper than this are packed on their own: ormsgpack stops at 255."""

OPTIONS: Final = (
    ormsgpack.OPT_NON_STR_KEYS
    | ormsgpack.OPT_PASSTHROUGH_BIG_INT
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_UUID
)

ATOMS: Final = frozenset({str, int, float, bool, type(None)})
FOREIGN: Final = (ormsgpack.Ext, ormsgpack.Fragment)
CHANGED: Final = frozenset({bytearray, memoryview, *FOREIGN})
MIN_INT: Final = -(2**63)
MAX_INT: Final = 2**64 - 1


@cache
def _encoders() -> Callable[[type], Encoder]:
    """Finds the encoder of what is no plain data, which is all that many runs hold: loaded with the first of it."""
    from playhead.codec.encoders import encoder_for

    return encoder_for


class Packer:
    """Packs one value. A lossy packer puts the repr in the place of what cannot be stored, and says so."""

    __slots__ = ("_depth", "_nesting", "_refusal", "_spelling", "inside", "lossy", "replaced")

    def __init__(self, *, lossy: bool = False) -> None:
        self._depth = 0
        self._nesting = 0
        self._refusal: BaseException | None = None
        self._spelling = False  # once needed, needed for all: trying first each time would double at each level
        self.inside: set[int] = set()
        self.lossy = lossy
        self.replaced = False

    def pack(self, value: object) -> bytes:
        """The bytes of ``value``; raises `NotStorable` with the reason (and no path)."""
        if self._nesting >= MAX_NESTING:
            raise NotStorable("", f"it is nested more than {MAX_NESTING} objects deep")
        self._nesting += 1
        try:
            if not self._spelling:
                packed = self._pack_at_once(value)
                if packed is not None:
                    return packed
                self._spelling = True
            return self._packb(self._spelled_out(value))
        finally:
            self._nesting -= 1

    def _pack_at_once(self, value: object) -> bytes | None:
        try:
            packed = ormsgpack.packb(value, self._default, OPTIONS)
        except TypeError:
            if self._refusal is not None:
                raise self._refusal from None
            return None
        return packed if is_faithful(value) else None

    def _packb(self, value: object) -> bytes:
        try:
            return ormsgpack.packb(value, self._default, OPTIONS)
        except TypeError as problem:
            raise self._refusal or NotStorable("", str(problem)) from None

    def _default(self, value: object) -> object:
        # ormsgpack swallows what is raised here, a keyboard interrupt included: keep it for `pack`.
        try:
            return _encoders()(type(value))(value, self)
        except NotStorable as refusal:
            return self._refuse(value, refusal)
        except Exception as problem:  # noqa: BLE001 - whatever an object's own code raises, it cannot be stored
            reason = f"reading it raised {type(problem).__name__}: {safe_text(problem)}"
            return self._refuse(value, NotStorable("", reason))
        except BaseException as interrupt:
            self._refusal = interrupt
            raise

    def _refuse(self, value: object, refusal: NotStorable) -> object:
        if self.lossy:
            self.replaced = True
            return spelled_str(safe_repr(value))
        self._refusal = refusal
        raise refusal

    def _spelled_out(self, value: object) -> object:
        """The value with extension types where MessagePack has no word, or the wrong one."""
        open_ends: list[tuple[Any, Any, int]] = []  # new container, old container, depth: the last is filled first
        spelled = self._begun(value, 0, open_ends)
        while open_ends:
            new, old, depth = open_ends.pop()
            if type(old) is list:
                new += [part if type(part) in NUMBERS else self._begun(part, depth, open_ends) for part in old]
            else:
                new.update({key: self._begun(part, depth, open_ends) for key, part in old.items()})
        return spelled

    def _begun(self, value: Any, depth: int, open_ends: list[tuple[Any, Any, int]]) -> object:
        """A scalar spelled out; or a list or dict, still empty, and noted to be filled."""
        kind = type(value)
        if kind is list or kind is dict:
            if depth == BREATH:
                return self._deeper(value)
            if kind is dict and not all(map(_is_plain_key, value)):
                return ormsgpack.Ext(codes.PAIRS, self.pack([part for pair in value.items() for part in pair]))
            new: object = kind()
            open_ends.append((new, value, depth + 1))
            return new
        if kind is str:
            return spelled_str(value)
        if kind is bytearray:
            return ormsgpack.Ext(codes.BYTEARRAY, bytes(value))
        if kind is memoryview:
            return self._refuse(value, NotStorable("", "a memoryview is a window on memory: store bytes(it)"))
        if kind in FOREIGN:
            return self._refuse(value, NotStorable("", "it is a piece of another encoding"))
        return value

    def _deeper(self, value: object) -> ormsgpack.Ext:
        if self._depth + BREATH >= MAX_DEPTH:
            raise NotStorable("", f"it is nested more than {MAX_DEPTH} deep")
        self._depth += BREATH
        try:
            return ormsgpack.Ext(codes.DEEP, self.pack(value))
        finally:
            self._depth -= BREATH


NUMBERS: Final = ATOMS - {str}


def is_faithful(value: object) -> bool:
    """Whether MessagePack spells the value's lists, dicts and bytes as what they are.

    Only for values that have been packed before: those have no circles.
    """
    found = [value]
    for one in found:  # grows while it is walked
        kind = type(one)
        if kind is dict:
            for key in one:  # type: ignore[attr-defined]  # the line above says that it is a dict
                if type(key) is not str and type(key) is not int:
                    return False
            found += [part for part in one.values() if type(part) not in ATOMS]  # type: ignore[attr-defined]  # likewise
        elif kind is list:
            found += [part for part in one if type(part) not in ATOMS]  # type: ignore[attr-defined]  # likewise
        elif kind in CHANGED:
            return False
    return True


def _is_plain_key(key: object) -> bool:
    if type(key) is str:
        return _is_unicode(key)
    return type(key) is int and MIN_INT <= key <= MAX_INT


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def spelled_str(text: str) -> object:
    """The text; as an extension type if it has lone surrogates, which UTF-8 cannot spell."""
    return text if _is_unicode(text) else ormsgpack.Ext(codes.SURROGATES, text.encode("utf-8", "surrogatepass"))
