"""Whoever silences a tool says why."""

from __future__ import annotations

import re

from tests.architecture.sources import modules, named

SILENCED = re.compile(r"#\s*(?:noqa:\s*[A-Z0-9, ]+|(?:type|pyright):\s*ignore\[[\w, -]+\])")


def without_reason(text: str) -> list[int]:
    """Lines that silence a tool and say nothing more."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if SILENCED.search(line) and not re.search(r"[a-z]{2}", SILENCED.split(line)[-1])
    ]


def test_every_silenced_warning_has_its_reason_beside_it() -> None:
    texts = {named(path): path.read_text("utf-8") for path in modules()}
    found = [f"{name}:{line}" for name, text in texts.items() for line in without_reason(text)]
    assert found == [], "write the reason after it: `# noqa: BLE001 - a user's hook must not end the run`"


def test_a_missing_reason_is_noticed() -> None:
    text = "\n".join(
        [
            "a = b  # type: ignore[misc]",
            "a = b  # type: ignore[misc]  # ipywidgets ships no types",
            "except Exception:  # noqa: BLE001",
            "except Exception:  # noqa: BLE001 - whatever the body raised is the step's error",
            "a = b  # type: ignore[misc]  # noqa: E501",
        ]
    )
    assert without_reason(text) == [1, 3, 5]
