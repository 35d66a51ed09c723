"""`import playhead` is quick and plain Python; every public name resolves, for type checkers too."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest

from tests.architecture.sources import PACKAGES

OUR_JUPYTER = ("playhead_widgets", "playhead_kernel")
JUPYTER = ("IPython", "ipykernel", "ipywidgets", "anywidget", "jupyter_client", *OUR_JUPYTER)
HEAVY = ("pydantic", "pandas", "numpy", "pyarrow", "sklearn")


def loaded_after(code: str) -> set[str]:
    """The top-level packages that a new interpreter has loaded after `code`."""
    code += "\nimport sys; print(*(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_playhead_loads_nothing_heavy_and_nothing_of_jupyter() -> None:
    assert loaded_after("import playhead") & {*JUPYTER, *HEAVY} == set()


def test_using_every_public_name_of_playhead_loads_nothing_of_jupyter() -> None:
    assert loaded_after("from playhead import *") & {*JUPYTER, "pandas", "pyarrow", "sklearn"} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_in_all_resolves(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(set(module.__all__)) == len(module.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_the_same_names_as_all(package: str) -> None:
    tree = ast.parse((PACKAGES[package] / "__init__.py").read_text("utf-8"))
    assert set(importlib.import_module(package).__all__) - bound_names(tree) == set()


def bound_names(tree: ast.Module) -> set[str]:
    """Names that the text alone binds in the module, those under `if TYPE_CHECKING:` included."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found
