"""NumPy arrays and scalars: a small header, then the elements as they lie in memory."""

from __future__ import annotations

from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any, Final, cast

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.kinds import Body, Decoder, Encoder, Misfit, Packs, Unpack
from playhead.errors import NotStorable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ALIGNMENT: Final = 64  # bytes; the elements of an array that stands alone begin at a multiple of this
LARGE_HEAD: Final = 6  # bytes that MessagePack puts in front of such an array
LENGTH: Final = 4  # bytes that hold the length of the header

OBJECTS: Final = "an array of objects holds references: give it a numeric or fixed-width dtype, or store .tolist()"


def encoder_for(cls: type) -> Encoder | None:
    """The encoder for a class of NumPy's; None for matrices, masked arrays and the like."""
    import numpy as np

    if cls is np.ndarray:
        return encode_array
    return encode_scalar if issubclass(cls, np.generic) else None


def encode_array(value: npt.NDArray[Any], packer: Packs) -> Ext:
    """Dtype, shape and order, then the elements."""
    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    header = packer.pack([description(value.dtype), value.shape, fortran])
    padding = -(LARGE_HEAD + LENGTH + len(header)) % ALIGNMENT
    head = len(header).to_bytes(LENGTH, "little") + header + bytes(padding)
    return Ext(codes.ARRAY, b"".join([head, elements(value.T if fortran else value)]))


def elements(value: npt.NDArray[Any]) -> Body:
    """The elements as they lie in memory; a view of them where that can be had."""
    if value.flags.c_contiguous and value.nbytes:
        return value.reshape(-1).view("u1").data
    return value.tobytes()


def decode_array(body: Body, unpack: Unpack) -> npt.NDArray[Any]:
    """A read-only view of the body, whose end the elements are; a copy if they lie askew there."""
    np = numpy()
    view = memoryview(body)
    length = int.from_bytes(view[:LENGTH], "little")
    descr, shape, fortran = unpack(bytes(view[LENGTH : LENGTH + length]))
    dtype = dtype_of(descr)
    size = prod(shape) * dtype.itemsize
    start = len(view) - size
    if min(shape, default=0) < 0 or start < LENGTH + length:
        raise ValueError(f"{shape} elements of {dtype} do not fit {len(view)} bytes")
    order = "F" if fortran else "C"
    array = np.ndarray(shape, dtype, view[start:], order=order) if size else np.zeros(shape, dtype, order)
    if not array.flags.aligned:
        array = array.copy(order)
    array.flags.writeable = False
    return cast("npt.NDArray[Any]", array)


def encode_scalar(value: np.generic, packer: Packs) -> Ext:
    """Dtype and bytes."""
    data = value.tobytes()[: value.dtype.itemsize]  # NumPy pads an empty string
    return Ext(codes.ARRAY_SCALAR, packer.pack([description(value.dtype), data]))


def decode_scalar(body: bytes, unpack: Unpack) -> object:
    """The scalar again."""
    np = numpy()
    descr, data = unpack(body)
    dtype = dtype_of(descr)
    if len(data) != dtype.itemsize:
        raise ValueError(f"{len(data)} bytes are no {dtype}")
    array = np.ndarray((), dtype, data).copy() if data else np.zeros((), dtype)
    return cast(object, array[()])


def description(dtype: np.dtype[Any]) -> Any:
    """The dtype as plain data; refuses those that cannot be written down exactly."""
    from numpy.lib import format as npy

    if dtype.hasobject:
        raise NotStorable("", OBJECTS)
    if dtype.metadata:
        raise NotStorable("", f"the metadata of {dtype!r} would be lost")
    descr = npy.dtype_to_descr(dtype)
    if npy.descr_to_dtype(descr) != dtype:
        raise NotStorable("", f"the dtype {dtype!r} cannot be written down exactly")
    return descr


def dtype_of(descr: Any) -> np.dtype[Any]:
    """The dtype described; refuses objects, which would be addresses read from a log."""
    from numpy.lib import format as npy

    dtype = npy.descr_to_dtype(descr)
    if dtype.hasobject:
        raise ValueError("an array of objects")
    return dtype


def numpy() -> Any:
    """NumPy, loaded when the first array is met."""
    try:
        return import_module("numpy")
    except ImportError as problem:
        raise Misfit("NumPy is not installed here: pip install numpy") from problem


DECODERS: Final[dict[int, Decoder]] = {codes.ARRAY: decode_array, codes.ARRAY_SCALAR: decode_scalar}
