"""What an installed Playhead brings along."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from packaging.requirements import Requirement

from tests.architecture.sources import PACKAGES, ROOT, modules

#: What is a part of a library that we name: its version is that library's affair.
PARTS = {"ipython": "ipykernel", "jupyter-client": "ipykernel", "traitlets": "ipykernel", "pydantic-core": "pydantic"}


def test_the_installed_kernelspec_is_the_one_in_the_sources() -> None:
    spec = KernelSpecManager().get_kernel_spec("playhead")
    source = json.loads((PACKAGES["playhead_kernel"] / "kernelspec" / "kernel.json").read_text("utf-8"))
    assert (spec.display_name, spec.argv[1:]) == (source["display_name"], source["argv"][1:])


def test_the_extra_for_tests_brings_every_other_extra_but_the_peers() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    brought = re.search(r"playhead\[(.*?)\]", " ".join(extras["test"]))
    assert brought
    assert {"test", *brought[1].split(",")} == set(extras) - {"peers"}


def test_the_extra_for_the_tutorials_brings_what_their_frames_are_stored_with() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(extras["arrow"]) <= set(extras["lab"])


def test_each_package_says_that_it_is_typed() -> None:
    assert [name for name, folder in PACKAGES.items() if not (folder / "py.typed").is_file()] == []


def test_binder_pins_every_library_that_the_tutorials_need_to_a_version_we_support() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["lab"])]
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert [need.name for need in needed if need.name not in pinned] == []
    assert [need.name for need in needed if pinned[need.name] not in need.specifier] == []


def test_every_library_that_is_imported_is_named_as_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["arrow"]]
    names = {normal(Requirement(text).name) for text in named}
    homes = packages_distributions()
    imported = {name for path in modules() for name in imports_of(path)} - sys.stdlib_module_names - set(PACKAGES)
    assert [name for name in sorted(imported) if not names & {_named_as(home) for home in homes[name]}] == []


def _named_as(home: str) -> str:
    return PARTS.get(normal(home), normal(home))


def imports_of(path: Path) -> Iterator[str]:
    """The top-level names of what a module imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def normal(name: str) -> str:
    """A distribution's name, as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
