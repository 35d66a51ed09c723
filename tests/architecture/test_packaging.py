"""What an installed Playhead brings along."""

from __future__ import annotations

import json
import re
import tomllib

from jupyter_client.kernelspec import KernelSpecManager
from packaging.requirements import Requirement

from tests.architecture.sources import PACKAGES, ROOT


def test_the_installed_kernelspec_is_the_one_in_the_sources() -> None:
    spec = KernelSpecManager().get_kernel_spec("playhead")
    source = json.loads((PACKAGES["playhead_kernel"] / "kernelspec" / "kernel.json").read_text("utf-8"))
    assert (spec.display_name, spec.argv[1:]) == (source["display_name"], source["argv"][1:])


def test_the_extra_for_tests_brings_every_other_extra_but_the_peers() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    brought = re.search(r"playhead\[(.*?)\]", " ".join(extras["test"]))
    assert brought
    assert {"test", *brought[1].split(",")} == set(extras) - {"peers"}


def test_each_package_says_that_it_is_typed() -> None:
    assert [name for name, folder in PACKAGES.items() if not (folder / "py.typed").is_file()] == []


def test_binder_pins_every_library_that_the_tutorials_need_to_a_version_we_support() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["lab"])]
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert [need.name for need in needed if need.name not in pinned] == []
    assert [need.name for need in needed if pinned[need.name] not in need.specifier] == []
