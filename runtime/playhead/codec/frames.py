"""pandas frames, series, indexes and scalars.

A column whose dtype is NumPy's is stored as an array; a column of objects as a list of values; categories and
zoned times by their parts; every other dtype as Arrow, checked by reading it back at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.kinds import Decoder, Encoder, Misfit, Packs, Unpack
from playhead.errors import NotStorable

PLAIN: Final = "plain"
OBJECTS: Final = "objects"
CATEGORIES: Final = "categories"
ZONED: Final = "zoned"
ARROW: Final = "arrow"


def library(name: str) -> Any:
    """pandas or pyarrow, loaded when the first frame is met; without them the frame stays opaque."""
    try:
        return import_module(name)
    except ImportError as problem:
        raise Misfit(f"{name} is not installed here: pip install {name}") from problem


def encoder_for(cls: type) -> Encoder | None:
    """The encoder for a class of pandas's; None for what stands for nothing by itself."""
    pd = library("pandas")
    if issubclass(cls, pd.Index):
        return encode_index
    exact: dict[type, Encoder] = {
        pd.DataFrame: encode_frame,
        pd.Series: encode_column,
        pd.Timestamp: encode_timestamp,
        pd.Timedelta: encode_timedelta,
        type(pd.NaT): encode_missing,
        type(pd.NA): encode_missing,
        pd.Period: encode_period,
        pd.Interval: encode_interval,
    }
    return exact.get(cls)


def encode_frame(frame: Any, packer: Packs) -> Ext:
    """Columns by position, so that any labels do, and both indexes."""
    columns = [frame.iloc[:, position] for position in range(frame.shape[1])]
    parts = [frame.columns, frame.index, *_packed_columns(columns), *_loose_ends(frame)]
    return Ext(codes.FRAME, packer.pack(parts))


def decode_frame(body: bytes, unpack: Unpack) -> object:
    """A new frame that shares nothing with the stored one."""
    pd = library("pandas")
    labels, index, columns, arrow, attrs, duplicates = unpack(body)
    values = _unpacked_columns(columns, arrow)
    frame = pd.DataFrame(dict(enumerate(values)), index=pd.RangeIndex(len(index)))
    frame.index = index
    frame.columns = labels
    return _with_loose_ends(frame, attrs, duplicates)


def encode_column(column: Any, packer: Packs) -> Ext:
    """Values, index and name."""
    parts = [column.name, column.index, *_packed_columns([column]), *_loose_ends(column)]
    return Ext(codes.COLUMN, packer.pack(parts))


def decode_column(body: bytes, unpack: Unpack) -> object:
    """A new series that shares nothing with the stored one."""
    name, index, columns, arrow, attrs, duplicates = unpack(body)
    (column,) = _unpacked_columns(columns, arrow)
    column = column.copy()
    column.index = index
    column.name = name
    return _with_loose_ends(column, attrs, duplicates)


def _loose_ends(frame: Any) -> list[Any]:
    """The attrs, and the one flag there is."""
    return [dict(frame.attrs), frame.flags.allows_duplicate_labels]


def _with_loose_ends(frame: Any, attrs: dict[Any, Any], duplicates: bool) -> object:
    frame.attrs = attrs
    if not duplicates:
        frame.flags.allows_duplicate_labels = False
    return frame


def _packed_columns(columns: list[Any]) -> tuple[list[Any], bytes | None]:
    """What to store for each column, and those that only Arrow can hold as one table."""
    stored = [_parts_of_column(column) for column in columns]
    foreign = {str(i): columns[i] for i, parts in enumerate(stored) if parts[0] == ARROW}
    return stored, _arrow_table(foreign) if foreign else None


def _parts_of_column(column: Any) -> list[Any]:
    pd, np = library("pandas"), library("numpy")
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.hasobject:
        return [OBJECTS, list(column.array)]
    if isinstance(dtype, pd.CategoricalDtype):
        return [CATEGORIES, column.cat.codes.to_numpy(), dtype.categories, dtype.ordered]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return [ZONED, column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), dtype.tz]
    if isinstance(dtype, np.dtype):
        return [PLAIN, column.to_numpy()]
    return [ARROW]


def _unpacked_columns(stored: list[Any], arrow: bytes | None) -> list[Any]:
    foreign = _read_arrow(arrow) if arrow is not None else None
    return [_column_of(parts, str(i), foreign) for i, parts in enumerate(stored)]


def _column_of(parts: list[Any], key: str, foreign: Any) -> Any:
    pd = library("pandas")
    kind, *rest = parts
    if kind == ARROW:
        return foreign[key]
    if kind == OBJECTS:
        return pd.Series(rest[0], dtype=object)
    if kind == CATEGORIES:
        numbers, categories, ordered = rest
        dtype = pd.CategoricalDtype(categories, ordered)
        return pd.Series(pd.Categorical.from_codes(numbers, dtype=dtype))
    if kind == ZONED:
        return pd.Series(rest[0]).dt.tz_localize("UTC").dt.tz_convert(rest[1])
    if kind == PLAIN:
        return pd.Series(rest[0])
    raise ValueError(f"a column of kind {kind}")


def _arrow_table(columns: dict[str, Any]) -> bytes:
    """The columns as an Arrow stream; refused unless they read back as they are."""
    pd = library("pandas")
    frame = pd.DataFrame({key: column.reset_index(drop=True) for key, column in columns.items()})
    try:
        pa = library("pyarrow")
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except Misfit as misfit:
        raise NotStorable(
            "", f"a column of dtype {frame.dtypes.iloc[0]} needs pyarrow: pip install pyarrow"
        ) from misfit
    except Exception as problem:  # pyarrow raises many things
        raise NotStorable("", f"Arrow cannot hold it: {problem}") from problem
    sink = pa.BufferOutputStream()
    with library("pyarrow.ipc").new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    again = _read_arrow(stream)
    for key in frame:
        if again[key].dtype != frame[key].dtype or not again[key].equals(frame[key]):
            raise NotStorable("", f"a column of dtype {frame[key].dtype} would not come back as it is")
    return stream


def _read_arrow(stream: bytes) -> Any:
    table = library("pyarrow.ipc").open_stream(stream).read_all()
    table.validate(full=True)  # the bytes may be a stranger's, and Arrow trusts what it has not looked at
    return table.to_pandas()


def encode_index(index: Any, packer: Packs) -> Ext:
    """A range by its bounds, a multi-index by its levels, any other by its values."""
    pd = library("pandas")
    if type(index) is pd.RangeIndex:
        parts = ["range", index.name, index.start, index.stop, index.step]
    elif type(index) is pd.MultiIndex:
        levels = [level.rename(None) for level in index.levels]
        parts = ["multi", list(index.names), levels, list(index.codes)]
    else:
        parts = ["values", index.name, *_packed_columns([pd.Series(index.array)]), _frequency_of(index)]
    return Ext(codes.INDEX, packer.pack(parts))


def _frequency_of(index: Any) -> str | None:
    """The frequency that an index of times promises to keep, in pandas's words."""
    pd = library("pandas")
    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) or index.freq is None:
        return None
    if pd.tseries.frequencies.to_offset(index.freqstr) != index.freq:
        raise NotStorable("", f"the index's frequency {index.freq!r} cannot be written down: set index.freq = None")
    return str(index.freqstr)


def decode_index(body: bytes, unpack: Unpack) -> object:
    """A new index."""
    pd = library("pandas")
    kind, name, *parts = unpack(body)
    if kind == "range":
        return pd.RangeIndex(*parts, name=name)
    if kind == "multi":
        levels, numbers = parts
        return pd.MultiIndex(levels, numbers, names=name)
    columns, arrow, frequency = parts
    (column,) = _unpacked_columns(columns, arrow)
    index = pd.Index(column.array, dtype=column.dtype, name=name)
    if frequency is not None:
        index.freq = frequency
    return index


def encode_timestamp(value: Any, packer: Packs) -> Ext:
    """The instant in its own unit, and its zone."""
    instant = value.tz_convert("UTC").tz_localize(None) if value.tz is not None else value
    return Ext(codes.TIMESTAMP, packer.pack([instant.to_datetime64(), value.tz]))


def decode_timestamp(body: bytes, unpack: Unpack) -> object:
    """The timestamp again."""
    instant, zone = unpack(body)
    timestamp = library("pandas").Timestamp(instant)
    return timestamp if zone is None else timestamp.tz_localize("UTC").tz_convert(zone)


def encode_timedelta(value: Any, packer: Packs) -> Ext:
    """The duration in its own unit."""
    return Ext(codes.PANDAS_TIMEDELTA, packer.pack(value.to_timedelta64()))


def encode_missing(value: object, packer: Packs) -> Ext:
    """Which of the two it is."""
    return Ext(codes.PANDAS_MISSING, packer.pack(value is library("pandas").NaT))


def encode_period(value: Any, packer: Packs) -> Ext:
    """Its number and its frequency."""
    return Ext(codes.PERIOD, packer.pack([value.ordinal, value.freqstr]))


def decode_period(body: bytes, unpack: Unpack) -> object:
    """The period again."""
    ordinal, frequency = unpack(body)
    return library("pandas").Period(ordinal=ordinal, freq=frequency)


def encode_interval(value: Any, packer: Packs) -> Ext:
    """Its bounds, and which of them belong to it."""
    return Ext(codes.INTERVAL, packer.pack([value.left, value.right, value.closed]))


DECODERS: Final[dict[int, Decoder]] = {
    codes.FRAME: decode_frame,
    codes.COLUMN: decode_column,
    codes.INDEX: decode_index,
    codes.TIMESTAMP: decode_timestamp,
    codes.PANDAS_TIMEDELTA: lambda body, unpack: library("pandas").Timedelta(unpack(body)),
    codes.PANDAS_MISSING: lambda body, unpack: library("pandas").NaT if unpack(body) else library("pandas").NA,
    codes.PERIOD: decode_period,
    codes.INTERVAL: lambda body, unpack: library("pandas").Interval(*unpack(body)),
}
