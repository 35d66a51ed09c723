"""The request context: a dict-like bag that travels with a run, for dependency injection by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

_MISSING: Any = object()


class RequestContext(MutableMapping[str, Any]):
    """What the caller passed as ``request=``, plus what steps set and deleted since.

    Values are read when they are asked for, each body getting its own copy: a change counts once the body has
    ended without error.
    """

    def __init__(
        self,
        keys: tuple[str, ...] = (),
        read: Callable[[str], Any] | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:
        self._unread = dict.fromkeys(keys)
        self._read = read
        self._values: dict[str, Any] = dict(values or {})
        self._deleted: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            if key not in self._unread or self._read is None:
                raise KeyError(key)
            self._values[key] = self._read(key)
            del self._unread[key]
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(f"Keys of the request context are strings, not {type(key).__name__}.")
        self._unread.pop(key, None)
        self._deleted.discard(key)
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._unread.pop(key, None)
        self._values.pop(key, None)
        self._deleted.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._values or key in self._unread

    def __iter__(self) -> Iterator[str]:
        yield from self._unread
        yield from self._values

    def __len__(self) -> int:
        return len(self._unread) + len(self._values)

    def set(self, key: str, value: Any) -> None:
        """The same as ``request[key] = value``."""
        self[key] = value

    def has(self, key: str) -> bool:
        """The same as ``key in request``."""
        return key in self

    def delete(self, key: str) -> bool:
        """Remove ``key``; whether it was there."""
        if key not in self:
            return False
        del self[key]
        return True

    def to_dict(self) -> dict[str, Any]:
        """Everything in the bag as a plain dict."""
        return {key: self[key] for key in list(self)}

    def touched(self) -> dict[str, Any]:
        """The values that were read or set, which a body may therefore have changed."""
        return dict(self._values)

    def deleted(self) -> frozenset[str]:
        """The keys that were deleted."""
        return frozenset(self._deleted)

    def __repr__(self) -> str:
        return f"RequestContext({', '.join(sorted(self))})"
