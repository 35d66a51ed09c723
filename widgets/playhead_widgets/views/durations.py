"""Durations: spans of time as people read them."""

from __future__ import annotations

from datetime import timedelta


def duration(seconds: float | timedelta) -> str:
    """``430 ms``, ``2.5 s``, ``3 min 5 s``, ``2 h 1 min``, ``4 d 3 h``."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if seconds < 0.9995:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    for unit, size, small, part in _UNITS:
        rounded = int(seconds / part + 0.5) * part
        if rounded >= size:
            whole, rest = divmod(rounded, size)
            return f"{whole} {unit} {rest // part} {small}" if rest else f"{whole} {unit}"
    return f"{seconds:.0f} s"


def ago(seconds: float) -> str:
    """``just now``, ``3 s ago``, ``2 h 1 min ago``."""
    return "just now" if seconds < 1 else f"{duration(round(seconds))} ago"


_UNITS = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))
