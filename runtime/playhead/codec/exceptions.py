"""Exceptions to records and back, with their identity, and without calling any constructor of a user's class.

A record is a dict with short keys: ``t`` class, ``m`` text, ``a`` args, ``d`` attributes, ``b`` members that
builtin classes keep in C, ``n`` notes, ``s`` suppress-context, ``c`` cause, ``x`` context, ``gm`` and ``g``
message and members of a group, ``ga`` its args if they are not just these, ``v`` what a pydantic ValidationError
holds, ``tb`` traceback text, ``cut`` when the rest was left out.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Final, TypeAlias

from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.classes import HEAP_TYPE, Kind, class_name, loaded_class, slots_of
from playhead.codec.kinds import Decoder, Encoder, Packed, Packs, Unpack
from playhead.codec.registry import find, name_of
from playhead.codec.texts import safe_repr, safe_text
from playhead.codec.tracebacks import attach_traceback, text_of_traceback
from playhead.codec.validation import is_validation_error, validation_error, validation_record
from playhead.errors import NotStorable, UnknownError

Record: TypeAlias = dict[str, Any]
Descriptor: TypeAlias = MemberDescriptorType | GetSetDescriptorType

ARGS: Final[Any] = vars(BaseException)["args"]  # read and set past any property of the class

SEQUENCES: Final[dict[str, Any]] = {"list": list, "tuple": tuple}
"""What a group may have been given its members in."""

OTHER: Final = "arg"
"""What else a group may have been given."""

MAX_CHAIN: Final = 32
"""How far causes, contexts and groups are followed."""

MAX_RECORDS: Final = 256
"""How many exceptions one stored exception may bring along."""

TEXT_LENGTH: Final = 20_000
"""Characters of an exception's text that are kept for the case that its class is not found."""

NOT_KEPT: Final = frozenset({"obj", "exceptions", "message", "print_file_and_line"})
"""Members of builtin exceptions that are live objects (`AttributeError.obj`) or kept otherwise."""


def encode_error(error: BaseException, packer: Packs) -> Ext:
    """The exception's record, with its traceback's text."""
    if id(error) in packer.inside:
        raise NotStorable("", "it contains itself")
    recorder = _Recorder(packer)
    try:
        outermost = not packer.inside
        record = recorder.record(error, 0)
    finally:
        packer.inside -= recorder.seen
    if outermost:
        record["tb"] = text_of_traceback(error)
    return Ext(codes.EXCEPTION, packer.pack(record))


class _Recorder:
    """Takes one exception and its chain apart."""

    def __init__(self, packer: Packs) -> None:
        self.packer = packer
        self.seen: set[int] = set()

    def record(self, error: BaseException, depth: int) -> Record:
        """The record of an exception; a short one for what was met before or lies too deep."""
        cls = type(error)
        record: Record = {"t": stored_name(cls), "m": safe_text(error)[:TEXT_LENGTH]}
        if depth >= MAX_CHAIN or id(error) in self.packer.inside or len(self.seen) >= MAX_RECORDS:
            return {**record, "cut": True}
        self.seen.add(id(error))
        self.packer.inside.add(id(error))
        self._fill(record, error)
        self._follow(record, error, depth + 1)
        return {key: part for key, part in record.items() if part not in ([], {}, None, False)}

    def _fill(self, record: Record, error: BaseException) -> None:
        notes = [note for note in getattr(error, "__notes__", None) or () if isinstance(note, str)]
        if is_validation_error(error):
            record["v"] = self._part("the errors", validation_record(error), notes)
        elif not isinstance(error, BaseExceptionGroup):
            args = ARGS.__get__(error)
            record["a"] = [self._part(f"args[{index}]", arg, notes) for index, arg in enumerate(args)]
        record["d"] = {name: self._part(name, part, notes) for name, part in attributes(error)}
        record["b"] = {name: self._part(name, part, notes) for name, part in builtin_members(error)}
        record["n"] = notes
        record["s"] = error.__suppress_context__

    def _part(self, where: str, part: object, notes: list[str]) -> Packed:
        before, self.packer.replaced = self.packer.replaced, False
        try:
            packed = self.packer.pack(part)
        except NotStorable:
            if not self.packer.lossy:
                raise
            self.packer.replaced, packed = True, self.packer.pack(safe_repr(part))
        if self.packer.replaced:
            notes.append(f"{where} could not be stored; its repr stands in its place.")
        self.packer.replaced = before
        return Packed(packed)

    def _group_args(self, error: BaseExceptionGroup[Any], notes: list[str]) -> list[list[Any]]:
        """The args of a group, each a list: of its kind and itself, or of the kind of sequence of the members."""
        args = ARGS.__get__(error)
        kinds = [_kind_of_members(arg, error) for arg in args]
        if kinds == [None, "list"] and type(args[0]) is str and args[0] == error.message:
            return []  # as usual
        parts = enumerate(zip(args, kinds, strict=True))
        return [[kind] if kind else [OTHER, self._part(f"args[{at}]", arg, notes)] for at, (arg, kind) in parts]

    def _follow(self, record: Record, error: BaseException, depth: int) -> None:
        if isinstance(error, BaseExceptionGroup):
            record["gm"] = self._part("message", error.message, record["n"])
            record["g"] = [self.record(member, depth) for member in error.exceptions]
            record["ga"] = self._group_args(error, record["n"])
        if error.__cause__ is not None:
            record["c"] = self.record(error.__cause__, depth)
        if error.__context__ is not None and error.__context__ is not error.__cause__:
            record["x"] = self.record(error.__context__, depth)
        elif error.__context__ is not None:
            record["x"] = True  # the cause once more, as `raise … from` leaves it


def _kind_of_members(arg: object, error: BaseExceptionGroup[Any]) -> str | None:
    """The kind of sequence if an arg of a group is its members; None for any other arg."""
    kind = next((name for name, cls in SEQUENCES.items() if type(arg) is cls), None)
    members: Any = arg if kind else ()
    same = len(members) == len(error.exceptions) and all(map(operator.is_, members, error.exceptions))
    return kind if same else None


def stored_name(cls: type[BaseException]) -> str:
    """What logs call the class; one that no module shows (a local class) is registered to be found again."""
    name = class_name(cls)
    return name if loaded_class(name) is cls else name_of(cls)


def attributes(error: BaseException) -> Iterator[tuple[str, object]]:
    """What was set on the instance, in its dict or in slots."""
    for name, part in vars(error).items():
        if not is_dunder(name):
            yield name, part
    for name in slots_of(type(error)):
        if hasattr(error, name):
            yield name, getattr(error, name)


def is_dunder(name: str) -> bool:
    """Whether Python itself may give the name a meaning."""
    return name.startswith("__") and name.endswith("__")


def builtin_members(error: BaseException) -> Iterator[tuple[str, object]]:
    """What builtin classes keep in C: `OSError.filename`, `UnicodeError.object`, `StopIteration.value` …"""
    for name, descriptor in member_descriptors(type(error)).items():
        try:
            part = descriptor.__get__(error)
        except (AttributeError, TypeError):
            continue
        if part is not None:
            yield name, part


def member_descriptors(cls: type[BaseException]) -> dict[str, Descriptor]:
    """The members of the builtin bases below BaseException, by name."""
    found: dict[str, Descriptor] = {}
    for base in cls.__mro__:
        if base.__module__ == "builtins" and issubclass(base, BaseException) and base is not BaseException:
            for name, part in vars(base).items():
                if isinstance(part, MemberDescriptorType | GetSetDescriptorType) and name not in NOT_KEPT:
                    found.setdefault(name, part)
    return {name: part for name, part in found.items() if not is_dunder(name)}


def decode_error(body: bytes, unpack: Unpack) -> BaseException:
    """The exception, or an `UnknownError` in its place; never fails on a sound record."""
    record = unpack(body)
    error = error_of(record)
    if "tb" in record:
        attach_traceback(error, str(record["tb"]))
    return error


def error_of(record: Record) -> BaseException:
    """The exception a record tells of, with its chain."""
    try:
        error = made(record)
    except Exception:  # noqa: BLE001 - whatever is in the way, the failure itself must not be hidden
        error = None
    if error is None:
        error = stand_in(record)
    if record.get("n"):
        vars(error)["__notes__"] = [str(note) for note in record["n"]]
    _chain(error, record)
    return error


def made(record: Record) -> BaseException | None:
    """An instance of the class, filled past its constructor; None if that cannot be done."""
    if "cut" in record:
        return None
    if "v" in record:
        error = validation_error(record["v"])
        ARGS.__set__(error, ())  # it was made past its constructor, as pydantic itself makes it
        put_members(error, record)
        return error
    cls = exception_class(record["t"])
    if cls is None:
        return None
    if issubclass(cls, BaseExceptionGroup):
        error = made_group(cls, record)
    else:
        args = tuple(record.get("a", ()))
        error = builtin_base(cls).__new__(cls, *args)
        if type(error) is not cls:  # OSError chooses a subclass of its own by the number
            error = builtin_base(cls).__new__(cls)
        ARGS.__set__(error, args)
    put_members(error, record)
    return error


def made_group(cls: type[BaseExceptionGroup[Any]], record: Record) -> BaseExceptionGroup[Any]:
    """The group with its members, past a `__new__` of its own."""
    members = [error_of(member) for member in record["g"]]
    error: BaseExceptionGroup[Any] = BaseExceptionGroup.__new__(cls, record["gm"], members)
    if "ga" in record:
        parts = record["ga"]
        ARGS.__set__(error, tuple(SEQUENCES[kind](members) if kind != OTHER else part[0] for kind, *part in parts))
    return error


def exception_class(name: str) -> type[BaseException] | None:
    """The exception class of that name, if it is loaded and no C code but Python's own is behind it."""
    cls = loaded_class(name) or find(name)
    if cls is None or not issubclass(cls, BaseException):
        return None
    own = all(base.__flags__ & HEAP_TYPE or base.__module__ == "builtins" for base in cls.__mro__)
    return cls if own else None


def builtin_base(cls: type[BaseException]) -> type[BaseException]:
    """The nearest builtin class, whose `__new__` makes instances of ``cls`` without running any Python."""
    bases = (base for base in cls.__mro__ if not base.__flags__ & HEAP_TYPE)
    return next(base for base in bases if issubclass(base, BaseException))


def put_members(error: BaseException, record: Record) -> None:
    """Put attributes and C members back, past properties and `__setattr__` of the class."""
    slots = slots_of(type(error))
    for name, part in record.get("d", {}).items():
        if is_dunder(name):
            continue
        if name in slots:
            object.__setattr__(error, name, part)
        else:
            vars(error)[name] = part
    descriptors = member_descriptors(type(error))
    for name, part in record.get("b", {}).items():
        try:
            descriptors[name].__set__(error, part)
        except (AttributeError, KeyError, TypeError):
            continue  # read-only, or gone in this version of Python


def stand_in(record: Record) -> UnknownError:
    """What takes the place of an exception whose class is not known here."""
    name = str(record.get("t", "an exception")).replace(":", ".").removeprefix("builtins.")
    error = UnknownError(name, str(record.get("m", "")))
    own = {key: part for key, part in record.get("d", {}).items() if not is_dunder(key)}
    vars(error).update({**own, **vars(error)})
    return error


def _chain(error: BaseException, record: Record) -> None:
    cause = error_of(record["c"]) if "c" in record else None
    context = record.get("x")
    if context is not None:
        context = cause if context is True else error_of(context)
    put = object.__setattr__  # past a `__setattr__` of the class
    put(error, "__cause__", cause)
    put(error, "__context__", context)
    put(error, "__suppress_context__", bool(record.get("s", False)))


ENCODERS: Final[dict[Kind, Encoder]] = {Kind.EXCEPTION: encode_error}
DECODERS: Final[dict[int, Decoder]] = {codes.EXCEPTION: decode_error}
