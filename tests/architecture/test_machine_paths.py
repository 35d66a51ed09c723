"""What is in the repository works on any machine: it names no path and no package index of one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.architecture.sources import ROOT, named

OF_ONE_MACHINE = re.compile(
    r"(?<![\w.~$}])/(?:work|farm|root|opt|home/[a-z]+|Users/[A-Za-z]+)/\w"
    r"|[A-Z]:\\Users\\"
    r"|--(?:extra-)?index-url|--find[-]links|pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)"
)
LEFT_BY_TOOLS = re.compile(r"(^|/)(\.(?!ci/)|__pycache__/)")
BINARY = frozenset({".png", ".gif", ".ico", ".woff2", ".db"})


def repository_files() -> list[Path]:
    """What git tracks or is about to; without git (an unpacked archive), all but what tools left."""
    if (ROOT / ".git").exists():
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = [ROOT / name for name in names.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not LEFT_BY_TOOLS.search(named(path))]
    return [path for path in found if path.is_file() and path.suffix not in BINARY]


def test_no_file_names_a_path_or_package_index_of_one_machine() -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in repository_files()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert found == []


def test_a_path_of_one_machine_is_noticed() -> None:
    written = ["/".join(["", "home", "ann", "x"]), "'" + "/".join(["", "work", "main"]) + "'"]
    assert all(OF_ONE_MACHINE.search(text) for text in written)
    harmless = ["tests/work/x", "~/work/x", "/usr/bin/env", "$HOME/root/x"]
    assert not any(OF_ONE_MACHINE.search(text) for text in harmless)
