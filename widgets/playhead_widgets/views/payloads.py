"""Payloads.

Recorded values as trees. Reading one never fails: what is damaged or huge is said in its place.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from playhead.codec.errors import load_error, traceback_text
from playhead.codec.values import load
from playhead.machine.payload import Element, Encoded, External, Logged, Payload, Series, Table
from playhead_widgets.views.escape import clean
from playhead_widgets.views.values import ITEMS, Tree, tree, type_name

LARGEST: Final = 64 * 2**20  # bytes; reading more would stop the clock of whoever only wants to look

_MESSAGE: Final = 300  # characters
_TRACEBACK: Final = 20_000


def payload_tree(payload: Payload | None) -> Tree | None:
    """The recorded value as a tree; None if nothing is recorded."""
    if payload is None:
        return None
    if isinstance(payload, Table | Series):
        return _composed(payload)
    size = size_of(payload)
    if size > LARGEST:
        return {"t": "large value", "v": f"{size / 2**20:,.0f} MB, too large to be shown"}
    try:
        value = loaded(payload)
    except Exception as error:  # noqa: BLE001 - damage to one value must not hide the others
        return {"t": type_name(error), "v": clean(error, _MESSAGE), "bad": True}
    return tree(value)


def loaded(payload: Payload | None) -> Any:
    """The value itself. Raises what the codec raises."""
    if isinstance(payload, Element):
        return loaded(payload.whole)[payload.index]
    return None if payload is None else load(payload)


def size_of(payload: Payload | None) -> int:
    """Bytes that the value takes in the store; for an element, those of its list."""
    match payload:
        case None:
            return 0
        case Table(items=pairs):
            return sum(size_of(part) for _, part in pairs)
        case Series(items=parts):
            return sum(map(size_of, parts))
        case Element(whole=whole):
            return size_of(whole)
        case External(size=size) | Logged(size=size):
            return size
        case Encoded(data=data):
            return len(data)


def error_view(payload: Payload | None, *, traceback: bool = False) -> dict[str, Any] | None:
    """An error's type and message, and its traceback if it is asked for; None if there is no error."""
    if payload is None:
        return None
    error = load_error(payload)
    name = getattr(error, "type_name", None) or type(error).__name__
    view: dict[str, Any] = {"type": clean(name, 80), "message": clean(_message(error), _MESSAGE, lines=True)}
    notes = [clean(note, _MESSAGE, lines=True) for note in getattr(error, "__notes__", ())][:5]
    if notes:
        view["notes"] = notes
    if traceback:
        view["traceback"] = clean(traceback_text(payload), _TRACEBACK, lines=True)
    return view


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # noqa: BLE001 - an exception's own text may fail; its name is known
        return f"(its text cannot be shown: {type_name(problem)})"


def _composed(payload: Table | Series) -> Tree:
    """Only as many parts are read as are shown; a small table may become one of rows."""
    if isinstance(payload, Table):
        pairs: list[tuple[Any, Payload | None]] = list(payload.items)
    else:
        pairs = list(enumerate(payload.items))
    name = "dict" if isinstance(payload, Table) else "list"
    if len(pairs) <= ITEMS and size_of(payload) < 2**20:
        try:
            return tree(load(payload))
        except Exception:  # noqa: BLE001 - one part is damaged: the others are shown below, each by itself
            pass
    items = [[clean(key, 80), payload_tree(part) or tree(None)] for key, part in islice(pairs, ITEMS)]
    shown: Tree = {"t": name, "n": len(pairs), "items": items}
    return {**shown, "more": len(pairs) - ITEMS} if len(pairs) > ITEMS else shown
