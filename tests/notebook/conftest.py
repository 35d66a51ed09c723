"""A notebook for each test, with the extension loaded and a workflow to try things on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.shells import Notebook, notebook_in


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook in which nothing has been run yet."""
    monkeypatch.chdir(tmp_path)
    with notebook_in(tmp_path) as notebook:
        yield notebook


@pytest.fixture
def notebook(bare: Notebook) -> Notebook:
    """A notebook with the extension loaded."""
    bare("%load_ext playhead")
    return bare
