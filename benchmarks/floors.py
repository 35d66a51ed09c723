"""Floors that several figures stand on: commits of diskcache, tuned as anybody would tune it for a log."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diskcache

TUNED = {"statistics": 0, "eviction_policy": "none", "cull_limit": 0, "size_limit": 1 << 62}


@contextmanager
def tuned_cache(folder: Path) -> Iterator[Any]:
    """A new diskcache with what a cache does beside storing switched off."""
    cache = diskcache.Cache(str(folder), **TUNED)
    try:
        cache.add("warm", b"")
        yield cache
    finally:
        cache.close()


def add_each(cache: Any, keys: Iterable[str], size: int) -> None:
    """One ``add``, and so one commit, for each key; ``size`` random bytes as the value of each."""
    value = os.urandom(size)
    for key in keys:
        cache.add(key, value)
