"""Bodies that fail in ways that break the pools of others; each is sent to another process, where this is imported."""

from __future__ import annotations

import os
import threading
from typing import Any


class CustomInit(Exception):
    """Its constructor takes what its ``args`` do not have: pickle cannot make it again."""

    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.reason = reason


def custom_init(_: Any) -> None:
    raise CustomInit(7, reason="because")


def unpicklable(_: Any) -> None:
    error = ValueError("holds a lock")
    error.lock = threading.Lock()  # type: ignore[attr-defined]  # any attribute may be set
    raise error


def chained(_: Any) -> None:
    try:
        raise KeyError("first")
    except KeyError as first:
        raise CustomInit(8, reason="second") from first


def grouped(_: Any) -> None:
    raise ExceptionGroup("several", [CustomInit(9, reason="one"), OSError(2, "none", "file.txt")])


def noted(_: Any) -> None:
    error = RuntimeError("with notes")
    error.add_note("a note")
    raise error


def leaving(_: Any) -> None:
    raise SystemExit(3)


def decoding(_: Any) -> None:
    b"\xff".decode()


def alive(_: Any) -> int:
    return os.getpid()
