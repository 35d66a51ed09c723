"""Containers of the standard library that MessagePack does not know: tuples, sets, queues, special dicts."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable
from itertools import chain
from types import SimpleNamespace
from typing import Any, Final

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.kinds import Decoder, Encoder, Packed, Packs, Unpack
from playhead.errors import NotStorable

FACTORIES: Final[dict[str, type]] = {
    kind.__name__: kind for kind in (list, dict, set, tuple, int, float, complex, str, bytes, bool, frozenset)
}


def encode_packed(value: Packed, _: Packs) -> Ext:
    """The bytes as they are; they read back as the part itself."""
    return Ext(codes.DEEP, value.data)


def encode_tuple(value: tuple[object, ...], packer: Packs) -> Ext:
    """Its elements."""
    return Ext(codes.TUPLE, packer.pack(list(value)))


def encode_set(value: set[object], packer: Packs) -> Ext:
    """Its elements, in whatever order."""
    return Ext(codes.SET, packer.pack(list(value)))


def encode_frozenset(value: frozenset[object], packer: Packs) -> Ext:
    """Its elements, in whatever order."""
    return Ext(codes.FROZENSET, packer.pack(list(value)))


def encode_deque(value: deque[object], packer: Packs) -> Ext:
    """Its greatest length, then its elements."""
    return Ext(codes.DEQUE, packer.pack([value.maxlen, *value]))


def encode_ordered_dict(value: OrderedDict[object, object], packer: Packs) -> Ext:
    """Keys and values by turns."""
    return Ext(codes.ORDERED_DICT, packer.pack(_flat(value.items())))


def encode_counter(value: Counter[object], packer: Packs) -> Ext:
    """Keys and counts by turns."""
    return Ext(codes.COUNTER, packer.pack(_flat(value.items())))


def encode_default_dict(value: defaultdict[object, object], packer: Packs) -> Ext:
    """The factory's name, then keys and values by turns."""
    factory = value.default_factory
    name = None if factory is None else getattr(factory, "__name__", "")
    if name is not None and FACTORIES.get(name) is not factory:
        raise NotStorable("", f"the default factory of a defaultdict must be one of {', '.join(FACTORIES)}")
    return Ext(codes.DEFAULT_DICT, packer.pack([name, *_flat(value.items())]))


def decode_default_dict(body: bytes, unpack: Unpack) -> defaultdict[object, object]:
    """The dict and its factory."""
    name, *parts = unpack(body)
    return defaultdict(None if name is None else FACTORIES[name], _pairs(parts))


def encode_range(value: range, packer: Packs) -> Ext:
    """Start, stop, step."""
    return Ext(codes.RANGE, packer.pack([value.start, value.stop, value.step]))


def encode_slice(value: slice, packer: Packs) -> Ext:
    """Start, stop, step."""
    return Ext(codes.SLICE, packer.pack([value.start, value.stop, value.step]))


def encode_namespace(value: SimpleNamespace, packer: Packs) -> Ext:
    """Its attributes."""
    return Ext(codes.NAMESPACE, packer.pack(dict(vars(value))))


def decode_namespace(body: bytes, unpack: Unpack) -> SimpleNamespace:
    """The attributes on a new namespace."""
    namespace = SimpleNamespace()
    vars(namespace).update(unpack(body))
    return namespace


def decode_deque(body: bytes, unpack: Unpack) -> deque[object]:
    """The elements, with the same greatest length."""
    maxlen, *elements = unpack(body)
    return deque(elements, maxlen)


def decode_counter(body: bytes, unpack: Unpack) -> Counter[object]:
    """The counts, zeros and negatives included."""
    return Counter(dict(_pairs(unpack(body))))


def _flat(items: Iterable[tuple[object, object]]) -> list[object]:
    return list(chain.from_iterable(items))


def _pairs(parts: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(parts[::2], parts[1::2], strict=True))


ENCODERS: Final[dict[type, Encoder]] = {
    Packed: encode_packed,
    tuple: encode_tuple,
    set: encode_set,
    frozenset: encode_frozenset,
    deque: encode_deque,
    OrderedDict: encode_ordered_dict,
    defaultdict: encode_default_dict,
    Counter: encode_counter,
    range: encode_range,
    slice: encode_slice,
    SimpleNamespace: encode_namespace,
}

DECODERS: Final[dict[int, Decoder]] = {
    codes.DEEP: lambda body, unpack: unpack(body),
    codes.PAIRS: lambda body, unpack: dict(_pairs(unpack(body))),
    codes.TUPLE: lambda body, unpack: tuple(unpack(body)),
    codes.SET: lambda body, unpack: set(unpack(body)),
    codes.FROZENSET: lambda body, unpack: frozenset(unpack(body)),
    codes.DEQUE: decode_deque,
    codes.ORDERED_DICT: lambda body, unpack: OrderedDict(_pairs(unpack(body))),
    codes.DEFAULT_DICT: decode_default_dict,
    codes.COUNTER: decode_counter,
    codes.RANGE: lambda body, unpack: range(*unpack(body)),
    codes.SLICE: lambda body, unpack: slice(*unpack(body)),
    codes.NAMESPACE: decode_namespace,
}
