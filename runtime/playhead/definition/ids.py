"""Ids: the few characters the id of a run, step or workflow may have, so that none can ever act as a path."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from playhead.errors import InvalidId

_LONGEST: Final = 128
_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")

# Names that Windows reserves whatever the extension: "aux.txt" is the auxiliary device.
_DEVICES: Final = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(1, 10)), *(f"LPT{n}" for n in range(1, 10))]
)


def check_run_id(run_id: object) -> str:
    """Give the run id back; `InvalidId` if it has characters it may not have."""
    if not isinstance(run_id, str) or not _is_run_id(run_id):
        raise InvalidId(_refusal("run", run_id, "letters, digits, '.', '_' and '-'"))
    return run_id


@lru_cache(maxsize=256)  # a store asks at each call, for the few runs that are going
def _is_run_id(run_id: str) -> bool:
    if _RUN_ID.fullmatch(run_id) is None or ".." in run_id or run_id[-1] == ".":
        return False
    return not _is_device(run_id)


def check_id(identifier: object, noun: str = "step") -> str:
    """Give the id of a ``noun`` (step, workflow) back; `InvalidId` if it has characters it may not have."""
    if not isinstance(identifier, str) or _ID.fullmatch(identifier) is None or _is_device(identifier):
        raise InvalidId(_refusal(noun, identifier, "letters, digits, '_' and '-'"))
    return identifier


def _is_device(identifier: str) -> bool:
    return identifier.partition(".")[0].upper() in _DEVICES


def _refusal(noun: str, found: object, allowed: str) -> str:
    shown = repr(found)
    shown = shown if len(shown) <= _LONGEST + 2 else shown[:_LONGEST] + "…"
    dots = ", without '..' and not ending in '.'" if noun == "run" else ""
    return (
        f"{shown} cannot be the id of a {noun}: use 1 to {_LONGEST} {allowed} (ASCII only), beginning with a"
        f" letter or digit{dots}; the device names of Windows (such as con, nul, com1) are not allowed."
    )
