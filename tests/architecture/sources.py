"""Where the sources are, for the tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "playhead": ROOT / "runtime" / "playhead",
    "playhead_widgets": ROOT / "widgets" / "playhead_widgets",
    "playhead_kernel": ROOT / "kernel_ext" / "playhead_kernel",
}


def modules(*packages: str) -> list[Path]:
    """Every module of the packages named (all three if none is)."""
    found = [path for name in packages or PACKAGES for path in sorted(PACKAGES[name].rglob("*.py"))]
    assert found, "no module found: has the layout of the source roots changed?"
    return found


def named(path: Path) -> str:
    """The path as people write it: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()
