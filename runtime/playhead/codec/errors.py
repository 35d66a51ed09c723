"""Exceptions as payloads. Neither way ever fails: one failure must not be hidden by another."""

from __future__ import annotations

import ormsgpack

from playhead.codec import codes
from playhead.codec.packing import Packer
from playhead.codec.texts import safe_text
from playhead.codec.values import load
from playhead.errors import UnknownError
from playhead.machine.payload import Encoded, External, Logged, Payload


def dump_error(exc: BaseException) -> Encoded:
    """The exception as bytes: class, args, attributes, notes, causes, group members, traceback text.

    What cannot be stored of it is replaced by its repr, and a note says so.
    """
    from playhead.codec.exceptions import encode_error

    try:
        return Encoded(ormsgpack.packb(encode_error(exc, Packer(lossy=True))))
    except Exception:  # noqa: BLE001 - an exception may be hostile to being looked at, and must be kept all the same
        record = {"t": type(exc).__qualname__, "m": safe_text(exc)}
        return Encoded(ormsgpack.packb(ormsgpack.Ext(codes.EXCEPTION, Packer().pack(record))))


def load_error(payload: Payload) -> BaseException:
    """The exception as itself, carrying the text of its traceback for when it is stored again.

    If its class is not found: an `UnknownError` with its name, message and attributes.
    """
    try:
        error = load(payload)
    except Exception as problem:  # noqa: BLE001 - see the module's docstring
        return UnknownError("an exception that cannot be read", safe_text(problem))
    return error if isinstance(error, BaseException) else UnknownError(type(error).__name__, safe_text(error))


def traceback_text(payload: Payload) -> str:
    """The traceback of a stored exception as Python prints it; empty if there is none."""
    try:
        record = ormsgpack.unpackb(_body_of(payload), ext_hook=lambda *_: None)
        return str(record.get("tb", ""))
    except Exception:  # noqa: BLE001 - see the module's docstring
        return ""


def _body_of(payload: Payload) -> bytes:
    bodies: dict[int, bytes] = {}
    if isinstance(payload, Encoded | External | Logged):
        ormsgpack.unpackb(payload.data, ext_hook=bodies.__setitem__)
    return bodies[codes.EXCEPTION]
