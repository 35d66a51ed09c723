"""A floor imports only floors below it; the contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.sources import ROOT


def test_every_import_contract_is_kept() -> None:
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
