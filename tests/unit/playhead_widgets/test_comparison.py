"""The comparison of two moments, for people."""

from __future__ import annotations

from typing import Any

import html5lib

from playhead_widgets.views.changes import changes
from playhead_widgets.views.comparison import comparison_markup, comparison_text
from tests.unit.playhead_widgets.recordings import NAMES, recording

NOTHING: dict[str, Any] = {"run": {"before": "running", "after": "running"}, "records": [], "state": [], "input": []}


def test_no_difference_is_said() -> None:
    assert comparison_text(NOTHING, "a", "b") == "a → b\nThere is no difference."
    assert "There is no difference." in comparison_markup(NOTHING, "a", "b")


def test_places_and_values_are_told() -> None:
    found = {
        "run": {"before": "running", "after": "success"},
        "records": [
            {"path": "a", "count": 1, "before": "pending", "after": "success", "output": []},
            {"path": "each", "count": 1_200, "before": "running", "after": "success", "output": []},
            {
                "path": "b",
                "count": 1,
                "before": "success",
                "after": "success",
                "output": [{"path": "x", "kind": "changed", "before": "1", "after": "2"}],
            },
            {"path": "…", "count": 0},
        ],
        "state": [{"path": "n", "kind": "added", "after": "3"}, {"path": "m", "kind": "removed", "before": "4"}],
        "input": [{"path": "…", "kind": "more"}],
    }
    assert comparison_text(found, "r@1", "r").splitlines() == [
        "r@1 → r",
        "  the run: ▶ running → ✓ success",
        "  a: ○ pending → ✓ success",
        "  each × 1,200: ▶ running → ✓ success",
        "  b: ✓ success → ✓ success",
        "  … and more",
        "the run's input",
        "  … and more",
        "output of b",
        "  ± x: 1 → 2",
        "the run's state",
        "  + n: 3",
        "  − m: 4",
    ]
    page = html5lib.parse(comparison_markup(found, "r@1", "r"))
    seen = " ".join(page.itertext())
    for wanted in ("each × 1,200", "▶ running", "and more", "output of b"):
        assert wanted in seen


def test_every_recording_can_be_compared_with_its_beginning() -> None:
    for name in NAMES:
        found = recording(name)
        text = comparison_text(changes(found.snapshot(1), found.snapshot()), "begin", "end")
        assert text.startswith("begin → end\n")
        assert "There is no difference" not in text
