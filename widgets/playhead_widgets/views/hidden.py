"""Hidden values: what stands under a name like ``password`` is not shown, for notebooks are shared."""

from __future__ import annotations

import re
from typing import Any, Final

MASK: Final = "••••••"

_SECRET: Final = re.compile(
    r"(^|[_-])(password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|authorization|cookie|credentials?)$",
    re.IGNORECASE,
)


def is_hidden(name: object, value: Any) -> bool:
    """Whether a text under this name is to be kept from the screen.

    Numbers are not: ``max_token`` is no secret.
    """
    return isinstance(name, str) and isinstance(value, str | bytes) and _SECRET.search(name) is not None
