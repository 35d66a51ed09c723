"""What `Runtime.recover` found."""

from __future__ import annotations

from dataclasses import dataclass

from playhead.runs.run import Run


@dataclass(frozen=True)
class Recovery:
    """Runs taken up again, and active runs that were left, with the reason."""

    runs: list[Run]
    left: dict[str, str]
